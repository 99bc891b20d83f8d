"""Every route of Appendix A answers whom it should, with the status it should, in the recorded shape."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.powerwall import PROFILES
from tests.simulators.powerwall.meters import meter_serials

from .conftest import Client
from .route_table import METER, OPEN_BEFORE_1_50, RESTRICTED, ROWS, SIGNED_IN_BEFORE_1_50, STOPPED_502

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings/powerwall"

type Connect = Callable[..., Awaitable[Client]]

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared with the recordings is not here")


def real_path(client: Client, path: str) -> str:
    return path.replace(METER, meter_serials(client.simulator.gateway)[-1])


async def statuses(client: Client) -> dict[tuple[str, str], int]:
    """Return what every row answers; one session is opened again after the logout."""
    answered = {}
    token = client.token
    for row in ROWS:
        client.token = None if row.path == "/logout" else token
        body = {"empty": "form"} if row.path == "/auth/toggle/login" else {}
        options: dict[str, Any] = {} if row.method == "GET" else {"json": body}
        reply = await client.send(row.method, real_path(client, row.path), **options)
        answered[row.method, row.path] = reply.status
    return answered


async def test_customer_gets_what_is_his(connect: Connect) -> None:
    answered = await statuses(await connect("gw2-21.44"))
    expected = {(row.method, row.path): 403 if row.who == "inst" and row.status != 404 else row.status for row in ROWS}
    assert answered == expected


async def test_installer_gets_everything(connect: Connect) -> None:
    client = await connect("gw2-21.44", user="installer", installer_toggle_done=True)
    answered = await statuses(client)
    # The switch was toggled, so signing in by switch succeeds.
    expected = {(row.method, row.path): row.status for row in ROWS} | {("POST", "/auth/toggle/login"): 200}
    assert answered == expected


@pytest.mark.parametrize(("profile", "missing"), [("gw2-21.44", 403), ("gw2-20.49", 401)])
async def test_stranger_gets_the_open_paths(connect: Connect, profile: str, missing: int) -> None:
    client = await connect(profile, user=None)
    exists = {"/v2/islanding/mode": False} if profile == "gw2-20.49" else {}
    for row in ROWS:
        options: dict[str, Any] = {} if row.method == "GET" else {"json": {"empty": "form"}}
        reply = await client.send(row.method, real_path(client, row.path), **options)
        closed = row.who != "open" and row.status != 404 and exists.get(row.path, True)
        if row.path == "/solar_powerwall":
            continue  # there is none, and whether the gateway says so to strangers nobody has seen
        expected = missing if closed else row.status if exists.get(row.path, True) else 404
        assert reply.status == expected, row


async def test_restricted_gateway_has_three_readings(connect: Connect) -> None:
    client = await connect("pw3-26.x")
    answered = await statuses(client)
    assert {path for (_method, path), status in answered.items() if status != 404} == RESTRICTED
    assert answered["GET", "/logout"] == 204


async def test_restricted_gateway_tells_its_din_to_who_is_signed_in(connect: Connect) -> None:
    client = await connect("pw3-26.x")
    reply = await client.get("/tedapi/din")
    assert (reply.status, reply.body.decode()) == (200, client.simulator.din)
    client.token = None
    reply = await client.get("/tedapi/din")
    assert (reply.status, reply.json["error"]) == (403, "Unable to GET to resource")


@pytest.mark.parametrize("profile", ["gw1-1.15", "gw1-1.40", "gw1-1.50"])
async def test_reading_needed_no_login_before_1_50(connect: Connect, profile: str) -> None:
    client = await connect(profile, user=None)
    for path in sorted(OPEN_BEFORE_1_50):
        assert (await client.get(path)).status == 200, path
    for path in sorted(SIGNED_IN_BEFORE_1_50):
        assert (await client.get(path)).status == 401, path
    assert (await client.get("/system_status")).status == 404
    assert (await client.get("/devices/vitals")).status == 404


async def test_seed_era_has_the_wizards_paths(connect: Connect) -> None:
    client = await connect("gw1-1.40")
    codes = (await client.get("/site_info/grid_codes")).json
    code = {"grid_code", "grid_voltage_setting", "grid_freq_setting", "grid_phase_setting"}
    assert all(
        set(entry) == code for states in codes.values() for kinds in states.values() for one in kinds.values()
        for entry in one
    )  # fmt: skip
    assert (await client.get("/networks/wifi_security_types")).json == ["NONE", "WEP", "WPAorWPA2_Personal"]
    assert {"network_name", "interface", "security_type", "dhcp"} <= set((await client.get("/system/networks")).json[0])
    assert (await client.get("/synchrometer/ct_voltage_references")).status == 404


@pytest.mark.parametrize(
    ("profile", "method", "path", "status"),
    [
        ("gw2-21.44", "GET", "/devices/vitals", 200),
        ("gw2-23.44", "GET", "/devices/vitals", 404),
        ("gw2-23.44", "POST", "/v2/islanding/mode", 400),
        ("gw2-24.44", "POST", "/v2/islanding/mode", 403),
        ("gw1-1.40", "POST", "/operation", 403),
        ("gw1-1.50", "POST", "/operation", 403),
        ("gw1-1.40", "GET", "/config/completed", 202),
        ("gw2-24.44", "GET", "/config/completed", 403),
    ],
)
async def test_firmware_decides(connect: Connect, profile: str, method: str, path: str, status: int) -> None:
    client = await connect(profile)
    assert (await client.send(method, path)).status == status


async def test_oldest_firmware_refuses_powerwalls_status_while_running(connect: Connect) -> None:
    client = await connect("gw1-1.15")
    assert (await client.get("/powerwalls/status")).status == 200  # the login has stopped the sitemaster
    await client.get("/sitemaster/run")
    client.simulator.clock.advance(10)
    reply = await client.get("/powerwalls/status")
    assert reply.status == 409
    assert reply.json == {
        "code": 409,
        "error": "Sitemaster is current running",
        "message": "Sitemaster is current running",
    }


@pytest.mark.parametrize("profile", ["gw1-1.40", "gw2-21.44", "gw2-24.44"])
async def test_stopped_sitemaster_is_an_empty_502(connect: Connect, profile: str) -> None:
    client = await connect(profile, stopped=True)
    paths = {row.path for row in ROWS if row.method == "GET" and row.who == "A" and row.path in STOPPED_502}
    for path in sorted(paths - ({"/system_status"} if profile == "gw1-1.40" else set())):
        reply = await client.get(path)
        assert (reply.status, reply.body) == (502, b""), path
    for path in ("/operation", "/sitemaster", "/powerwalls", "/site_info", "/status", "/networks"):
        assert (await client.get(path)).status == 200, path


# --- shapes ----------------------------------------------------------------------------------------------------------


def shape(data: Any) -> Any:
    """Return keys and kinds of values: number, text, flag, nothing, list of what."""
    match data:
        case dict():
            return {key: shape(value) for key, value in data.items()}
        case list():
            return [shape(value) for value in data]
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case str():
            return "text"
        case _:
            return None


def differences(ours: Any, recorded: Any, where: str = "") -> list[str]:
    """Return where two shapes differ; nothing fits anything, of lists the first elements are compared."""
    if isinstance(ours, dict) and isinstance(recorded, dict):
        odd = [f"{where}/{key}: only one side" for key in ours.keys() ^ recorded.keys()]
        return odd + [one for key in ours.keys() & recorded.keys()
                      for one in differences(ours[key], recorded[key], f"{where}/{key}")]  # fmt: skip
    if isinstance(ours, list) and isinstance(recorded, list):
        return differences(ours[0], recorded[0], f"{where}/0") if ours and recorded else []
    return [] if None in (ours, recorded) or ours == recorded else [f"{where}: {ours} is not {recorded}"]


GW2, OLD, HEC, THREE, PW3 = (
    "gw2-1x-powerwall2-fw21.44-us",
    "gw1-2x-powerwall2-us-2018-2019",
    "gw1-fw1.50.1-us-ha-fixtures",
    "3-batteries-one-disabled",
    "powerwall3-2x-expansion-fw26.10.3-au",
)


def gateway2_recordings(state: str) -> list[Path]:
    return sorted((RECORDINGS / GW2 / state).glob("*.json"))


def path_of(recording: Path) -> str:
    """Return the path a recording's name mirrors."""
    name = recording.stem.replace("METER_SERIAL", "METER@")
    return "/" + name.replace(".", "/")


