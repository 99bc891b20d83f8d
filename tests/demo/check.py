"""``scripts/demo --check``: Home Assistant must show what is true in the simulated houses."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.demo.api import HassApi, Json
from tests.demo.energy import preference_problems
from tests.demo.expectations import NO_VALUE, Control, Expected
from tests.demo.home import Home, Registry
from tests.demo.log import DOMAIN, complaints, read
from tests.demo.processes import DemoError, looks

SCENE_SECONDS = 75
"""Long enough for the slowest feed whose readings move with the house."""
CONTROL_SECONDS = 45
VALUE = "value"


async def check(api: HassApi, homes: Sequence[Home], log: Path) -> list[str]:
    """Return everything that is not as it must be, in words; print the table of what there is."""
    found = await asyncio.gather(*(_account_problems(api, home) for home in homes))
    problems = [f"{home.account.title}: {text}" for home, texts in zip(homes, found, strict=True) for text in texts]
    problems += await preference_problems(api)
    problems += await _repairs(api)
    problems += await _leaks(api, homes, log)
    problems += [f"Log: {record}" for record in complaints(read(log).splitlines())]
    print(table(await _rows(api, homes)))
    print(await _without_value(api, homes))
    return problems


# --- readings and controls -------------------------------------------------------------------------------------------


async def _account_problems(api: HassApi, home: Home) -> list[str]:
    """Try every scene, then every control, and leave the house as it was."""
    problems = []
    for scene, house in home.expectations.scenes.items():
        await home.simulated.set_house(**house)
        problems += [f"{scene}: {text}" for text in await _scene_problems(api, home, scene)]
        await home.simulated.set_house(**dict.fromkeys(house))
    for key, control in home.expectations.controls.items():
        problems += [f"{key} {text}" for text in await _control_problems(api, home, key, control)]
    return problems


async def _scene_problems(api: HassApi, home: Home, scene: str) -> list[str]:
    """Return what never became right in a scene. Each reading has to be right once: truth and state move apart."""
    right: set[tuple[str, str]] = set()
    wrong: dict[tuple[str, str], str] = {}
    async for _ in looks(SCENE_SECONDS):
        registry = await Registry.read(api)
        truth = await home.simulated.truth()
        states = await api.states()
        wrong = {}
        for device_id, key, expected, part in home.expected(truth):
            if (device_id, key) in right:
                continue
            state = states.get(registry.entities(home, device_id).get(key, ""))
            if problem := _problem(state, expected, part, scene):
                wrong[device_id, key] = problem
            else:
                right.add((device_id, key))
        if not wrong:
            break
    return [f"{key} of {device_id} {problem}" for (device_id, key), problem in wrong.items()]


def _problem(state: Json, expected: Expected, truth: Json, scene: str = "") -> str | None:
    """Return what is wrong with a state that may be missing."""
    if state is None:
        return "is missing"
    return expected.problem(state["state"], state["attributes"].get("unit_of_measurement"), truth, scene)


async def _control_problems(api: HassApi, home: Home, key: str, control: Control) -> list[str]:
    """Change a setting, see it in the truth and in the state, and put it back."""
    devices = {kind: device_id for kind, device_id, _ in home.parts(await home.simulated.truth())}
    entity_id = (await Registry.read(api)).entities(home, devices[control.kind]).get(key, "")
    before = (await api.states()).get(entity_id)
    if before is None or before["state"] in NO_VALUE:
        return ["cannot be changed: no entity with a value"]
    if not entity_id.startswith(f"{control.domain}."):
        return [f"cannot be changed: {entity_id} is no {control.domain}"]
    problems = []
    for wanted in (str(control.to), before["state"]):
        action, data = control.action(wanted)
        try:
            await api.act(control.domain, action, {"entity_id": entity_id, **data})
        except DemoError as error:
            problems.append(f"could not be set to {wanted}: {error}")
            continue
        if problem := await _never_became(api, home, entity_id, control.expected, wanted):
            problems.append(f"was set to {wanted} and {problem}")
    return problems


async def _never_became(api: HassApi, home: Home, entity_id: str, expected: Expected, wanted: str) -> str | None:
    """Wait until the house and the state are as wanted; return what is wrong at the end of all patience."""
    problem: str | None = None
    async for _ in looks(CONTROL_SECONDS):
        truth = await home.simulated.truth()
        if problem := expected.problem(wanted, expected.unit, truth):
            problem = f"the house does not have it: the wish {problem}"
        elif not (problem := _problem((await api.states()).get(entity_id), expected, truth)):
            return None
    return problem


# --- everything else -------------------------------------------------------------------------------------------------


async def _repairs(api: HassApi) -> list[str]:
    """Return the repairs the integration asks for: in the demo there is nothing to repair."""
    issues = (await api.command("repairs/list_issues"))["issues"]
    return [f"Repair: {issue['issue_id']}" for issue in issues if DOMAIN in (issue["domain"], issue["issue_domain"])]


async def _leaks(api: HassApi, homes: Sequence[Home], log: Path) -> list[str]:
    """Return where a password or token can be read: the log or the diagnostics that users attach to bug reports."""
    problems = []
    for home in homes:
        places = {
            "the log": read(log),
            "the diagnostics": await api.text(f"diagnostics/config_entry/{home.entry_id}"),
        }
        told = home.simulated.description.items()
        # A short one could stand there by chance.
        secrets = [text for name, text in told if ("password" in name or "token" in name) and len(text) > 8]
        problems += [
            f"{home.account.title}: a password or token can be read in {place}"
            for place, text in places.items()
            if any(secret in text for secret in secrets)
        ]
    return problems


# --- the table -------------------------------------------------------------------------------------------------------


async def _rows(api: HassApi, homes: Sequence[Home]) -> list[tuple[str, ...]]:
    """Return one row per device: vendor, name, entities, and how many have a value, are unknown, unavailable."""
    registry = await Registry.read(api)
    states = await api.states()
    return [
        (home.account.title, device["name_by_user"] or device["name"], *map(str, _counts(entity_ids, states)))
        for home in homes
        for device, entity_ids in registry.devices(home)
    ]


async def _without_value(api: HassApi, homes: Sequence[Home]) -> str:
    """Return the entities without a value in words: some have none yet (a button nobody pressed)."""
    registry = await Registry.read(api)
    states = await api.states()
    ids = [entity_id for home in homes for _, entity_ids in registry.devices(home) for entity_id in entity_ids]
    return "\n".join(
        f"{kind.capitalize()}: {', '.join(found)}"
        for kind in NO_VALUE
        if (found := [entity_id for entity_id in ids if _kind(states, entity_id) == kind])
    )


def _kind(states: Json, entity_id: str) -> str:
    """Return whether an entity has a value, or which of the two it shows instead; a missing one is unavailable."""
    state: str = states.get(entity_id, {"state": "unavailable"})["state"]
    return state if state in NO_VALUE else VALUE


def _counts(entity_ids: Sequence[str], states: Json) -> Iterator[int]:
    """Yield how many entities there are, have a value, are unknown and are unavailable."""
    kinds = Counter(_kind(states, entity_id) for entity_id in entity_ids)
    yield len(entity_ids)
    yield from (kinds[kind] for kind in (VALUE, *NO_VALUE))


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows of the check's table in columns under their titles; numbers are set to the right."""
    titles = ("Vendor", "Device", "Entities", "Value", "Unknown", "Unavailable")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    lines = [titles, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
