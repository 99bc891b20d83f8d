"""The action that records all that an account can be asked, made anonymous, in the form that a simulator serves (anker.md §19)."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
import json
import logging
from random import Random
import re
from typing import Any, cast

from ...core.errors import BadAnswer, NotSupported, Unreachable
from ...core.parse import section, sections, text
from ..base import Account, Action
from . import paths
from .account import AnkerAccount
from .anonymise import Anonymiser
from .client import Client
from .codes import SUCCESS, code_of
from .export_plan import Step, provider_step, steps, vehicle_step
from .model import Bean
from .patience import Patience

_LOGGER = logging.getLogger(__name__)

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")


class Recorder:
    """Asks everything once, slowly, and keeps the answers, refusals too."""

    def __init__(self, client: Client) -> None:
        """Begin with nothing asked."""
        self._client = client
        self._clock = client.login.clock
        self.answers: dict[str, Bean] = {}
        self.missing: list[str] = []

    async def record(self, plan: Sequence[Step]) -> None:
        """Ask what is planned, then what the answers give reason to ask."""
        patience = Patience(self._clock, "Recording the account", len(plan))
        for step in plan:
            await self._ask(patience, step)
        for step in self._more(plan):
            await self._ask(patience, step)

    @property
    def refused(self) -> int:
        """How many questions were refused."""
        return sum(code_of(answer) != SUCCESS for answer in self.answers.values())

    async def _ask(self, patience: Patience, step: Step) -> None:
        """Ask one thing. Where nobody answers, or with nonsense, there is no file."""
        try:
            send = partial(self._client.raw, step.method, step.path, step.body)
            self.answers[step.name] = await patience.ask(step.path, send)
        except (BadAnswer, NotSupported, Unreachable) as err:
            _LOGGER.info("Recording the account: nothing recorded of %s (%s)", step.path, err.key)
            self.missing.append(step.path)

    def _more(self, plan: Sequence[Step]) -> Iterator[Step]:
        """Yield what can be asked about cars and about the providers of prices."""
        for row in sections(self._data("user_vehicles").get("vehicle_list")):
            if (vehicle := text(row.get("vehicle_id"))) is not None:
                yield vehicle_step(vehicle)
        at = int(self._clock.now().timestamp())
        seen: set[str] = set()
        for step in plan:
            if step.path == paths.PRICE:
                dynamic = section(self._data(step.name).get("dynamic_price"))
                found = provider_step(str(step.body["site_id"]), dynamic, at)
                if dynamic.get("company") and found.name not in seen:
                    seen.add(found.name)
                    yield found

    def _data(self, name: str) -> Bean:
        return section(self.answers.get(name, {}).get("data"))


def files(answers: Mapping[str, Bean], numbers: Iterable[str], random: Random) -> dict[str, str]:
    """Return the text of each file by its name, with nothing private in either; ``numbers`` are known to be that."""
    anonymiser = Anonymiser(random)
    anonymiser.know(numbers)
    for answer in answers.values():
        anonymiser.learn(answer)
    return {
        f"{_NOT_IN_NAMES.sub('_', anonymiser.text(name))}.json": json.dumps(
            anonymiser.answer(answer), ensure_ascii=False, indent=2
        )
        + "\n"
        for name, answer in answers.items()
    }


async def _export(account: Account, device: str, _: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of a recording, how many questions were refused and which had no answer at all."""
    anker = cast("AnkerAccount", account)
    inventory = anker.inventory
    today = max((anker.today(site) for site in inventory.sites), default=(anker.now() - timedelta(minutes=5)).date())
    numbers = [*(site.id for site in inventory.all_sites), *(device.serial for device in inventory.all_listed)]
    recorder = Recorder(anker.client)
    await recorder.record(steps(inventory, today))
    return {
        "questions": len(recorder.answers) + len(recorder.missing),
        "refused": recorder.refused,
        "unanswered": sorted(set(recorder.missing)),
        "files": await asyncio.to_thread(files, recorder.answers, numbers, Random()),
    }


ACTIONS: Sequence[Action] = (Action(name="export_recordings", fields={}, run=_export, changes=False, makes_files=True),)
