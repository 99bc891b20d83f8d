"""Actions that leave files behind: only where Home Assistant may write, and named in the answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.solar_battery_hub.services import async_setup_services
from custom_components.solar_battery_hub.vendors.base import Account, Action
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up


async def add(hub: Hub, monkeypatch: pytest.MonkeyPatch, ran: list[str]) -> None:
    """Add an account with an action that makes two files, one of a name that would lead out of the folder."""

    async def run(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        assert fields == {}
        ran.append(device)
        return {"files": {"one.json": "{}", "../two.json": "[]"}, "count": 2}

    action = Action(name="make_files", fields={}, run=run, changes=False, makes_files=True)
    await add_made_up(hub.hass, monkeypatch, MadeUpAccount(), action)
    async_setup_services(hub.hass)


def found(folder: Path) -> dict[str, str]:
    """Return every file in a folder, with what is in it."""
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.json")}


async def test_files_are_written_into_the_folder(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hub.hass.config.allowlist_external_dirs = {str(tmp_path)}
    await add(hub, monkeypatch, [])
    answer = await hub.act("make_files", SITE, folder=str(tmp_path / "made"))
    assert answer == {"files": ["../two.json", "one.json"], "count": 2}
    assert found(tmp_path) == {"made/one.json": "{}", "made/two.json": "[]"}


async def test_folder_elsewhere_is_refused_before_anything_is_done(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[str] = []
    await add(hub, monkeypatch, ran)
    with pytest.raises(ServiceValidationError) as error:
        await hub.act("make_files", SITE, folder=str(tmp_path))
    assert error.value.translation_key == "folder_not_allowed"
    assert (ran, found(tmp_path)) == ([], {})


async def test_a_way_out_of_an_allowed_folder_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    hub.hass.config.allowlist_external_dirs = {str(allowed)}
    ran: list[str] = []
    await add(hub, monkeypatch, ran)
    with pytest.raises(ServiceValidationError) as error:
        await hub.act("make_files", SITE, folder=f"{allowed}/new/../..")
    assert error.value.translation_key == "folder_not_allowed"
    assert (ran, found(tmp_path)) == ([], {})
