"""An account as a whole: what it asks, what that brings, and what it leaves alone (anker.md §5, §14–§16)."""

from collections.abc import AsyncGenerator
from itertools import pairwise
from types import NoneType

import pytest

from custom_components.solar_battery_hub.core.errors import RateLimited, TooSoon, Unreachable
from custom_components.solar_battery_hub.core.model import DeviceKind, Ref
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from custom_components.solar_battery_hub.vendors.base import Wanted
from tests.vendors.anker.bench import IDENTITY, Bench, open_bench
from tests.vendors.reading import Pace, feed, fetch, kwh, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

PS = "/power_service/v1"


@pytest.fixture
async def bench(socket_enabled: None) -> AsyncGenerator[Bench]:
    """Have one Solarbank 3 with a meter."""
    async with open_bench() as found:
        yield found


async def started(bench: Bench, *, minutes: float = 5.0) -> tuple[AnkerAccount, Pace[AnkerAccount]]:
    """Open an account and let it run for a while."""
    account = bench.open()
    pace = Pace(bench.clock, account)
    await pace.run(minutes=minutes)
    return account, pace


async def test_a_dialog_learns_whose_account_it_is(bench: Bench) -> None:
    """One sign-in and two lists."""
    facts = await bench.dialog().identify()
    assert facts.identity == f"user_{bench.server.door.account.user_id}"
    assert facts.name == "Balcony"
    assert [site.id for site in facts.sites] == bench.sites
    assert {device.site for device in facts.devices} == set(bench.sites)
    assert bench.counted == {"login": 1, "get_site_list": 1, "get_relate_and_bind_devices": 1}


async def test_an_entry_uses_what_its_dialog_learned(bench: Bench) -> None:
    """Setting up costs one sign-in in all."""
    await bench.dialog().identify()
    await started(bench)
    assert bench.counted["login"] == 1


async def test_first_data_is_there_within_forty_requests(bench: Bench) -> None:
    """At most twenty in the first minute; energies begin in the second (§16)."""
    account = bench.open()
    pace = Pace(bench.clock, account)
    await pace.run(seconds=59)
    assert len(bench.names) <= 20
    assert bench.counted["energy_analysis"] == 0
    await pace.run(minutes=4)
    assert len(bench.names) <= 40
    known = {ref.key for ref in pace.values}
    assert {"solar_power", "battery_level", "home_energy_today", "solar_energy_total", "pv_energy_today_4"} <= known
    assert not [poll for poll in pace.fetched if poll.error]


async def test_devices_hang_together(bench: Bench) -> None:
    """Account, site, what is in it."""
    account, _ = await started(bench, minutes=1)
    devices = {device.id: device for device in account.devices}
    root, site, *parts = devices.values()
    assert (root.id, root.kind, root.parent) == (IDENTITY, DeviceKind.ACCOUNT, None)
    assert (site.id, site.kind, site.parent) == (site_id(bench.sites[0]), DeviceKind.SITE, IDENTITY)
    assert {part.kind for part in parts} == {DeviceKind.BATTERY, DeviceKind.METER}
    assert {part.parent for part in parts} == {site.id}
    assert site.currency == "EUR"


async def test_a_restart_signs_nobody_in_and_knows_everything(bench: Bench) -> None:
    """Devices, feeds and the token are on the disk."""
    account, _ = await started(bench)
    before = list(account.devices), [known.key for known in account.feeds]
    again = bench.restart()
    assert (list(again.devices), [known.key for known in again.feeds]) == before
    bench.forget_requests()
    await Pace(bench.clock, again).run(minutes=5)
    assert bench.counted["login"] == 0


@pytest.mark.parametrize(("profile", "most"), [("solarbank3", 5.0), ("three_sites", 15.0)])
async def test_the_pace_stays_within_its_budget(profile: str, most: float) -> None:
    """So many requests in a minute, and nobody is ever turned away (§15, §16)."""
    async with open_bench(profile) as bench:
        _, pace = await started(bench, minutes=15)
        assert 429 not in {request.status for request in bench.server.requests}
        bench.forget_requests()
        await pace.run(hours=1)
        assert 429 not in {request.status for request in bench.server.requests}
        assert len(bench.names) / 60 <= most
        assert not [poll for poll in pace.fetched if poll.error]


async def test_energies_are_spread_over_ten_minutes(bench: Bench) -> None:
    """Eight questions, one after the other and never two at once."""
    _, pace = await started(bench, minutes=10)
    polls = [poll.at for poll in await pace.run(minutes=30) if poll.key == "energy"]
    gaps = {round((later - sooner).total_seconds()) for sooner, later in pairwise(polls)}
    assert gaps <= {74, 75, 76}


