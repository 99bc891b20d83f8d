"""Which way powers go, and whether they add up (goodwe.md §4.5, §5.3)."""

from typing import Any

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.solar_battery_hub.vendors.goodwe.powers import battery_power, of_flow, of_powerflow, tolerance


def test_a_hybrid_in_the_sun() -> None:
    flows = {"pSystem": ["pConsum", "pBat", "pGrid"]}
    bean = {"pSystem": 5.0, "pBat": -3.0, "pGrid": 1.5, "pConsum": 0.5, "pAc": 2.0, "flows": flows}
    powers = of_flow(bean)
    assert (powers.solar, powers.home, powers.grid, powers.battery) == (5000, 500, -1500, -3000)
    assert (powers.output, powers.imbalance, powers.rest) == (2000, None, 5000)


@pytest.mark.parametrize(("export", "grid"), [(1.5, -1500), (-0.75, 750), (0, 0), ("0.5", -500)])
def test_without_a_diagram_the_sign_tells(export: object, grid: float) -> None:
    assert of_flow({"pGrid": export}).grid == grid


@pytest.mark.parametrize(
    ("flows", "grid", "battery"),
    [
        ({"pGrid": ["pConsum"]}, 300, -200),  # import, whatever the sign
        ({"pSystem": ["pGrid"]}, -300, -200),
        ({"pBat": ["pConsum"]}, -300, 200),
        ({"pSystem": ["pBat"], "pGrid": ["pConsum"]}, 300, -200),
        ({"pGrid": []}, -300, -200),  # gives to nobody: says nothing
        ({"pGrid": ["pBat"], "pSystem": ["pGrid"]}, -300, -200),  # both ways: says nothing
        ({"pGrid": "pConsum", "pBat": None}, -300, -200),
        ("pGrid", -300, -200),
        (None, -300, -200),
    ],
)
def test_the_diagram_wins(flows: Any, grid: float, battery: float) -> None:
    powers = of_flow({"pGrid": 0.3, "pBat": -0.2, "flows": flows})
    assert powers.grid == pytest.approx(grid)
    assert powers.battery == pytest.approx(battery)


def test_the_sun_at_night_gives_nothing() -> None:
    assert of_flow({"pSystem": -0.012}).solar == 0
    assert of_flow({"pSystem": -1.2}).solar is None


def test_nothing_is_not_zero() -> None:
    for blank in ({}, dict.fromkeys(("pSystem", "pBat", "pGrid", "pConsum", "pAc"), ""), {"pGrid": "--"}):
        powers = of_flow(blank)
        assert {powers.solar, powers.home, powers.grid, powers.battery, powers.output, powers.imbalance} == {None}


kilowatts = st.floats(-15, 15).map(lambda power: round(power, 5))
positive = st.floats(0, 15).map(lambda power: round(power, 5))


@given(positive, kilowatts, kilowatts)
def test_powers_that_add_up_are_told_as_they_are(solar: float, battery: float, export: float) -> None:
    home = round(solar + battery - export, 5)
    assume(home >= 0)
    powers = of_flow({"pSystem": solar, "pBat": battery, "pGrid": export, "pConsum": home})
    assert powers.imbalance is None
    assert powers.solar == pytest.approx(1000 * solar)
    assert powers.battery == pytest.approx(1000 * battery)
    assert powers.grid == pytest.approx(-1000 * export)
    assert powers.home == pytest.approx(
        sum(power or 0 for power in (powers.solar, powers.battery, powers.grid)), abs=0.05
    )


@given(positive, kilowatts, kilowatts, kilowatts)
def test_what_does_not_add_up_is_told_and_not_mended(solar: float, battery: float, export: float, off: float) -> None:
    home = solar + battery - export - off
    assume(home >= 0)
    limit = tolerance(*(1000 * power for power in (solar, battery, export, home)))
    assume(abs(abs(1000 * off) - limit) > 1)
    powers = of_flow({"pSystem": solar, "pBat": battery, "pGrid": export, "pConsum": home})
    expected = pytest.approx(1000 * off, abs=0.1) if abs(1000 * off) > limit else None
    assert powers.imbalance == expected
    assert powers.home == pytest.approx(1000 * home)
    assert powers.grid == pytest.approx(-1000 * export)


@pytest.mark.parametrize("other", ["pThird", "pDiesel", "pEvChar", "pHeatPump"])
def test_with_others_in_it_nobody_can_tell(other: str) -> None:
    bean = {"pSystem": 1.0, "pGrid": 0.0, "pConsum": 3.0}
    assert of_flow(bean).imbalance == -2000
    assert of_flow(bean | {other: 2.0}).imbalance is None
    assert of_flow(bean | {other: 0}).imbalance == -2000


@pytest.mark.parametrize(
    ("watts", "limit"), [((), 100), ((1000, None), 100), ((2000,), 100), ((-8000, 20), 400), ((0, 0), 100)]
)
def test_how_much_may_be_missing(watts: tuple[float | None, ...], limit: float) -> None:
    assert tolerance(*watts) == limit


def shown(pv: str, load: str, grid: str, battery: str = "0(W)", **more: object) -> dict[str, Any]:
    """Return a legacy diagram; its arrows say what is recorded while importing."""
    flow = {"pv": pv, "load": load, "grid": grid, "bettery": battery, "gridStatus": -1, "betteryStatus": 1, **more}
    return {"powerflow": flow}