@needs_recordings
@pytest.mark.parametrize("state", ["running", "stopped"])
async def test_shapes_of_a_gateway_2(connect: Connect, state: str) -> None:
    client = await connect("gw2-21.44", stopped=state == "stopped")
    recordings = gateway2_recordings(state)
    assert len(recordings) > 30
    wrong = {}
    for recording in recordings:
        path = path_of(recording).replace("METER@", client.simulator.gateway.serial[:10])
        reply = await client.get(path)
        assert reply.status == 200, path
        ours, recorded = shape(reply.json), shape(json.loads(recording.read_text()))
        if path == "/meters/readings":
            ours, recorded = list(ours.values()), list(recorded.values())
        if found := differences(ours, recorded):
            wrong[path] = found
    assert wrong == {}


@needs_recordings
@pytest.mark.parametrize(
    ("profile", "path", "recording"),
    [
        ("gw1-1.15", "/meters/aggregates", f"{OLD}/api_meters_aggregates.json"),
        ("gw1-1.40", "/meters/aggregates", f"{OLD}/api_meters_aggregates.json"),
        ("gw1-1.40", "/powerwalls", f"{OLD}/api-powerwalls.json"),
        ("gw1-1.40", "/system/testing", f"{OLD}/system.testing.json"),
        ("gw1-1.40", "/system/update/status", f"{OLD}/system.update.status.json"),
        ("gw1-1.40", "/system_status/grid_faults", f"{OLD}/system_status.grid_faults.json"),
        ("gw1-1.50", "/meters/aggregates", f"{HEC}/meters.json"),
        ("gw1-1.50", "/site_info", f"{HEC}/site_info.json"),
        ("gw1-1.50", "/sitemaster", f"{HEC}/sitemaster.json"),
        ("gw1-1.50", "/status", f"{HEC}/status.json"),
        ("gw1-1.50", "/powerwalls", f"{THREE}/powerwalls.json"),
        ("gw2-21.44", "/meters/site", f"{THREE}/meter_site.json"),
        ("gw2-20.49", "/system_status", f"{THREE}/system_status.json"),
        ("gw2-20.49", "/operation", f"{THREE}/operation.json"),
        ("gw2-20.49", "/system_status/grid_status", f"{THREE}/grid_status.json"),
        ("pw3-26.x", "/meters/aggregates", f"{PW3}/api-meters-aggregates.json"),
        ("pw3-26.x", "/system_status/soe", f"{PW3}/api-system_status-soe.json"),
    ],
)
async def test_shapes_of_other_gateways(connect: Connect, profile: str, path: str, recording: str) -> None:
    client = await connect(profile, batteries=3, disabled_battery=2)
    client.simulator.add_grid_fault()
    client.simulator.run_sitemaster()
    client.simulator.clock.advance(10)
    reply = await client.get(path)
    assert reply.status == 200
    assert differences(shape(reply.json), shape(json.loads((RECORDINGS / recording).read_text()))) == []


