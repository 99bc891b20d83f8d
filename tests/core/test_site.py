"""Whole-site values from parts."""

from collections.abc import Mapping

from hypothesis import given, strategies as st
import pytest

from custom_components.solar_battery_hub.core.catalogue import CATALOGUE
from custom_components.solar_battery_hub.core.model import Device, DeviceKind, Ref, Value
from custom_components.solar_battery_hub.core.site import site_values, sites

PARTS = {
    "site": "site",
    "roof": "inverter",
    "barn": "inverter",
    "big": "battery",
    "small": "battery",
    "meter": "meter",
}


def site(parts: Mapping[str, str] = PARTS, **values: Value) -> dict[str, float | None]:
    """Return the site's values for readings written as ``device__key``."""
    refs = {Ref(*name.split("__")): value for name, value in values.items()}
    found = site_values(refs, parts, "site")
    assert {ref.device for ref in found} <= {"site"}
    return {ref.key: value for ref, value in found.items()}


def test_powers_and_energies_are_summed() -> None:
    assert site(
        roof__solar_power=3000,
        barn__solar_power=1500.5,
        roof__solar_energy_total=0.1,
        barn__solar_energy_total=0.2,
        big__battery_power=-800,
        small__battery_power=300,
    ) == {"solar_power": 4500.5, "solar_energy_total": 0.3, "battery_power": -500}


def test_there_is_no_partial_sum() -> None:
    assert site(roof__solar_power=3000, barn__solar_power=None) == {"solar_power": None}


def test_a_part_that_said_nothing_at_all_yet_is_missing() -> None:
    assert site(roof__solar_power=3000) == {"solar_power": None}


def test_a_part_without_the_reading_has_none_to_add() -> None:
    assert site(roof__solar_power=3000, barn__temperature=35) == {"solar_power": 3000}


def test_an_energy_that_one_part_never_tells_has_no_sum() -> None:
    """The barn has a meter, as its power says, but does not count: the roof's counter alone would be too little."""
    powers = {Ref("roof", "grid_power"): -100.0, Ref("barn", "grid_power"): -50.0}
    export, bought = "grid_export_energy_total", "grid_import_energy_total"
    roof = {Ref("roof", export): 700.0, Ref("roof", bought): 400.0}
    assert site_values({**powers, **roof}, PARTS, "site") == {
        Ref("site", "grid_power"): -150.0,
        Ref("site", export): 700.0,  # who buys need not sell
    }
    sells = {Ref("barn", "grid_export_energy_today"): 1.0}
    assert Ref("site", export) not in site_values({**powers, **roof, **sells}, PARTS, "site")
    whole = {**powers, **roof, Ref("barn", export): 300.0, Ref("barn", bought): 200.0}
    assert site_values(whole, PARTS, "site") == {
        Ref("site", "grid_power"): -150.0,
        Ref("site", export): 1000.0,
        Ref("site", bought): 600.0,
    }


def test_what_is_no_number_is_missing() -> None:
    assert site(roof__solar_power=3000, barn__solar_power="much") == {"solar_power": None}
    assert site(roof__solar_power=3000, barn__solar_power=True) == {"solar_power": None}


def test_the_vendors_own_value_wins_even_when_it_has_none_now() -> None:
    assert site(site__solar_power=4000, roof__solar_power=3000, barn__solar_power=1500) == {}
    assert site(site__solar_power=None, roof__solar_power=3000, barn__solar_power=1500) == {}
    assert site(site__battery_level=None, big__battery_level=50, small__temperature=20) == {}


def test_one_kind_of_part_makes_the_sum() -> None:
    # A hybrid inverter repeats what its batteries say.
    assert site(big__battery_power=-800, small__battery_power=300, roof__battery_power=-500, barn__temperature=35) == {
        "battery_power": -500
    }
    assert site(parts={"site": "site", "roof": "inverter"}, roof__battery_power=-500) == {"battery_power": -500}