async def test_only_what_is_looked_at_is_asked(bench: Bench) -> None:
    """Everything is known, and somebody looks at one energy only."""
    _, pace = await started(bench)
    known = frozenset(pace.values)
    looked_at = Ref(site_id(bench.sites[0]), "home_energy_today")
    pace.wanted = Wanted(refs=frozenset({looked_at}), known=known)
    await pace.run(minutes=1)
    bench.forget_requests()
    await pace.run(minutes=30)
    assert bench.counted["energy_analysis"] == 3
    side = {"get_site_device_param", "get_site_price", "get_wifi_info_list", "check_update", "get_message_unread"}
    assert side.isdisjoint(bench.counted)
    # Lists tell of devices nobody can look at before they are there.
    assert bench.counted["get_site_list"] == 6
    assert bench.counted["get_relate_and_bind_devices"] == bench.counted["get_vehicle_list"] == 3


async def test_what_is_not_known_yet_is_asked_once(bench: Bench) -> None:
    """Otherwise no entity of it could ever come to be."""
    account = bench.open()
    pace = Pace(bench.clock, account, Wanted(refs=frozenset(), known=frozenset()))
    await pace.run(minutes=5)
    assert bench.counted["co2_ranking"] == bench.counted["get_message_unread"] == 1
    assert bench.counted["energy_analysis"] == 8
    pace.wanted = Wanted(refs=frozenset(), known=frozenset(pace.values))
    bench.forget_requests()
    await pace.run(minutes=30)
    assert bench.counted["co2_ranking"] == bench.counted["energy_analysis"] == 0


@pytest.mark.parametrize(
    "path",
    [
        f"{PS}/get_message_unread",
        f"{PS}/app/get_auto_upgrade",
        "/app/ota/batch/check_update",
        f"{PS}/app/get_relate_and_bind_devices",
        f"{PS}/site/get_site_price",
        f"{PS}/site/co2_ranking",
        f"{PS}/site/get_wifi_info_list",
    ],
)
async def test_a_side_call_that_fails_takes_nothing_else_down(bench: Bench, path: str) -> None:
    """502 for weeks was seen for one of them (§4, §20)."""
    bench.server.faults.add(path, "status", code=502)
    _, pace = await started(bench, minutes=12)
    assert not [poll for poll in pace.fetched if poll.error]
    known = {ref.key for ref in pace.values}
    assert {"solar_power", "operating_mode", "battery_charge_energy_today", "smart_mode_status"} <= known


async def test_a_question_about_energies_that_fails_loses_its_turn_only(bench: Bench) -> None:
    """The others go on."""
    bench.server.faults.add(f"{PS}/site/energy_analysis", "status", code=522, times=2)
    _, pace = await started(bench, minutes=4)
    assert {type(poll.error) for poll in pace.fetched} <= {NoneType, TooSoon}
    assert "home_energy_today" in {ref.key for ref in pace.values}


async def test_energies_that_always_fail_are_told(bench: Bench) -> None:
    """Then something is wrong."""
    bench.server.faults.add(f"{PS}/site/energy_analysis", "status", code=522)
    _, pace = await started(bench, minutes=4)
    failed = [poll for poll in pace.fetched if poll.error]
    assert {poll.key for poll in failed} == {"energy"}
    assert isinstance(failed[0].error, Unreachable)


async def test_nobody_there_is_told(bench: Bench) -> None:
    """A round of which nothing was answered has failed."""
    account, _ = await started(bench)
    bench.server.faults.add("*", "status", code=503)
    for key in ("sites", "scene", "devices", "details", "facts"):
        bench.clock.pass_time(hours=2)
        with pytest.raises(Unreachable):
            await fetch(account, key)


async def test_a_refused_question_does_not_hurt(bench: Bench) -> None:
    """What does not fit a device is answered with a refusal (§4)."""
    bench.server.faults.add(f"{PS}/site/co2_ranking", "refusal", value=10000)
    bench.server.faults.add(f"{PS}/site/get_site_device_param", "refusal", value=10004)
    _, pace = await started(bench, minutes=25)
    assert not [poll for poll in pace.fetched if poll.error]
    assert bench.counted["co2_ranking"] == 1
    assert bench.counted["get_site_price"] == 3


async def test_a_scene_that_is_not_valid_tells_nothing(bench: Bench) -> None:
    """Zeros that are none; what was counted stands (§7.2)."""
    account, pace = await started(bench)
    before = kwh(pace, Ref(site_id(bench.sites[0]), "solar_energy_total"))
    bench.act("set_invalid", bench.sites[0])
    bench.clock.pass_time(minutes=5)
    told = values(await fetch(account, "scene"), site_id(bench.sites[0]))
    assert told["solar_power"] is None
    total = told.get("solar_energy_total", before)
    assert isinstance(total, float)
    assert total >= before


async def test_a_site_that_fell_silent_measures_nothing_any_more(bench: Bench) -> None:
    """The cloud tells the last report for ever; after an hour and a half that is no measurement."""
    account, pace = await started(bench)
    bench.act("set_reports", on=False)
    await pace.run(minutes=80)
    site = site_id(bench.sites[0])
    assert isinstance(pace.values[Ref(site, "battery_level")], float)
    await pace.run(minutes=20)
    assert not isinstance(values(await fetch(account, "scene"), site)["battery_level"], float)


