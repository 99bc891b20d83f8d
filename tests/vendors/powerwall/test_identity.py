"""Which gateway answers, and what is known about it before there is an entry (powerwall.md §1, §16)."""

import gzip
import socket
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, RateLimited
from custom_components.solar_battery_hub.core.model import DeviceKind
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from custom_components.solar_battery_hub.vendors.powerwall import VENDOR
from custom_components.solar_battery_hub.vendors.powerwall.answers import parse_version
from tests.simulators.wire import Answer

from .conftest import IDENTITY, Bench, StartBench, fetch, values


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("1.40.2", (1, 40, 2)),
        ("1.40.2\n", (1, 40, 2)),
        ("21.44 223a56cd", (21, 44)),
        ("23.44.3-msa 193a3259", (23, 44, 3)),
        ("24.12.6-PW3-AFCI 008bf6ff", (24, 12, 6)),
        ("26.10.3 4f924de8", (26, 10, 3)),
        ("", None),
        (None, None),
        ("unknown", None),
        ("1.x", None),
    ],
)
def test_version(said: str | None, version: tuple[int, ...] | None) -> None:
    assert parse_version(said) == version


@pytest.mark.parametrize("profile", ["gw1-1.50", "gw2-20.49", "gw2-21.44", "gw2-23.44", "gw2-24.44"])
async def test_gateway_is_identified_with_one_login(start_bench: StartBench, profile: str) -> None:
    bench = await start_bench(profile)
    facts = await bench.open(**{CONF_DIALOG: True}).identify()
    assert facts.din == bench.gateway.din
    assert facts.version == bench.gateway.gateway.version
    assert facts.site_name == "Simulated Home"
    assert not facts.restricted
    assert bench.gateway.logins == 1
    await fetch(bench.open(identity=facts.din), "power")
    assert bench.gateway.logins == 1


async def test_restricted_gateway_tells_its_din_elsewhere(start_bench: StartBench) -> None:
    bench = await start_bench("pw3-26.x")
    facts = await bench.open(**{CONF_DIALOG: True}).identify()
    assert facts.restricted
    assert facts.din == bench.gateway.din
    assert (facts.version, facts.site_name) == (None, None)
    assert bench.gateway.logins == 1