@pytest.mark.parametrize(("pmeter", "grid"), [(-2337.0, 2337), (2337.0, -2337), (-2300.0, 2300), ("-2337", 2337)])
def test_the_meter_tells_the_way(pmeter: object, grid: float) -> None:
    powers = of_powerflow(shown("0(W)", "2337(W)", "2337(W)", loadStatus=-1), [{"pmeter": pmeter}])
    assert powers.grid == grid


def test_the_meters_of_several_inverters_add_up() -> None:
    powers = of_powerflow(shown("0(W)", "3(kW)", "3.0(kW)"), [{"pmeter": -1000.0}, {"pmeter": -2000.0}, {}])
    assert powers.grid == 3000


@pytest.mark.parametrize(
    "data",
    [
        {"homKit": {"sn": "9HK30000000W0001"}},
        {"powerflow": {"isHomKit": True}},
    ],
)
def test_a_meter_of_its_own_makes_the_inverters_meaningless(data: dict[str, Any]) -> None:
    flow = shown("3000(W)", "1000(W)", "2000(W)")["powerflow"] | data.get("powerflow", {})
    powers = of_powerflow(data | {"powerflow": flow}, [{"pmeter": -2000.0}])
    assert powers.grid == -2000  # by the balance


@pytest.mark.parametrize(
    ("pv", "load", "size", "grid"),
    [("5.2(kW)", "1200(W)", "4(kW)", -4000), ("0(W)", "850(W)", "850(W)", 850), ("500(W)", "500(W)", "0(W)", 0)],
)
def test_else_the_balance_tells(pv: str, load: str, size: str, grid: float) -> None:
    assert of_powerflow(shown(pv, load, size), [{"pmeter": 5.0} if size != "0(W)" else {}]).grid == grid


@pytest.mark.parametrize(("said", "grid"), [(1, 900), (-1, -900), (0, None), ("x", None)])
def test_else_the_arrow_of_the_house_tells(said: object, grid: float | None) -> None:
    assert of_powerflow(shown("", "", "900(W)", loadStatus=said), []).grid == grid


@pytest.mark.parametrize(
    ("inverter", "battery"),
    [
        ({"ibattery1": -6.0, "vbattery1": 50.0}, -300),
        ({"ibattery1": 6.0, "vbattery1": 50.0}, 300),
        ({"ibattery1": 0.0, "battary_work_mode": 3}, -300),
        ({"ibattery1": 6553.5, "battary_work_mode": 2}, 300),
        ({}, None),
    ],
)
def test_which_way_the_battery_goes(inverter: dict[str, Any], battery: float | None) -> None:
    assert of_powerflow(shown("", "", "", "300(W)"), [inverter]).battery == battery


def test_the_balance_tells_both_ways_at_once() -> None:
    powers = of_powerflow(shown("4000(W)", "1000(W)", "500(W)", "2500(W)"), [])
    assert (powers.grid, powers.battery, powers.imbalance) == (-500, -2500, None)


def test_what_no_sign_balances_is_told_as_such() -> None:
    powers = of_powerflow(shown("4000(W)", "1000(W)", "2000(W)"), [{"pmeter": 2000.0}])
    assert (powers.grid, powers.imbalance) == (-2000, 1000)


def test_an_idle_battery_is_idle() -> None:
    assert of_powerflow(shown("", "", "", "0(W)"), []).battery == 0


@pytest.mark.parametrize("flow", [None, {}, "", [], dict.fromkeys(("pv", "load", "grid", "bettery"), "")])
def test_blanks_of_a_plant_asleep_are_no_zeros(flow: Any) -> None:
    powers = of_powerflow({"powerflow": flow}, [{"pmeter": 0.0}])
    assert {powers.solar, powers.home, powers.grid, powers.battery, powers.imbalance} == {None}


@given(st.integers(0, 12_000), st.integers(0, 12_000), st.integers(-6_000, 6_000))
def test_signs_are_found_again(solar: int, home: int, battery: int) -> None:
    grid = home - solar - battery
    told = shown(f"{solar}(W)", f"{home}(W)", f"{abs(grid)}(W)", f"{abs(battery)}(W)")
    inverter = {"pmeter": float(-grid), "ibattery1": battery / 50, "vbattery1": 50.0}
    for inverters in ([inverter], [{**inverter, "pmeter": None}]):
        powers = of_powerflow(told, inverters)
        assert (powers.solar, powers.home, powers.grid, powers.battery) == (solar, home, grid, battery)
        assert powers.imbalance is None


@pytest.mark.parametrize(
    ("size", "volts", "amperes", "power"),
    [
        (300.0, 50.0, -6.0, -300.0),
        (-300.0, 50.0, 6.0, 300.0),
        (None, 49.4, -0.6, -29.64),
        (0.0, 50.0, 4.0, 200.0),
        (-250.0, 50.0, None, -250.0),
        (0.0, 50.0, 0.0, 0.0),
        (None, None, None, None),
    ],
)
def test_the_power_of_one_battery(
    size: float | None, volts: float | None, amperes: float | None, power: float | None
) -> None:
    assert battery_power(size, volts, amperes) == (None if power is None else pytest.approx(power))


@pytest.mark.parametrize("volts", [1e308, -1e308])
def test_powers_beyond_all_numbers(volts: float) -> None:
    """Garbage is no power, and it does not end the poll either."""
    rows = [
        {"ibattery1": 1e308, "vbattery1": volts, "pmeter": 1e308},
        {"ibattery1": 1e308, "vbattery1": -volts, "pmeter": 1e308},
    ]
    flow = {"pv": "0(W)", "load": "500(W)", "grid": "500(W)", "bettery": "0(W)"}
    assert of_powerflow({"powerflow": flow}, rows).grid == 500.0
