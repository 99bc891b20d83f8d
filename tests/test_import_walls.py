"""The walls of the house: who may import whom, who may name a vendor, and who may read the time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from .source import INTEGRATION, SIMULATORS, Module, imports, is_in, names_used, read_package

VENDOR_WORDS = {
    "powerwall": ("powerwall", "tesla"),
    "growatt": ("growatt",),
    "anker": ("anker", "solix"),
    "goodwe": ("goodwe", "sems"),
}
REGISTRY = ("vendors", "vendors.flows")
"""The two modules that know all vendors, besides the rooms themselves."""

CLOCKS = (f"{INTEGRATION}.hass_clock", f"{SIMULATORS}.clock")
"""The one clock of each tree: what the others are handed."""

TIME_SOURCES = (
    "asyncio.sleep",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "homeassistant.util.dt.now",
    "homeassistant.util.dt.utcnow",
    "time",
)

type Check = Callable[[Sequence[Module]], Iterator[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wall:
    """What a module may import of its own tree (``ours``), and what it may never import."""

    ours: tuple[str, ...]
    never: tuple[str, ...] = ()


def _room(name: str) -> str | None:
    """Return the vendor whose room a module of the integration (name without its package) lies in."""
    match name.split("."):
        case ["vendors", room, *_] if room in VENDOR_WORDS:
            return room
        case _:
            return None


def _wall_around(name: str) -> Wall:
    """Return the wall around a module of the integration, given without the integration's own name."""
    if is_in(name, "core"):
        return Wall(ours=("core",), never=("homeassistant", "aiohttp"))
    if name in ("vendors.base", "vendors.http"):
        return Wall(ours=("core", "vendors.base", "vendors.http"), never=("homeassistant",))
    if room := _room(name):
        ours = ("core", "vendors.base", "vendors.http", f"vendors.{room}")
        if is_in(name, f"vendors.{room}.flow"):
            return Wall(ours=(*ours, "vendors.flow_base"))
        return Wall(ours=ours, never=("homeassistant",))
    return Wall(ours=("",))


def integration_imports(modules: Sequence[Module]) -> Iterator[str]:
    """Yield the imports of the integration that go through a wall."""
    known = {module.name for module in modules}
    for module in modules:
        name = module.name.removeprefix(INTEGRATION).lstrip(".")
        wall = _wall_around(name)
        for found in imports(module, known):
            if is_in(found.target, INTEGRATION):
                target = found.target.removeprefix(INTEGRATION).lstrip(".")
                room = _room(target)
                stranger = room is not None and room != _room(name) and name not in REGISTRY
                forbidden = stranger or not any(own == "" or is_in(target, own) for own in wall.ours)
            else:
                forbidden = any(is_in(found.target, package) for package in (*wall.never, "tests"))
            if forbidden:
                yield f"{module.path}:{found.line} imports {found.target}"


def vendor_names(modules: Sequence[Module]) -> Iterator[str]:
    """Yield where the integration names a vendor outside its room: in code, strings, comments or the file's own name."""
    for module in modules:
        name = module.name.removeprefix(INTEGRATION).lstrip(".")
        if name in REGISTRY:
            continue
        strangers = [word for vendor, words in VENDOR_WORDS.items() if vendor != _room(name) for word in words]
        yield from (f"{module.path} is named after {word}" for word in strangers if word in module.path.lower())
        for number, line in enumerate(module.text.splitlines(), start=1):
            yield from (f"{module.path}:{number} names {word}" for word in strangers if word in line.lower())


def own_time(modules: Sequence[Module]) -> Iterator[str]:
    """Yield where a module takes the time or sleeps by itself instead of through the clock it was handed."""
    for module in modules:
        if module.name in CLOCKS:
            continue
        taken = {
            f"{module.path}:{used.line} uses {used.target}"
            for used in names_used(module)
            if any(is_in(used.target, source) for source in TIME_SOURCES)
        }
        yield from sorted(taken)


def simulator_imports(modules: Sequence[Module]) -> Iterator[str]:
    """Yield where a simulator leans on the tests, on pytest, on Home Assistant or on what it is to be tested with."""
    known = {module.name for module in modules}
    for module in modules:
        for found in imports(module, known):
            strange = is_in(found.target, "tests") and not is_in(found.target, SIMULATORS)
            never = ("pytest", "custom_components", "homeassistant", "pytest_homeassistant_custom_component")
            if strange or any(is_in(found.target, package) for package in never):
                yield f"{module.path}:{found.line} imports {found.target}"