async def test_gzipped_din(start_bench: StartBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await start_bench("pw3-26.x")
    packed = gzip.compress(f"{bench.gateway.din}\n".encode())

    def answer(*_: object) -> Answer:
        return Answer(body=packed, content_type="application/octet-stream")

    monkeypatch.setattr("tests.simulators.powerwall.server.text_answer", answer)
    assert (await bench.open().identify()).din == bench.gateway.din


async def test_restricted_gateway_without_a_din(start_bench: StartBench) -> None:
    """Then the caller has the certificate's fingerprint."""
    bench = await start_bench("pw3-26.x")
    bench.gateway.faults.add("/tedapi/din", "status", code=403)
    facts = await bench.open().identify()
    assert (facts.din, facts.restricted) == (None, True)


async def test_seed_era_gateway_has_no_din_and_needs_no_login(start_bench: StartBench) -> None:
    bench = await start_bench("gw1-1.15")
    facts = await bench.open().identify()
    assert (facts.din, facts.version, facts.restricted) == (None, "1.15.0", False)
    assert bench.gateway.logins == 0


async def test_a_passing_fault_does_not_change_the_identity(bench: Bench) -> None:
    """Without the DIN of a gateway that has one, its devices would get other ids."""
    bench.gateway.faults.add("/api/status", "missing", pointer="/din")
    for kind, error in (("busy", RateLimited), ("html", BadAnswer)):
        fault = bench.gateway.faults.add("/api/powerwalls", kind)
        with pytest.raises(error):
            await bench.open().identify()
        bench.gateway.faults.remove(fault)
        bench.clock.pass_time(minutes=5)
    assert (await bench.open().identify()).din == bench.gateway.din


async def test_din_is_written_in_capitals(bench: Bench) -> None:
    bench.gateway.faults.add("/api/status", "override", pointer="/din", value=bench.gateway.din.lower())
    assert (await bench.open().identify()).din == bench.gateway.din


async def test_restricted_gateway_is_read_with_three_requests(start_bench: StartBench) -> None:
    bench = await start_bench("pw3-26.x")
    din = (await bench.open(**{CONF_DIALOG: True}).identify()).din
    assert din is not None
    account = bench.open(identity=din)
    for key in ("power", "system", "status", "facts"):
        await fetch(account, key)
    before = bench.asked
    for _ in range(3):
        for key in ("power", "system", "status"):
            snapshot = await fetch(account, key)
            assert snapshot.happenings == ()
        bench.clock.pass_time(minutes=5)
    assert bench.paths(before) == ["meters/aggregates", "system_status/soe", "system_status/grid_status"] * 3
    power = values(await fetch(account, "power"), din)
    assert power["grid_voltage"] == pytest.approx(234.6, abs=2)
    assert power["grid_services"] is False
    (gateway,) = account.devices
    assert (gateway.kind, gateway.model, gateway.name) == (DeviceKind.GATEWAY, "Powerwall 3", "Powerwall")


async def test_a_restricted_gateway_that_opens_up_is_noticed_within_a_day(start_bench: StartBench) -> None:
    bench = await start_bench("gw2-23.44")
    fault = bench.gateway.faults.add("/api/powerwalls", "status", code=404)
    other = bench.gateway.faults.add("/api/status", "status", code=404)
    account = bench.open(try_control=True)
    await fetch(account, "facts")
    assert account.controls(IDENTITY) == []
    bench.gateway.faults.remove(fault)
    bench.gateway.faults.remove(other)
    bench.clock.pass_time(days=1)
    await fetch(account, "facts")
    assert account.controls(IDENTITY)


async def test_mean_voltage_of_a_split_phase_gateway(start_bench: StartBench) -> None:
    """Nothing before the site is known, the corrected value after it (§5)."""
    bench = await start_bench("gw2-21.44")
    account = bench.open()
    assert "grid_voltage" not in values(await fetch(account, "power"))
    await fetch(account, "facts")
    power = values(await fetch(bench.open(), "power"))
    assert power["grid_voltage"] == pytest.approx(244.8, abs=2)
    assert power["solar_voltage"] == pytest.approx(244.8, abs=2)


def test_one_gateway_has_one_address() -> None:
    spellings = ("10.0.0.7", " 10.0.0.7:443", "https://10.0.0.7/")
    assert {VENDOR.address({"host": host}) for host in spellings} == {"10.0.0.7:443"}
    assert VENDOR.address({"host": "10.0.0.7:444"}) == "10.0.0.7:444"


def test_the_interval_keeps_to_the_floor(bench: Bench) -> None:
    def paces(**settings: object) -> list[float]:
        return [feed.interval for feed in bench.open(**settings).feeds]

    assert paces() == [10, 30, 300, 86400]
    assert paces(interval=None) == [10, 30, 300, 86400]
    assert paces(interval=1) == [5, 30, 300, 86400]
    assert paces(interval=60) == [60, 60, 300, 86400]
    assert all(feed.interval >= feed.floor and feed.backoff_cap <= 60 for feed in bench.open().feeds)


class _OneHost(AbstractResolver):
    """Resolves every name to this machine."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    @override
    async def close(self) -> None:
        pass


async def test_a_name_of_the_users_own_works(bench: Bench) -> None:
    """The gateway hangs up on names it does not know, so it is always called by its own (§2.1)."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_OneHost())) as http:
        bench.http, own = http, bench.http
        account = bench.open(host=f"Powerwall.home.arpa:{bench.gateway.port}")
        assert values(await fetch(account, "power"))["battery_level"] is not None
        bench.http = own


@pytest.mark.parametrize("body", [b"", b"no DIN here", b"--" * 500])
async def test_words_instead_of_a_din(start_bench: StartBench, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await start_bench("pw3-26.x")
    monkeypatch.setattr("tests.simulators.powerwall.server.text_answer", lambda *_: Answer(body=body))
    assert (await bench.open().identify()).din is None


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08 not gzip", b"\xff\xfe"])
async def test_noise_instead_of_a_din(start_bench: StartBench, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await start_bench("pw3-26.x")
    monkeypatch.setattr("tests.simulators.powerwall.server.text_answer", lambda *_: Answer(body=body))
    with pytest.raises(BadAnswer):
        await bench.open().identify()


async def test_parts_that_only_some_sites_have(start_bench: StartBench) -> None:
    """A Powerwall+ is told apart by its type, the gateway's own network address by its form."""
    bench = await start_bench("gw2-20.49")
    override = bench.gateway.faults.add
    override("/api/powerwalls", "override", pointer="/powerwalls/0/type", value="SolarPowerwall")
    networks = [
        {
            "interface": "EthType",
            "active": True,
            "primary": True,
            "iface_network_info": {"hw_address": "aa:bb:cc:dd:ee:ff"},
        }
    ]
    override("/api/networks", "override", pointer="", value=networks)
    account = bench.open()
    facts = values(await fetch(account, "facts"))
    assert (facts["network"], facts.get("signal_strength")) == ("ethernet", None)
    await fetch(account, "system")
    gateway, battery, *_ = account.devices
    assert gateway.mac == "aa:bb:cc:dd:ee:ff"
    assert battery.model == "Powerwall+"
    assert battery.sw_version is not None
