"""What each feed asks and brings, on good days and bad ones (powerwall.md §4, §5, §8, §20)."""

from datetime import timedelta
import logging

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, Unreachable
from custom_components.solar_battery_hub.core.model import DeviceKind, Gone, Ref
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.powerwall import fetch as fetch_module

from .conftest import IDENTITY, Bench, StartBench, fetch, values, wanting

FACTS = ["powerwalls", "site_info", "solars", "networks", "meters", "system/update/status"]


async def test_six_requests_a_round_without_repeats(bench: Bench) -> None:
    """What a user sees by default; phases are off until somebody wants them."""
    account = bench.open()
    await fetch(account, "power")
    before = bench.asked
    await fetch(account, "power")
    await fetch(account, "system", wanting("battery_energy", "operating_mode", "running"))
    assert bench.paths(before) == [
        "meters/aggregates",
        "system_status/soe",
        "system_status/grid_status",
        "system_status",
        "operation",
        "sitemaster",
    ]


async def test_what_nobody_wants_is_not_asked(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power", wanting("battery_level"))
    await fetch(account, "power", wanting("grid_status"))
    await fetch(account, "power", wanting("solar_power"))
    await fetch(account, "power", Wanted(refs=frozenset()))
    await fetch(account, "system", Wanted(refs=frozenset()))
    assert bench.paths()[2:] == [
        "system_status/soe",
        "system_status/grid_status",
        "meters/aggregates",
        "system_status",  # batteries come and go, and faults happen, whoever looks
    ]


async def test_values_are_the_houses(bench: Bench) -> None:
    account = bench.open()
    power = values(await fetch(account, "power"))
    truth = bench.gateway.house.truth()
    assert power["grid_power"] == pytest.approx(truth.grid_w, abs=30)
    assert power["battery_power"] == pytest.approx(truth.battery_w, abs=30)
    assert power["home_power"] == pytest.approx(truth.home_w, abs=30)
    assert power["solar_energy_total"] == pytest.approx(truth.counters.solar_wh / 1000, abs=0.1)
    assert power["battery_level"] == pytest.approx((truth.battery_level - 5) / 0.95, abs=0.1)


async def test_values_carry_the_time_before_asking(bench: Bench) -> None:
    account = bench.open()
    before = bench.clock.now()
    bench.store.on_save = lambda: bench.clock.pass_time(seconds=3)  # the sign-in takes its time
    assert (await fetch(account, "power")).measured_at == before
    assert bench.clock.now() > before


async def test_devices(start_bench: StartBench) -> None:
    bench = await start_bench(batteries=2)
    account = bench.open(identity=bench.gateway.din)
    system = await fetch(account, "system")
    await fetch(account, "status")
    facts = await fetch(account, "facts")
    assert system.devices is not None
    assert facts.devices is not None
    gateway, *parts = facts.devices
    assert (gateway.id, gateway.kind, gateway.parent) == (bench.gateway.din, DeviceKind.GATEWAY, None)
    assert (gateway.name, gateway.model, gateway.zone) == ("Simulated Home", "Gateway 2", "Europe/Berlin")
    assert gateway.serial == bench.gateway.din.split("--")[1]
    assert gateway.sw_version == "23.44.3-msa 193a3259"
    assert {part.parent for part in parts} == {bench.gateway.din}
    kinds = [part.kind for part in parts]
    assert kinds.count(DeviceKind.BATTERY) == 2
    assert kinds.count(DeviceKind.METER) == 2
    assert {part.model for part in parts if part.kind is DeviceKind.BATTERY} == {"Powerwall 2"}


async def test_devices_survive_a_restart(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "system")
    await fetch(account, "facts")
    again = bench.open()
    again.restore(account.devices)
    assert again.devices == account.devices


async def test_battery_order_does_not_matter(start_bench: StartBench) -> None:
    bench = await start_bench(batteries=3)
    account = bench.open()
    first = await fetch(account, "system")
    bench.gateway.faults.add("", "shuffled_batteries")
    second = await fetch(account, "system")
    assert second.values == first.values


async def test_battery_replaced_and_added(bench: Bench) -> None:
    account = bench.open()
    first = await fetch(account, "system")
    new = bench.gateway.replace_battery()
    added = bench.gateway.add_battery()
    second = await fetch(account, "system")
    assert [device.id for device in second.devices or ()] == [IDENTITY, new, added]
    assert values(second, new)["battery_level"] is not None
    assert new not in {ref.device for ref in first.values}


async def test_disabled_battery_is_gone_but_tells_why(start_bench: StartBench) -> None:
    bench = await start_bench(batteries=2, disabled_battery=1)
    account = bench.open()
    system = await fetch(account, "system")
    working, broken = (device.id for device in (system.devices or ())[1:])
    assert values(system, broken)["problem"] is True
    assert values(system, broken)["disabled_reasons"] == "DisabledExcessiveVoltageDrop"
    assert values(system, broken)["battery_power"] is Gone.GONE
    assert values(system, working)["problem"] is False
    assert "disabled_reasons" not in values(system, working)
    bench.gateway.disable_battery(1, ())
    again = values(await fetch(account, "system"), broken)
    assert again["problem"] is False
    assert again["disabled_reasons"] is None
    assert again["battery_power"] is not None


async def test_new_firmware_brings_new_facts_at_once(bench: Bench) -> None:
    account = bench.open()
    assert "site_name" in values(await fetch(account, "status"))  # everything is new at first
    before = bench.asked
    assert "site_name" not in values(await fetch(account, "status"))
    assert bench.paths(before) == ["status"]
    for change in (bench.gateway.reboot, lambda: bench.gateway.set_version("24.12.6-PW3-AFCI 008bf6ff")):
        bench.clock.pass_time(minutes=5)
        change()
        before = bench.asked
        facts = await fetch(account, "status")
        assert bench.paths(before) == ["status", *_after_login(FACTS, bench, before)]
        assert values(facts)["site_name"] == "Simulated Home"
        assert values(facts)["firmware"] == bench.gateway.gateway.version


def _after_login(paths: list[str], bench: Bench, before: int) -> list[str]:
    """Return what is asked when the first of the paths finds the session gone."""
    return [paths[0], "login/Basic", *paths] if "login/Basic" in bench.paths(before) else paths


async def test_start_time_stands_still_and_moves_with_a_reboot(bench: Bench) -> None:
    account = bench.open()
    first = values(await fetch(account, "status"))["started_at"]
    assert first == (bench.clock.now() - timedelta(hours=230, minutes=55, seconds=59.9)).replace(microsecond=0)
    bench.clock.pass_time(minutes=7, seconds=0.7)
    assert values(await fetch(bench.open(), "status"))["started_at"] == first
    bench.gateway.reboot()
    bench.clock.pass_time(seconds=30)
    started = (bench.clock.now() - timedelta(seconds=30)).replace(microsecond=0)
    assert values(await fetch(account, "status"))["started_at"] == started


async def test_grid_faults_are_told_with_a_stable_id(bench: Bench) -> None:
    account = bench.open()
    quiet = await fetch(account, "system")
    assert quiet.streams == (Ref(IDENTITY, "grid_faults"),)
    assert quiet.happenings == ()
    bench.gateway.add_grid_fault()
    bench.gateway.add_grid_fault("PINV_a007_vfCheckOverFrequency", is_fault=True)
    first = await fetch(account, "system")
    second = await fetch(bench.open(), "system")
    assert [told.type for told in first.happenings] == ["warning", "fault"]
    assert [told.id for told in first.happenings] == [told.id for told in second.happenings]
    assert len({told.id for told in first.happenings}) == 2


async def test_faults_of_old_firmware_come_with_the_status(start_bench: StartBench) -> None:
    bench = await start_bench("gw1-1.50")
    account = bench.open()
    assert (await fetch(account, "system")).streams == ()
    bench.gateway.add_grid_fault()
    status = await fetch(account, "status")
    assert [told.attributes["name"] for told in status.happenings] == ["PINV_a006_vfCheckUnderFrequency"]


# Stopped


async def test_stopped_is_shown_and_nothing_fails(bench: Bench) -> None:
    account = bench.open()
    running = values(await fetch(account, "power"))
    await fetch(account, "system")
    bench.gateway.stop_sitemaster()
    before = bench.asked
    power = values(await fetch(account, "power"))
    assert bench.paths(before) == ["meters/aggregates", "sitemaster"]
    assert power["running"] is False
    assert power["cloud_connected"] is True
    totals = {key for key in running if key.endswith("_total")}
    assert totals
    assert not power.keys() & totals
    assert {key: power[key] for key in running.keys() - totals} == dict.fromkeys(running.keys() - totals)
    system = await fetch(account, "system")
    assert values(system)["running"] is False
    assert values(system)["operating_mode"] == "self_consumption"
    assert values(system)["battery_energy"] is None
    bench.gateway.run_sitemaster()
    bench.clock.pass_time(seconds=10)
    assert values(await fetch(account, "power"))["grid_power"] is not None
    assert bench.gateway.logins == 1


async def test_a_busy_gateways_502_is_not_the_sitemaster(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("*", "status", code=502, body="<html>Bad Gateway</html>")
    with pytest.raises(Unreachable):
        await fetch(account, "power")


# What fails alone


@pytest.mark.parametrize("kind", ["html", "cut_json", "empty", "null", "cut_connection", "flood"])
async def test_one_bad_answer_leaves_the_others(bench: Bench, kind: str) -> None:
    bench.gateway.faults.add("/api/meters/aggregates", kind)
    power = values(await fetch(bench.open(), "power"))
    assert "grid_power" not in power
    assert power["battery_level"] is not None
    assert power["grid_status"] == "connected"


@pytest.mark.parametrize("kind", ["html", "cut_json", "empty", "null", "cut_connection"])
async def test_nothing_but_bad_answers_is_a_failure(bench: Bench, kind: str) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("*", kind)
    for key in ("power", "system", "status", "facts"):
        with pytest.raises(BadAnswer):
            await fetch(account, key)


async def test_error_in_a_good_answer(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("/api/operation", "override", pointer="", value={"error": "not today"})
    assert "operating_mode" not in values(await fetch(account, "system"))


async def test_dead_gateway_costs_one_attempt_and_no_login(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.refuse_connections()
    for _ in range(10):
        with pytest.raises(Unreachable):
            await fetch(account, "power")
        bench.clock.pass_time(minutes=3)
    await bench.gateway.accept_connections()
    assert values(await fetch(account, "power"))["battery_level"] is not None
    assert bench.gateway.logins == 1


async def test_first_call_without_answer_ends_the_round(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    bench.gateway.faults.add("*", "reset")
    before = bench.asked
    with pytest.raises(Unreachable):
        await fetch(account, "system")
    assert set(bench.paths(before)) == {"system_status"}


async def test_second_call_without_answer_ends_the_round(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    for path in ("meters/site", "operation"):
        bench.gateway.faults.add(f"/api/{path}", "reset")
    with pytest.raises(Unreachable):
        await fetch(account, "system")
    bench.gateway.faults.clear("/api/operation")
    assert values(await fetch(account, "system"))["operating_mode"] == "self_consumption"


async def test_field_that_goes_missing_has_no_value(bench: Bench) -> None:
    account = bench.open()
    before = values(await fetch(account, "power"))
    bench.gateway.faults.add("/api/meters/aggregates", "missing", pointer="/site/instant_power")
    bench.gateway.faults.add("/api/system_status/soe", "wrong_types")
    after = values(await fetch(account, "power"))
    assert after["grid_power"] is None
    assert after["battery_level"] is None
    assert after["grid_import_energy_total"] == before["grid_import_energy_total"]


async def test_negative_zeros_are_zeros(bench: Bench) -> None:
    for place in ("site", "load", "solar", "battery"):
        bench.gateway.faults.add("/api/meters/aggregates", "override", pointer=f"/{place}/instant_power", value=-0.0)
    bench.gateway.faults.add("/api/system_status", "override", pointer="/max_charge_power", value=-0.0)
    bench.gateway.faults.add("/api/system_status/soe", "override", pointer="/percentage", value=5 - 1e-9)
    account = bench.open()
    power, system = values(await fetch(account, "power")), values(await fetch(account, "system"))
    shown = [power[f"{of}_power"] for of in ("grid", "home", "solar", "battery")]
    shown += [power["battery_level"], system["charge_power_limit"]]
    assert [str(value) for value in shown] == ["0.0"] * 6


@pytest.mark.parametrize(("said", "shown"), [(-99.5, 0), (-100.5, None)])
async def test_a_sleeping_inverter_is_no_consumer(bench: Bench, said: float, shown: float | None) -> None:
    """A little below zero is noise, more is nonsense (§5)."""
    account = bench.open()
    await fetch(account, "power")
    for place in ("solar", "load"):
        bench.gateway.faults.add("/api/meters/aggregates", "override", pointer=f"/{place}/instant_power", value=said)
    power = values(await fetch(account, "power"))
    assert (power["solar_power"], power["home_power"]) == (shown, shown)


async def test_meter_that_never_answered_has_no_readings(bench: Bench) -> None:
    bench.gateway.faults.add("", "zero_time_meter")
    power = values(await fetch(bench.open(), "power"))
    assert not {key for key in power if key.startswith("solar_")}
    assert power["grid_power"] is not None


async def test_meter_that_stands_still_is_no_news(bench: Bench) -> None:
    account = bench.open()
    stale = bench.clock.now().isoformat()
    bench.gateway.faults.add(
        "/api/meters/aggregates", "override", pointer="/solar/last_communication_time", value=stale
    )
    assert "solar_power" in values(await fetch(account, "power"))
    bench.clock.pass_time(seconds=60)
    assert "solar_power" in values(await fetch(account, "power"))
    bench.clock.pass_time(seconds=1)
    power = values(await fetch(account, "power"))
    assert "solar_power" not in power
    assert "grid_power" in power


async def test_unknown_words_are_other_and_logged_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=fetch_module.__package__ or "")
    account = bench.open()
    bench.gateway.faults.add("", "unknown_grid_status")
    bench.gateway.faults.add("", "unknown_mode")
    for _ in range(3):
        power = values(await fetch(account, "power"))
        assert power["grid_status"] == "other"
        assert power.get("on_grid") is None
        assert values(await fetch(account, "system"))["operating_mode"] == "other"
    assert caplog.text.count("SystemSomethingNew") == 1
    assert caplog.text.count("something_new") == 1