@pytest.mark.parametrize("check", [integration_imports, vendor_names, own_time])
def test_integration_keeps_its_walls(check: Check) -> None:
    modules = read_package(INTEGRATION)
    assert {f"{INTEGRATION}.core.model", f"{INTEGRATION}.vendors.base"} <= {module.name for module in modules}
    assert list(check(modules)) == []


@pytest.mark.parametrize("check", [simulator_imports, own_time])
def test_simulators_keep_their_walls(check: Check) -> None:
    modules = read_package(SIMULATORS)
    assert f"{SIMULATORS}.house" in {module.name for module in modules}
    assert list(check(modules)) == []


@pytest.mark.parametrize("clock", CLOCKS)
def test_exempt_clocks_exist(clock: str) -> None:
    package = INTEGRATION if is_in(clock, INTEGRATION) else SIMULATORS
    assert clock in {module.name for module in read_package(package)}


IMPORTS_THROUGH_A_WALL = [
    ("core/model.py", "import homeassistant.const", "homeassistant.const"),
    ("core/model.py", "def late():\n    from aiohttp import web", "aiohttp"),
    ("core/model.py", "from ..vendors import base", f"{INTEGRATION}.vendors.base"),
    ("core/model.py", "from ..const import DOMAIN", f"{INTEGRATION}.const"),
    ("core/model.py", "from tests.simulators import house", "tests.simulators"),
    ("vendors/base.py", "from .powerwall import client", f"{INTEGRATION}.vendors.powerwall.client"),
    ("vendors/base.py", "from homeassistant.core import HomeAssistant", "homeassistant.core"),
    ("vendors/http.py", "from . import VENDORS", f"{INTEGRATION}.vendors"),
    ("vendors/powerwall/client.py", "from homeassistant import core", "homeassistant"),
    ("vendors/powerwall/client.py", "from ...const import DOMAIN", f"{INTEGRATION}.const"),
    ("vendors/powerwall/client.py", "from ..growatt.client import Client", f"{INTEGRATION}.vendors.growatt.client"),
    ("vendors/powerwall/__init__.py", "from ..growatt import client", f"{INTEGRATION}.vendors.growatt.client"),
    ("vendors/powerwall/flow.py", "from ...config_flow import Flow", f"{INTEGRATION}.config_flow"),
    ("sensor.py", "from .vendors.powerwall.client import Client", f"{INTEGRATION}.vendors.powerwall.client"),
    ("sensor.py", "from .vendors.powerwall import ROWS", f"{INTEGRATION}.vendors.powerwall"),
    ("sensor.py", "import tests.simulators.house", "tests.simulators.house"),
]

IMPORTS_THROUGH_A_DOOR = [
    ("core/model.py", "from .clock import Clock\nfrom datetime import datetime"),
    ("vendors/__init__.py", "from .powerwall import client"),
    ("vendors/flows.py", "from .powerwall.flow import Flow\nfrom homeassistant import config_entries"),
    (
        "vendors/powerwall/client.py",
        "import aiohttp\nfrom ...core import model\nfrom .. import base, http\nfrom . import flow",
    ),
    ("vendors/powerwall/flow.py", "from homeassistant import config_entries"),
    (
        "sensor.py",
        "from homeassistant.core import callback\nfrom .vendors import base, VENDORS\nfrom .core.model import Device",
    ),
]


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str, str], None]:
    """Return a function that writes a file of the integration (or of the simulators) below the temporary root."""
    files = (
        "core/model.py",
        "vendors/base.py",
        "vendors/http.py",
        "vendors/powerwall/client.py",
        "vendors/growatt/client.py",
    )

    def write(path: str, text: str) -> None:
        file = tmp_path.joinpath(*INTEGRATION.split("."), path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    for path in files:
        write(path, "")
    return write


@pytest.mark.parametrize(("path", "text", "target"), IMPORTS_THROUGH_A_WALL)
def test_import_through_a_wall_is_found(
    plant: Callable[[str, str], None], tmp_path: Path, path: str, text: str, target: str
) -> None:
    plant(path, text)
    file = f"custom_components/solar_battery_hub/{path}"
    assert list(integration_imports(read_package(INTEGRATION, tmp_path))) == [
        f"{file}:{len(text.splitlines())} imports {target}"
    ]


@pytest.mark.parametrize(("path", "text"), IMPORTS_THROUGH_A_DOOR)
def test_import_through_a_door_is_allowed(
    plant: Callable[[str, str], None], tmp_path: Path, path: str, text: str
) -> None:
    plant(path, text)
    assert list(integration_imports(read_package(INTEGRATION, tmp_path))) == []


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("sensor.py", "# unlike a Powerwall", "powerwall"),
        ("sensor.py", 'NAME = "Tesla"', "tesla"),
        ("core/model.py", "class GrowattDevice: ...", "growatt"),
        ("vendors/base.py", '"""Solix and the others."""', "solix"),
        ("vendors/http.py", "anker_host = 1", "anker"),
        ("vendors/powerwall/client.py", "# as GoodWe does", "goodwe"),
        ("config_flow.py", "SEMS_PLUS = 1", "sems"),
    ],
)
def test_vendor_named_outside_its_room_is_found(
    plant: Callable[[str, str], None], tmp_path: Path, path: str, text: str, word: str
) -> None:
    plant(path, text)
    file = f"custom_components/solar_battery_hub/{path}"
    assert list(vendor_names(read_package(INTEGRATION, tmp_path))) == [f"{file}:1 names {word}"]