async def test_scenes_are_read_when_they_are_new(bench: Bench) -> None:
    """A little after the devices' own report."""
    _, pace = await started(bench)
    polls = [poll for poll in await pace.run(minutes=20) if poll.key.startswith("scene")]
    ages = [(poll.at - poll.snapshot.measured_at).total_seconds() % 60 for poll in polls if poll.snapshot]
    assert len(ages) == len(polls) >= 19
    assert sum(9 <= age <= 26 for age in ages) >= len(ages) - 2, "whoever else asks may be in the way now and then"


async def test_members_only_look_on() -> None:
    """Nobody asks what only the owner may know, and the user is told why nothing can be set (§5.3)."""
    async with open_bench("member") as bench:
        account, pace = await started(bench, minutes=15)
        (notice,) = account.notices
        assert (notice.key, notice.placeholders) == ("member_site", {"site": "Parents"})
        refused = {
            "get_site_device_param",
            "get_site_price",
            "get_power_limit",
            "get_wifi_info_list",
            "get_device_attrs",
        }
        assert refused.isdisjoint(bench.counted)
        assert {"solar_power", "home_energy_today"} <= {ref.key for ref in pace.values}
        assert all(not account.controls(device.id) for device in account.devices)
        assert not [known for known in account.feeds if known.key.startswith("details")]


async def test_an_inverter_that_stands_for_itself_has_a_site_of_its_own() -> None:
    """Read with all others of its kind in one call (§6.4)."""
    async with open_bench("inverter") as bench:
        account, pace = await started(bench)
        _, site, inverter = account.devices
        assert site.id == f"site_virtual-{inverter.id}"
        assert inverter.parent == site.id
        told = {ref.key for ref in pace.values if ref.device == inverter.id}
        assert {"solar_power", "solar_energy_today", "solar_energy_total"} <= told
        assert bench.counted["get_scen_info"] == 0


@pytest.mark.parametrize("profile", ["power_panel", "hes"])
async def test_sites_without_live_values_are_read_by_their_averages(profile: str) -> None:
    """Four questions each time their clock has moved, today's energies with them (§10.5)."""
    async with open_bench(profile) as bench:
        _, pace = await started(bench, minutes=20)
        bench.forget_requests()
        await pace.run(hours=1)
        asked = bench.counted["energy_statistics"] + bench.counted["get_energy_statistics"]
        assert 40 <= asked <= 4 * 12 + 2
        known = {ref.key for ref in pace.values}
        assert {"solar_power", "home_power", "battery_level", "home_energy_today", "home_energy_total"} <= known


async def test_the_interval_is_the_users() -> None:
    """Sixty seconds is as quick as it gets."""
    async with open_bench() as bench:
        for chosen, interval in ((600, 600.0), (30, 60.0), (None, 60.0), (9999, 600.0)):
            account = bench.open(interval=chosen)
            await fetch(account, "sites")
            assert feed(account, "scene").interval == interval


async def test_only_chosen_sites_are_read() -> None:
    """The others are known to whoever wants to choose."""
    async with open_bench("three_sites") as bench:
        chosen = bench.sites[1]
        account = bench.open(sites=[chosen])
        await Pace(bench.clock, account).run(minutes=5)
        assert len(account.sites) == 3
        assert [device.id for device in account.devices if device.kind is DeviceKind.SITE] == [site_id(chosen)]
        assert bench.counted["get_scen_info"] <= 6


async def test_a_token_that_was_displaced_is_no_sign_in_for_each_feed(bench: Bench) -> None:
    """One in an hour; the rest waits, and nobody is asked for a password."""
    account, pace = await started(bench, minutes=70)
    bench.act("set_door", single_token=True)
    bench.forget_requests()
    for _ in range(2):
        bench.act("displace")
        await pace.run(minutes=10)
        assert bench.counted["login"] == 1
    assert {type(poll.error) for poll in pace.fetched if poll.error} == {RateLimited, TooSoon}
    assert account.notices == ()
    await pace.run(minutes=65)
    assert bench.counted["login"] == 2
    assert not [poll for poll in await pace.run(minutes=10) if poll.error]


@pytest.mark.parametrize(
    ("profile", "path"),
    [
        ("solarbank3", f"{PS}/site/get_scen_info"),
        ("inverter", "/charging_pv_svc/getPvStatus"),
        ("power_panel", "/charging_energy_service/energy_statistics"),
        ("hes", "/charging_hes_svc/get_energy_statistics"),
    ],
)
async def test_what_is_refused_as_a_whole_is_no_trouble(profile: str, path: str) -> None:
    """A site or device that a service does not know has nothing to tell; the account is there all the same."""
    async with open_bench(profile) as bench:
        bench.server.faults.add(path, "refusal", value=10004)
        _, pace = await started(bench)
        assert not [poll for poll in pace.fetched if poll.error]
