"""What goes wrong is told in the user's words: settings as their entities are called, times as the clock on the wall."""

from collections.abc import Mapping
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.core.control import ControlKind, Setting
from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.core.quantities import Quantity
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.vendors.base import Account, Action
from tests.bad_days.tools import patiently
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up
from tests.metadata.files import texts

MODE = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "backup"))
RESERVE = Setting(
    key="backup_reserve", kind=ControlKind.NUMBER, minimum=0.0, maximum=80.0, step=5.0, quantity=Quantity.RATIO
)
ENGLISH = texts("en")


@pytest.fixture
def account() -> MadeUpAccount:
    """Return an account whose mode and reserve can be written."""
    account = MadeUpAccount(MODE, RESERVE)
    account.stored = {"operating_mode": "self_consumption", "backup_reserve": 20.0}
    return account


VALUES = (
    ("set_backup_reserve", {"reserve": 85}, "Backup reserve must be between 0 % and 80 %"),
    ("set_backup_reserve", {"reserve": 33}, "Backup reserve goes in steps of 5 %"),
    (
        "set_operating_mode",
        {"mode": "party"},
        "party cannot be chosen for Operating mode. Possible: self_consumption, backup",
    ),
)


@pytest.mark.parametrize(("action", "fields", "words"), VALUES)
async def test_values_that_are_refused(
    hub: Hub,
    account: MadeUpAccount,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    fields: Mapping[str, Any],
    words: str,
) -> None:
    """The setting is called as its entity is."""
    await add_made_up(hub.hass, monkeypatch, account)
    with pytest.raises(ServiceValidationError) as error:
        await hub.act(action, SITE, **fields)
    assert str(error.value) == words
    assert account.written == []


FAILURES: tuple[tuple[HubError, type[HomeAssistantError], str], ...] = (
    (Unreachable("x"), HomeAssistantError, ENGLISH["exceptions.cannot_connect.message"].removesuffix(".")),
    (BadAnswer("x"), HomeAssistantError, ENGLISH["exceptions.bad_answer.message"].removesuffix(".")),
    (NotSupported("x"), ServiceValidationError, ENGLISH["exceptions.not_supported.message"].removesuffix(".")),
    (WriteRefused("battery_empty"), HomeAssistantError, ENGLISH["exceptions.battery_empty.message"].removesuffix(".")),
    (RateLimited(42.4), HomeAssistantError, "That was too fast. Try again in 42 seconds"),
)


@pytest.mark.parametrize(("failure", "kind", "words"), FAILURES)
async def test_failures(
    hub: Hub,
    account: MadeUpAccount,
    monkeypatch: pytest.MonkeyPatch,
    failure: HubError,
    kind: type[HomeAssistantError],
    words: str,
) -> None:
    """What goes wrong on the way is an error in words, never a receipt."""
    await add_made_up(hub.hass, monkeypatch, account)
    account.write_error, account.read_error = failure, Unreachable("x")
    with pytest.raises(HomeAssistantError) as error:
        await patiently(hub, hub.act("set_operating_mode", SITE, mode="backup", wait=5))
    assert type(error.value) is kind
    assert str(error.value) == words


async def test_locked_names_the_time(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's time zone."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    await add_made_up(hub.hass, monkeypatch, account)
    account.write_error = Locked(dt_util.parse_datetime("2026-07-01T12:30:45+00:00", raise_on_error=True))
    with pytest.raises(HomeAssistantError, match=r"until 2026-07-01 14:30, so that"):
        await hub.act("set_operating_mode", SITE, mode="backup")
    await hub.hass.config.async_set_time_zone("UTC")


@pytest.mark.parametrize("language", ["en", "de"])
async def test_not_confirmed_in_the_users_words(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Entities and their states are called as the user sees them."""
    hub.hass.config.language = language
    await add_made_up(hub.hass, monkeypatch, account)
    account.obeys = False
    words = texts(language)
    select = "entity.select.operating_mode"
    name, asked, found = (words[f"{select}.{key}"] for key in ("name", "state.backup", "state.self_consumption"))
    with pytest.raises(HomeAssistantError) as error:
        await patiently(hub, hub.act("set_operating_mode", SITE, mode="backup", wait=5))
    assert error.value.translation_key == "not_confirmed"
    assert error.value.translation_placeholders == {"asked": f"{name}: {asked}", "found": f"{name}: {found}"}
    account.stored.clear()
    with pytest.raises(HomeAssistantError) as error:
        await patiently(hub, hub.act("set_backup_reserve", SITE, reserve=35, wait=5))
    reserve = words["entity.number.backup_reserve.name"]
    assert error.value.translation_placeholders == {"asked": f"{reserve}: 35", "found": "–"}


async def test_own_action_that_is_refused(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's own action may refuse and fail like every other."""
    failures: list[Exception] = [
        ChangeRefused("value_out_of_range", setting="backup_reserve", minimum="0 %", maximum="80 %"),
        WriteRefused("battery_empty"),
    ]

    async def run(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if failures:
            raise failures.pop(0)
        return {"device": device, "fields": dict(fields)}

    own = Action(name="dance", fields={vol.Required("steps"): int}, run=run)
    await add_made_up(hub.hass, monkeypatch, account, own)
    with pytest.raises(ServiceValidationError, match="Backup reserve must be between 0 % and 80 %"):
        await hub.act("dance", SITE, steps=3)
    with pytest.raises(HomeAssistantError, match="The battery is empty"):
        await hub.act("dance", SITE, steps=3)
    assert await hub.act("dance", SITE, steps=3) == {"device": SITE, "fields": {"steps": 3}}