def test_batteries_on_one_inverter_do_not_silence_another() -> None:
    """Two hybrids: the packs of the first have devices of their own, the second speaks for its battery."""
    values = {Ref("big", "battery_power"): -800.0, Ref("small", "battery_power"): 300.0}
    hybrids = {Ref("roof", "battery_power"): -500.0, Ref("barn", "battery_power"): -1000.0}
    parents = {"roof": "site", "barn": "site", "big": "roof", "small": "roof", "meter": "site"}
    found = site_values({**values, **hybrids}, PARTS, "site", parents)
    assert found == {Ref("site", "battery_power"): -1500.0}
    beside = dict.fromkeys(("roof", "barn", "big", "small"), "site")
    assert site_values({**values, **hybrids}, PARTS, "site", beside) == {Ref("site", "battery_power"): -500.0}


def test_an_inverter_nobody_heard_of_may_have_a_battery() -> None:
    """The pack of the first hybrid is not the whole site's battery while the second has said nothing yet."""
    parts = {"site": "site", "roof": "inverter", "barn": "inverter", "big": "battery"}
    parents = {"roof": "site", "barn": "site", "big": "roof"}
    values = {Ref("big", "battery_level"): 56.0, Ref("big", "battery_power"): -800.0, Ref("roof", "solar_power"): 1.0}
    early = site_values(values, parts, "site", parents)
    assert early == {Ref("site", "battery_power"): None, Ref("site", "solar_power"): None}
    without = site_values({**values, Ref("barn", "solar_power"): 1.0}, parts, "site", parents)
    assert without[Ref("site", "battery_level")] == 56.0
    assert without[Ref("site", "battery_power")] == -800.0


def test_each_site_has_its_own_parts() -> None:
    def device(name: str, kind: DeviceKind, parent: str | None = None) -> Device:
        return Device(id=name, kind=kind, name=name, manufacturer="x", parent=parent)

    account = device("account", DeviceKind.ACCOUNT)
    homes = [device(name, DeviceKind.SITE, "account") for name in ("north", "south")]
    roof, pack = device("roof", DeviceKind.INVERTER, "south"), device("pack", DeviceKind.BATTERY, "roof")
    assert sites([account, *homes, roof, pack]) == {"north": [homes[0]], "south": [homes[1], roof, pack]}
    gateway, meter = device("gateway", DeviceKind.GATEWAY), device("meter", DeviceKind.METER, "gateway")
    assert sites([gateway, meter]) == {"gateway": [gateway, meter]}
    assert sites([]) == {}


def test_a_site_that_is_its_own_gateway_is_no_part_of_itself() -> None:
    assert site(parts={"site": "inverter", "roof": "inverter"}, roof__solar_power=3000) == {"solar_power": 3000}


def test_the_level_is_weighted_by_capacity() -> None:
    # (90 × 10 + 30 × 5) / 15 = 70
    assert site(
        big__battery_level=90, small__battery_level=30, big__battery_capacity=10, small__battery_capacity=5
    ) == {"battery_level": 70, "battery_capacity": 15}


def test_levels_without_capacities_cannot_be_weighted() -> None:
    assert site(big__battery_level=90, small__battery_level=30) == {}, (
        "no capacity is ever told: there is no such reading"
    )
    assert site(big__battery_level=90, small__battery_level=30, big__battery_capacity=10)["battery_level"] is None
    nothing = site(big__battery_level=90, small__battery_level=30, big__battery_capacity=0, small__battery_capacity=0)
    assert nothing["battery_level"] is None


def test_a_missing_level_is_not_left_out_of_the_mean() -> None:
    found = site(big__battery_level=90, small__battery_level=None, big__battery_capacity=10, small__battery_capacity=5)
    assert found["battery_level"] is None


def test_the_level_of_a_single_battery_is_its_own() -> None:
    one = {"site": "site", "big": "battery"}
    assert site(parts=one, big__battery_level=61.5) == {"battery_level": 61.5}
    assert site(parts=one, big__battery_level=None) == {"battery_level": None}


