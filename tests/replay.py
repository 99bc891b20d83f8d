"""Runs the exchanges of a diagnostics file through the real client: ``python -m tests.replay FILE``.

What a user sends with a bug report is what the vendor answered; this shows what the
integration makes of it, without Home Assistant and without the device.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
import sys
from typing import Any, override
from urllib.parse import parse_qsl, unquote

from custom_components.solar_battery_hub.core.errors import HubError, Unreachable
from custom_components.solar_battery_hub.core.model import Gone, Reported
from custom_components.solar_battery_hub.vendors import VENDORS
from custom_components.solar_battery_hub.vendors.base import CONF_FINGERPRINT, CONF_VENDOR, Wanted
from custom_components.solar_battery_hub.vendors.http import Answer, Door
from tests.vendors.tools import HandClock, MemoryStore

_EVER = ("2020-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00")


def _prepared(report: Mapping[str, Any]) -> tuple[dict[str, Any], MemoryStore]:
    """Return settings and store as they were: signed in, which no report tells."""
    settings = {**report["settings"], CONF_FINGERPRINT: None}
    if settings[CONF_VENDOR] == "anker":
        return _prepared_anker(settings)
    if settings[CONF_VENDOR] != "goodwe":
        return settings, MemoryStore(session={"token": "replayed"})
    way = "semsplus" if any("/sems-plant/" in exchange["path"] for exchange in report["exchanges"]) else "legacy"
    base = {"semsplus": "https://eu-gateway.semsportal.com/web/sems", "legacy": "https://eu.semsportal.com/api"}[way]
    last = max(exchange["at"] for exchange in report["exchanges"])
    session = {"uid": "replayed", "base": base, "since": last, "token": "replayed", "header": "{}"}
    return {**settings, "region": "eu"}, MemoryStore(session={"uid": "replayed", way: session}, shared={"way": way})


def _prepared_anker(settings: Mapping[str, Any]) -> tuple[dict[str, Any], MemoryStore]:
    session = {"user_id": "replayed", "token": "replayed", "since": _EVER[0], "expires": _EVER[1]}
    return {**settings, "server": "eu"}, MemoryStore(session={"sessions": {"eu": session}})


def _spelled(query: Iterable[tuple[str, str]], asked: object) -> str:
    """Return what was asked in one spelling: a query, whatever its order, and a JSON object."""
    return str(sorted(query)) + json.dumps(asked, sort_keys=True, default=str)


class ReplayDoor(Door):
    """Answers from a report what was answered last to the same question; nothing is sent."""

    def __init__(self, exchanges: list[dict[str, Any]], clock: HandClock) -> None:
        """Sort the exchanges by what was asked."""
        super().__init__(None, clock, {})  # type: ignore[arg-type]  # there is no session to send with
        self._answers = {
            (exchange["method"], exchange["path"], _spelled(exchange["query"].items(), exchange.get("asked"))): exchange
            for exchange in exchanges
        }

    @override
    async def request(
        self,
        method: str,
        url: str,
        *,
        body: object = None,
        form: Mapping[str, str] | None = None,
        parts: Mapping[str, str] | None = None,
        raw: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 0.0,
        secret: bool = False,
    ) -> Answer:
        path, _, query = ("/" + url.split("://", 1)[-1].partition("/")[2]).partition("?")
        asked = _spelled(parse_qsl(query, keep_blank_values=True), body if isinstance(body, Mapping) else None)
        exchange = self._answers.get((method, unquote(path), asked))
        if exchange is None or exchange["status"] is None:
            raise Unreachable(f"The report has no answer for {method} {path}")
        said = exchange["body"]
        text = said if isinstance(said, str) else "" if said is None else json.dumps(said)
        return Answer(status=exchange["status"], headers={}, body=text.encode())


async def replay(report: Mapping[str, Any]) -> dict[str, dict[str, Reported] | HubError]:
    """Fetch every feed from a report's exchanges; per feed its readings (device/key) or its error."""
    settings, store = _prepared(report)
    exchanges = report["exchanges"]
    moment = max((datetime.fromisoformat(exchange["at"]) for exchange in exchanges), default=datetime.now(UTC))
    clock = HandClock(moment)
    account = VENDORS[settings[CONF_VENDOR]].open(settings, ReplayDoor(exchanges, clock), store, clock)
    results: dict[str, dict[str, Reported] | HubError] = {}
    while feed := next((feed for feed in account.feeds if feed.key not in results), None):
        try:
            snapshot = await account.fetch(feed, Wanted())
        except HubError as err:
            results[feed.key] = err
        else:
            results[feed.key] = {f"{ref.device}/{ref.key}": value for ref, value in snapshot.values.items()}
    return results


def main(path: str) -> None:
    """Print what the client makes of the report at ``path``."""
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    for feed, result in asyncio.run(replay(report.get("data", report))).items():
        print(f"== {feed}")
        if isinstance(result, HubError):
            print(f"   {type(result).__name__}: {result}")
            continue
        for name, value in sorted(result.items()):
            print(f"   {name:60} {'unavailable' if isinstance(value, Gone) else value}")


if __name__ == "__main__":
    main(sys.argv[1])
