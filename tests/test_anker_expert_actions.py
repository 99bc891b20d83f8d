"""Actions for experts in Home Assistant: any call of Anker's cloud, and a recording of an account in a folder."""

import json
from pathlib import Path

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.solar_battery_hub.vendors.anker import pace, patience
from tests.conftest import StartAnker
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("noon")

SCENE = "power_service/v1/site/get_scen_info"
UPGRADE = "power_service/v1/app/set_auto_upgrade"


@pytest.fixture
async def server(hub: Hub, start_anker: StartAnker, monkeypatch: pytest.MonkeyPatch) -> AnkerSimulator:
    """Add an account whose cloud bears any number of questions, so that nobody has to wait."""
    monkeypatch.setattr(pace, "_USUAL", 10_000)
    monkeypatch.setattr(pace, "_LIMITS", {})
    monkeypatch.setattr(patience, "_PACE", 0.0)
    server = await start_anker("solarbank3")
    server.limits.energy = server.limits.others = None
    await hub.add_anker(server)
    await hub.advance(120, step=30)
    return server


@pytest.fixture
def root(server: AnkerSimulator) -> str:
    """Return our id of the account."""
    return f"user_{server.door.account.user_id}"


async def test_a_question_is_answered_as_the_cloud_says_it(hub: Hub, server: AnkerSimulator, root: str) -> None:
    site = next(iter(server.source.sites))
    answer = await hub.act("call_api", root, path=SCENE, body={"site_id": site})
    assert (answer["code"], answer["data"]["site_id"]) == (0, site)
    assert (await hub.act("call_api", root, path=SCENE))["code"] == 10003


async def test_an_order_has_to_be_confirmed(hub: Hub, server: AnkerSimulator, root: str) -> None:
    order = {"path": UPGRADE, "body": {"main_switch": False, "device_list": []}}
    sent = len(server.requests)
    with pytest.raises(ServiceValidationError) as caught:
        await hub.act("call_api", root, **order)
    assert caught.value.translation_key == "api_call_may_write"
    assert len(server.requests) == sent
    assert (await hub.act("call_api", root, **order, confirm=True))["code"] == 0


async def test_a_recording_is_written_to_a_folder(hub: Hub, server: AnkerSimulator, root: str, tmp_path: Path) -> None:
    hub.hass.config.allowlist_external_dirs.add(str(tmp_path))
    folder = tmp_path / "recording"
    answer = await hub.act("export_recordings", root, folder=str(folder))
    assert answer["files"] == sorted(path.name for path in folder.iterdir())
    assert (answer["unanswered"], answer["questions"]) == ([], len(answer["files"]))
    text = "".join(path.name + path.read_text(encoding="utf-8") for path in folder.iterdir())
    account = server.door.account
    private = {account.email, account.user_id, *server.door.tokens, *server.source.sites, *server.source.serials}
    assert not {word for word in private if word in text}
    assert json.loads((folder / "site_list.json").read_text(encoding="utf-8"))["code"] == 0


async def test_nothing_is_asked_for_a_folder_that_may_not_be_written_to(
    hub: Hub, server: AnkerSimulator, root: str, tmp_path: Path
) -> None:
    sent = len(server.requests)
    with pytest.raises(ServiceValidationError):
        await hub.act("export_recordings", root, folder=str(tmp_path / "recording"))
    assert len(server.requests) == sent