def test_the_house_takes_what_comes_in() -> None:
    # Buying 200 W, 3000 W from the roof, 800 W of them into the battery.
    assert site(site__grid_power=200, site__solar_power=3000, site__battery_power=-800) == {"home_power": 2400}
    # Terms may be sums themselves.
    assert site(meter__grid_power=-100, roof__solar_power=500, barn__solar_power=200, site__battery_power=0) == {
        "grid_power": -100,
        "solar_power": 700,
        "home_power": 600,
    }


def test_the_house_is_known_only_when_all_three_are() -> None:
    assert site(site__grid_power=200, site__solar_power=3000, site__battery_power=None) == {"home_power": None}
    assert site(site__grid_power=200, site__solar_power=3000) == {}


def test_the_house_never_feeds_in() -> None:
    assert site(site__grid_power=-60, site__solar_power=0, site__battery_power=0) == {"home_power": 0}
    assert site(site__grid_power=-100, site__solar_power=0, site__battery_power=0) == {"home_power": 0}
    # So much that the three were not measured together.
    assert site(site__grid_power=-101, site__solar_power=0, site__battery_power=0) == {"home_power": None}


def test_a_house_that_is_metered_is_not_computed() -> None:
    assert site(meter__home_power=2300, site__grid_power=200, site__solar_power=3000, site__battery_power=-800) == {
        "home_power": 2300
    }


@pytest.mark.parametrize(
    ("solar", "export", "expected"),
    [
        (20, 5, 75),
        (3, 1, 66.7),
        (0.5, 0.25, 50),
        (20, -0.1, 100),
        (20, 0, 100),
        (20, 25, 0),
        (0, 0, None),
        (None, 5, None),
        (20, None, None),
    ],
)
def test_self_consumption_is_the_part_of_the_yield_that_stays(
    solar: float | None, export: float | None, expected: float | None
) -> None:
    found = site(site__solar_energy_today=solar, site__grid_export_energy_today=export)
    assert found == {"self_consumption": expected}


@pytest.mark.parametrize(
    ("home", "bought", "expected"),
    [(10, 2, 80), (10, 0, 100), (10, 15, 0), (0, 0, None), (None, 2, None), (10, None, None)],
)
def test_autarky_is_the_part_of_the_consumption_that_was_not_bought(
    home: float | None, bought: float | None, expected: float | None
) -> None:
    assert site(site__home_energy_today=home, site__grid_import_energy_today=bought) == {"autarky": expected}


def test_nothing_comes_from_nothing() -> None:
    assert site() == {}
    assert site_values({}, {}, "site") == {}


def test_every_key_given_is_in_the_catalogue() -> None:
    everything = {Ref(device, key): 1.0 for key in CATALOGUE for device in ("roof", "barn", "big", "small", "meter")}
    keys = {ref.key for ref in site_values(everything, PARTS, "site")}
    assert {"solar_power", "home_energy_total", "co2_saved", "battery_level", "self_consumption", "autarky"} <= keys
    assert keys <= set(CATALOGUE)


SUMMED = ("solar_power", "battery_power", "grid_power", "battery_energy", "solar_energy_today")


@given(
    st.dictionaries(
        st.builds(Ref, st.sampled_from(sorted(PARTS)), st.sampled_from(SUMMED)),
        st.none() | st.floats(-(10**6), 10**6),
    )
)
def test_a_sum_is_whole_or_absent(values: dict[Ref, float | None]) -> None:
    for ref, total in site_values(values, PARTS, "site").items():
        assert ref not in values
        if ref.key in SUMMED and total is not None:
            kinds = {PARTS[part] for part, key in values if key == ref.key}
            sums = {
                kind: sum(value for part, value in _of(values, ref.key, kind) if value is not None) for kind in kinds
            }
            missing = {kind for kind in kinds for _, value in _of(values, ref.key, kind) if value is None}
            assert any(total == pytest.approx(sums[kind], abs=1e-5) for kind in kinds - missing)


def _of(values: Mapping[Ref, float | None], key: str, kind: str) -> list[tuple[str, float | None]]:
    return [(part, value) for (part, found), value in values.items() if found == key and PARTS[part] == kind]