async def test_disabled_battery_is_full_of_nulls(connect: Connect) -> None:
    client = await connect("gw2-24.44", batteries=3, disabled_battery=1)
    status = (await client.get("/system_status")).json
    assert (status["available_blocks"], len(status["battery_blocks"])) == (2, 3)
    block = status["battery_blocks"][1]
    measured = ("energy_charged", "energy_discharged", "p_out", "q_out", "v_out", "f_out", "i_out")
    assert [block[key] for key in measured] == [None] * 7
    assert (block["pinv_state"], block["pinv_grid_state"], block["nominal_energy_remaining"]) == ("", "", 0)
    assert block["disabled_reasons"] == ["DisabledExcessiveVoltageDrop"]
    enabled = [one for number, one in enumerate(status["battery_blocks"]) if number != 1]
    assert status["nominal_energy_remaining"] == sum(one["nominal_energy_remaining"] for one in enabled)
    assert status["nominal_full_pack_energy"] == sum(one["nominal_full_pack_energy"] for one in enabled)


async def test_oldest_shapes(connect: Connect) -> None:
    client = await connect("gw1-1.15", user="installer")
    assert set((await client.get("/operation")).json) == {"mode", "backup_reserve_percent"}
    assert (await client.get("/sitemaster")).json == {"running": False, "uptime": "log:", "connected_to_tesla": False}
    client.simulator.run_sitemaster()
    client.simulator.clock.advance(10)
    sitemaster = (await client.get("/sitemaster")).json
    assert sitemaster["running"]
    assert sitemaster["uptime"].endswith("s,")
    assert (await client.get("/system_status/grid_status")).json == {"grid_status": "SystemGridConnected"}
    assert isinstance((await client.get("/site_info")).json["grid_code"], str)
    assert {"name", "is_dhcp", "subnet"} <= set((await client.get("/networks")).json[0])


async def test_networks_of_23_44_write_the_mask_as_bytes(connect: Connect) -> None:
    client = await connect("gw2-23.44")
    networks = (await client.get("/networks")).json
    assert networks[-1]["iface_network_info"]["ip_networks"][0]["Mask"] == "////AA=="


async def test_powerwall_plus_shows_its_inverter(connect: Connect) -> None:
    client = await connect("gw2-24.44", powerwall_plus=True)
    strings = (await client.get("/solar_powerwall")).json["pvac_status"]["string_vitals"]
    assert [string["connected"] for string in strings] == [True, True, False, False]
    assert strings[3]["measured_voltage"] == -2.5


async def test_no_answer_has_a_key_error(connect: Connect) -> None:
    """tesla-powerwall takes any object with that key for a failure (§20.1)."""
    for profile in PROFILES:
        client = await connect(profile)
        client.simulator.run_sitemaster()
        client.simulator.clock.advance(10)
        for row in ROWS:
            if row.method == "GET" and row.path not in ("/sitemaster/stop", "/logout", "/devices/vitals"):
                reply = await client.get(real_path(client, row.path))
                tests_a_key = reply.status == 200 and row.path != "/system/testing"
                assert not tests_a_key or "error" not in reply.json, (profile, row)
