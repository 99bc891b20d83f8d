"""A recorded account: made anonymous, served again by a simulator, with the same values (anker.md §19)."""

from collections.abc import Mapping
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.anker.export import ACTIONS
from custom_components.solar_battery_hub.vendors.anker.raw_call import is_read
from tests.simulators.anker.server import AnkerSimulator
from tests.vendors.anker.bench import Bench, open_bench
from tests.vendors.reading import fetch_all

pytestmark = pytest.mark.usefixtures("socket_enabled")

PROFILES = (
    *(
        "solarbank3",
        "solarbank1",
        "solarbank1_dual",
        "solarbank2",
        "solarbank2_plus",
        "solarbank2_ac",
        "plugs",
        "cascade",
    ),
    *("multisystem", "inverter", "power_panel", "hes", "charger", "three_sites"),
)
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def exported(bench: Bench) -> dict[str, Any]:
    """Return what the action answers for an account that has run for a while."""
    account = bench.open()
    await fetch_all(account)
    bench.clock.pass_time(minutes=5)
    bench.forget_requests()
    (action,) = ACTIONS
    return await action.run(account, "the-account", {})


def private_words(server: AnkerSimulator) -> set[str]:
    """Return what of an account nobody else should read."""
    account = server.door.account
    return {
        account.email,
        account.password,
        account.user_id,
        account.gtoken,
        *server.door.tokens,
        *server.source.sites,
        *server.source.serials,
        *("Zanderkan", "wifi-network-1", "attic-net"),
    }


def give_names(server: AnkerSimulator) -> None:
    """Let everything have a name of its own."""
    for number, site in enumerate(server.world.sites):
        site.name = f"Zanderkan {number}"
    for number, car in enumerate(server.world.extras.garage.vehicles):
        car.name = f"Zanderkan's {number}"
    for number, device in enumerate(server.world.devices):
        device.alias = f'Zanderkan "Küche" {number}'


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Put files where a simulator finds them."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_account_can_be_recorded_and_served_again(profile: str, tmp_path: Path) -> None:
    async with open_bench(profile, past_days=2) as bench:
        give_names(bench.server)
        told = await exported(bench)
        assert len(bench.server.requests) == told["questions"]  # nothing twice
        assert all(is_read(request.path.lstrip("/")) for request in bench.server.requests)
        bench.clock.pass_time(minutes=5)
        before = await readings(bench)
        assert bench.server.limits.refusals.total() == 0
        text = "".join((*told["files"], *told["files"].values()))
        assert {word for word in private_words(bench.server) if word in text} == set()
        assert told["unanswered"] == []
        assert told["questions"] == len(told["files"])
        moment = bench.clock.now()
    write(tmp_path, told["files"])
    async with open_bench(at=moment, constellation=tmp_path) as bench:
        account = bench.open()
        await fetch_all(account)
        after = await readings(bench)
    assert after == before


async def readings(bench: Bench) -> Any:
    """Return what the account tells, without ids: the readings that devices of each kind and model have."""
    account = bench.open()
    found: dict[str, Any] = {}
    # A folder answers for whatever day it is asked: where today is looked for (§10.5), it is found tomorrow.
    is_system = any(site.type in (4, 9) for site in account.sites)
    kinds = {device.id: (device.kind.value, device.model or "") for device in account.devices}
    for snapshot in (await fetch_all(account)).values():
        for ref in snapshot.values:
            kind = kinds.get(ref.device, ("?", ""))
            if not (is_system and "energy" in ref.key):
                found.setdefault("/".join(kind), set()).add(ref.key)
    return {kind: sorted(keys) for kind, keys in sorted(found.items())}


async def test_what_belongs_together_stays_together(tmp_path: Path) -> None:
    async with open_bench("three_sites") as bench:
        told = await exported(bench)
        real = {name: len(rows) for name, rows in per_site(bench).items()}
    files = {name: json.loads(text) for name, text in told["files"].items()}
    sites = files["site_list.json"]["data"]["site_list"]
    assert len({site["site_id"] for site in sites}) == len(real) == 3
    bound = {row["device_sn"] for row in files["bind_devices.json"]["data"]["data"]}
    for site in sites:
        scene = files[f"scene_{site['site_id']}.json"]["data"]
        assert scene["site_id"] == site["site_id"]
        banks = [bank["device_sn"] for bank in scene["solarbank_info"]["solarbank_list"]]
        assert banks
        assert set(banks) <= bound
        assert all(f"power_cutoff_{bank}.json" in files for bank in banks)


def per_site(bench: Bench) -> dict[str, Any]:
    """Return the devices of every site."""
    return {site.id: site.devices for site in bench.server.world.sites}


async def test_two_recordings_share_no_alias() -> None:
    async with open_bench("solarbank3") as bench:
        first, second = await exported(bench), await exported(bench)
    found = [set(IDENTIFIER.findall("".join(told["files"]))) for told in (first, second)]
    assert all(found)
    assert found[0].isdisjoint(found[1])


async def test_refusals_are_kept() -> None:
    async with open_bench("solarbank3") as bench:
        bench.act("set_price_outage", on=True)
        told = await exported(bench)
    codes = {name: json.loads(text)["code"] for name, text in told["files"].items()}
    refused = {name for name, code in codes.items() if code != 0}
    assert refused
    assert told["refused"] == len(refused)


async def test_what_nobody_answers_is_named_and_the_rest_goes_on() -> None:
    async with open_bench("solarbank3") as bench:
        account = bench.open()
        await fetch_all(account)
        (action,) = ACTIONS
        usual = account.client.raw

        async def failing(method: str, path: str, body: Any, **options: Any) -> Any:
            if path.endswith("co2_ranking"):
                path = "power_service/v1/site/get_nothing"
            return await usual(method, path, body, **options)

        account.client.raw = failing  # type: ignore[method-assign]
        told = await action.run(account, "the-account", {})
    assert told["unanswered"] == ["power_service/v1/site/co2_ranking"]
    assert len(told["files"]) > 40


async def test_a_member_records_what_he_may_see() -> None:
    async with open_bench("member") as bench:
        told = await exported(bench)
        assert not any(name.startswith(("price_", "device_parm_", "power_limit_")) for name in told["files"])
        assert any(name.startswith("scene_") for name in told["files"])


async def test_nothing_is_asked_that_is_only_private() -> None:
    """Cards that open a charger, the people it is shared with, and its keys (anker.md §6.7)."""
    async with open_bench("charger") as bench:
        await exported(bench)
        assert not {"get_device_cards", "get_shared_device", "get_ocpp_info"} & set(bench.names)
        assert "get_charge_order_stats" in bench.names