def test_file_named_after_a_vendor_is_found(plant: Callable[[str, str], None], tmp_path: Path) -> None:
    plant("growatt_sensor.py", "")
    assert list(vendor_names(read_package(INTEGRATION, tmp_path))) == [
        "custom_components/solar_battery_hub/growatt_sensor.py is named after growatt"
    ]


def test_vendor_may_be_named_at_home(plant: Callable[[str, str], None], tmp_path: Path) -> None:
    plant("vendors/powerwall/client.py", "class PowerwallClient:\n    maker = 'Tesla'")
    plant("vendors/__init__.py", "from .powerwall import client\nfrom .growatt import client as other")
    plant("vendors/flows.py", "from .powerwall import client")
    assert list(vendor_names(read_package(INTEGRATION, tmp_path))) == []


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("import time\nstart = time.monotonic()", ["1 uses time", "2 uses time.monotonic"]),
        ("from time import time as seconds", ["1 uses time.time"]),
        ("import asyncio as aio\naio.sleep(1)", ["2 uses asyncio.sleep"]),
        ("from asyncio import sleep", ["1 uses asyncio.sleep"]),
        ("import datetime as dt\ndt.datetime.now(dt.UTC)", ["2 uses datetime.datetime.now"]),
        ("from datetime import datetime\ndatetime.utcnow()", ["2 uses datetime.datetime.utcnow"]),
        ("from datetime import date\nnow = date.today", ["2 uses datetime.date.today"]),
        ("from homeassistant.util import dt as dt_util\ndt_util.utcnow()", ["2 uses homeassistant.util.dt.utcnow"]),
        ("import asyncio\nfrom datetime import datetime, time\nasyncio.Lock()\ntime(1)\ndatetime.combine", []),
    ],
)
def test_own_time_is_found(plant: Callable[[str, str], None], tmp_path: Path, text: str, used: list[str]) -> None:
    plant("core/model.py", text)
    file = "custom_components/solar_battery_hub/core/model.py"
    assert list(own_time(read_package(INTEGRATION, tmp_path))) == [f"{file}:{line}" for line in used]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("from custom_components.solar_battery_hub.core import model", f"{INTEGRATION}.core"),
        ("import pytest", "pytest"),
        ("from homeassistant.util import dt", "homeassistant.util"),
        ("from tests.source import ROOT", "tests.source"),
        ("from ..source import ROOT", "tests.source"),
        ("from .. import source", "tests"),
    ],
)
def test_simulator_that_leans_on_others_is_found(tmp_path: Path, text: str, target: str) -> None:
    folder = tmp_path / "tests" / "simulators"
    folder.mkdir(parents=True)
    (folder / "clock.py").touch()
    (folder / "house.py").write_text(f"import aiohttp\nfrom . import clock\n{text}\n", encoding="utf-8")
    assert list(simulator_imports(read_package(SIMULATORS, tmp_path))) == [
        f"tests/simulators/house.py:3 imports {target}"
    ]
