"""Actions for tariffs, providers and backup charge, on a simulated cloud (anker.md §12.3, §12.6, §12.9, §12.10)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.core.errors import NotSupported, WriteRefused
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.vendors.anker import backup_actions, tariff_actions
from custom_components.solar_battery_hub.vendors.base import Action
from tests.vendors.anker.settings_bench import Owner, owner_of
from tests.vendors.tools import NOON

pytestmark = pytest.mark.usefixtures("socket_enabled")

ACTIONS: dict[str, Action] = {action.name: action for action in (*tariff_actions.ACTIONS, *backup_actions.ACTIONS)}
SEASONS: list[dict[str, Any]] = [
    {
        "start_month": 1,
        "end_month": 6,
        "weekday": [
            {"start": 0, "end": 17, "tariff": "off_peak", "price": 0.2},
            {"start": 17, "end": 20, "tariff": "peak", "price": 0.45},
            {"start": 20, "end": 24, "tariff": "off_peak", "price": 0.2},
        ],
        "weekend": [{"start": 0, "end": 24, "tariff": "off_peak", "price": 0.2}],
        "currency": "€",
    },
    {
        "start_month": 7,
        "end_month": 12,
        "weekday": [{"start": 0, "end": 24, "tariff": "off_peak", "price": 0.21}],
        "weekend": None,
        "currency": "€",
    },
]


async def act(owner: Owner, name: str, device: str = "", **fields: Any) -> dict[str, Any]:
    """Run an action as Home Assistant does, on the first site unless said otherwise."""
    checked = vol.Schema(dict(ACTIONS[name].fields))(fields)
    return await ACTIONS[name].run(owner.account, device or owner.site, checked)


async def test_what_is_told_can_be_set_again() -> None:
    """And then nothing is another than before."""
    async with owner_of("solarbank2_ac") as owner:
        before = owner.plan
        told = await act(owner, "get_use_time_plan")
        assert told["seasons"] != []
        assert await act(owner, "set_use_time_plan", **told) == {"outcome": "confirmed", **told}
        assert owner.plan == before | {"manual_backup": before["manual_backup"] or {}}


async def test_seasons_are_replaced() -> None:
    """Whichever device of the site is asked; nothing else of the plan changes."""
    async with owner_of("solarbank2_ac") as owner:
        before = owner.plan
        (bank,) = owner.account.inventory.solarbanks(owner.bench.sites[0])
        answer = await act(owner, "set_use_time_plan", bank.serial, seasons=SEASONS)
        assert answer == {"outcome": "confirmed", "seasons": SEASONS}
        assert {key for key, value in owner.plan.items() if value != before[key]} == {"use_time"}
        assert owner.plan["use_time"][0]["weekday_price"] == [
            {"price": "0.20", "type": 3},
            {"price": "0.45", "type": 1},
        ]
        assert owner.bench.counted["set_site_device_param"] == 1


async def test_deleting_the_tariff_leaves_its_mode() -> None:
    """With a meter for the one that uses it (§12.3)."""
    async with owner_of("solarbank2_ac") as owner:
        assert owner.plan["mode_type"] == 5
        assert (await act(owner, "set_use_time_plan", seasons=[]))["outcome"] == "confirmed"
        assert (owner.plan["mode_type"], owner.plan["use_time"]) == (1, [])
        assert (await act(owner, "get_use_time_plan"))["seasons"] == []


async def test_a_lost_plan_is_not_confirmed() -> None:
    async with owner_of("solarbank2_ac") as owner:
        owner.next_write("lost")
        assert (await act(owner, "set_use_time_plan", seasons=SEASONS))["outcome"] == "not_confirmed"


async def test_who_has_no_tariff() -> None:
    async with owner_of("solarbank2") as owner:
        with pytest.raises(NotSupported):
            await act(owner, "set_use_time_plan", seasons=SEASONS)
    async with owner_of("member") as owner:
        with pytest.raises(WriteRefused, match="member_account"):
            await act(owner, "set_use_time_plan", seasons=SEASONS)
        with pytest.raises(NotSupported):
            await act(owner, "get_use_time_plan", "the-account")


@pytest.mark.parametrize(
    "period",
    [
        {"start": 6, "end": 6, "tariff": "peak"},
        {"start": 20, "end": 6, "tariff": "peak"},
        {"start": 0, "end": 25, "tariff": "peak"},
        {"start": 0, "end": 24, "tariff": "cheap"},
        {"start": 0, "end": 24, "tariff": "peak", "price": -1},
    ],
)
def test_periods_that_nobody_takes(period: dict[str, Any]) -> None:
    season = {"start_month": 1, "end_month": 12, "weekday": [period]}
    with pytest.raises(vol.Invalid):
        vol.Schema(dict(ACTIONS["set_use_time_plan"].fields))({"seasons": [season]})


async def test_providers_to_choose_from() -> None:
    """One line for each area of each company, in the form in which it is chosen (§11.2)."""
    async with owner_of("solarbank3") as owner:
        providers = (await act(owner, "get_price_providers"))["providers"]
        assert {"country": "DE", "company": "Nordpool", "area": "GER"} in providers
        assert [set(provider) for provider in providers] == [{"country", "company", "area"}] * len(providers)
        assert (await act(owner, "set_price_provider", **providers[0]))["outcome"] == "confirmed"


async def test_who_knows_no_dynamic_prices_is_not_asked() -> None:
    async with owner_of("solarbank1") as owner:
        with pytest.raises(NotSupported):
            await act(owner, "get_price_providers")


async def test_a_provider_makes_the_tariff_dynamic() -> None:
    async with owner_of("solarbank3") as owner:
        chosen = {"country": "AT", "company": "Nordpool", "area": "AT"}
        assert await act(owner, "set_price_provider", **chosen) == {"outcome": "confirmed", **chosen}
        await owner.pace.run(minutes=15)
        assert owner.value("tariff") == "dynamic"


async def test_who_has_but_one_kind_of_tariff_has_no_provider() -> None:
    """Where no kind is told (§11.1), none is made up."""
    async with owner_of("solarbank1") as owner:
        owner.bench.act("set_era", "2024-06")
        with pytest.raises(WriteRefused) as refusal:
            await act(owner, "set_price_provider", country="DE", company="Nordpool", area="GER")
        assert (refusal.value.reason, owner.writes) == ("not_on_this_device", 0)


# Power panels


async def test_a_panel_has_a_tariff_of_its_own() -> None:
    """What stays is sent as it was read; the rule comes from the server (§12.9)."""
    async with owner_of("power_panel") as owner:
        told = await act(owner, "get_use_time_plan")
        assert told["seasons"][0]["weekday"][1]["tariff"] == "peak"
        assert (await act(owner, "set_use_time_plan", **told))["outcome"] == "confirmed"
        seasons = [season | {"currency": None} for season in SEASONS]
        answer = await act(owner, "set_use_time_plan", seasons=seasons)
        assert answer == {"outcome": "confirmed", "seasons": seasons}
        names = [name for name in owner.bench.names if "utility_rate_plan" in name]
        assert names[-4:-1] == [
            "get_utility_rate_plan",
            "preprocess_utility_rate_plan",
            "ack_utility_rate_plan",
        ]


async def test_a_panel_guesses_nothing() -> None:
    async with owner_of("power_panel") as owner:
        half = SEASONS[0] | {"end_month": 12, "weekday": SEASONS[0]["weekday"][:1]}
        with pytest.raises(ChangeRefused, match="schedule_gap"):
            await act(owner, "set_use_time_plan", seasons=[half])
        assert "ack_utility_rate_plan" not in owner.bench.names


async def test_a_panel_without_a_plan_has_a_fixed_price() -> None:
    """Which nobody makes up (§12.9)."""
    async with owner_of("power_panel") as owner:
        plan = owner.bench.server.world.extras.rate_plan(owner.bench.sites[0])
        with pytest.raises(ChangeRefused, match="seasons_incomplete"):
            await act(owner, "set_use_time_plan", seasons=[])
        price = {"price": 0.3, "unit": "$"}
        plan.fixed_price = dict(price)
        assert await act(owner, "set_use_time_plan", seasons=[]) == {"outcome": "confirmed", "seasons": []}
        assert (plan.sessions, plan.fixed_price) == ([], price)


# Backup charge


@pytest.mark.parametrize("profile", ["solarbank3", "power_panel"])
async def test_backup_charge_in_a_window(profile: str) -> None:
    """In full minutes; a time without a zone is on the clock of the site."""
    async with owner_of(profile) as owner:
        start = NOON + timedelta(days=1)
        answer = await act(owner, "set_backup_charge", start=start, end=start + timedelta(hours=2, seconds=30))
        assert answer == {
            "outcome": "confirmed",
            "enabled": True,
            "start": start.isoformat(),
            "end": (start + timedelta(hours=2)).isoformat(),
        }
        local = start.astimezone(owner.account.zone(owner.account.site(owner.site))).replace(tzinfo=None)
        again = await act(owner, "set_backup_charge", start=local.isoformat())
        assert (again["start"], again["end"]) == (start.isoformat(), (start + timedelta(hours=3)).isoformat())
        off = await act(owner, "set_backup_charge", enabled=False)
        assert off == {"outcome": "confirmed", "enabled": False, "start": None, "end": None}


async def test_backup_charge_without_a_time_begins_now() -> None:
    async with owner_of() as owner:
        now = owner.bench.clock.now()
        answer = await act(owner, "set_backup_charge")
        start = datetime.fromisoformat(answer["start"])
        assert timedelta(0) <= now - start < timedelta(minutes=1)
        assert datetime.fromisoformat(answer["end"]) - start == timedelta(hours=3)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOON + timedelta(days=1), NOON + timedelta(days=1, minutes=4)),
        (NOON - timedelta(hours=3), NOON - timedelta(hours=1)),
        (NOON + timedelta(hours=5), NOON),
    ],
)
async def test_windows_that_cannot_be(start: datetime, end: datetime) -> None:
    async with owner_of() as owner:
        with pytest.raises(ChangeRefused, match="backup_window"):
            await act(owner, "set_backup_charge", start=start, end=end)
        assert owner.writes == 0


async def test_who_cannot_charge_on_demand() -> None:
    async with owner_of("solarbank2") as owner:
        with pytest.raises(WriteRefused, match="not_on_this_device"):
            await act(owner, "set_backup_charge")
    async with owner_of("solarbank1") as owner:
        with pytest.raises(NotSupported):
            await act(owner, "set_backup_charge")


async def test_a_lost_window_is_not_confirmed() -> None:
    async with owner_of("power_panel") as owner:
        owner.next_write("lost")
        answer = await act(owner, "set_backup_charge", end=datetime(2026, 6, 1, 20, tzinfo=UTC))
        assert answer["outcome"] == "not_confirmed"
