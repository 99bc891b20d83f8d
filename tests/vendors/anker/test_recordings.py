"""Real accounts: what is read of them against what the client that recorded them made of the same answers (anker.md §8–§11).

Every difference is one that we want, and listed with its reason; one that is no longer there fails as well.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from custom_components.solar_battery_hub.core.model import Ref, Reported
from custom_components.solar_battery_hub.core.parse import number, section, sections
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from custom_components.solar_battery_hub.vendors.anker.products import product

from .recorded import Recorded
from .recordings import FOLDERS, data, each_folder, needs_recordings

pytestmark = needs_recordings

type Made = Mapping[str, Any]
type Ours = Mapping[str, Reported]


def numbered(key: str, factor: float = 1.0) -> Callable[[Ours], float | None]:
    """Return how a number of theirs is one of ours."""

    def read(ours: Ours) -> float | None:
        value = ours.get(key)
        return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else None

    return read


def capacity(ours: Ours) -> float | None:
    """Return what is in a battery in whole Wh."""
    found = numbered("battery_energy", 1000)(ours)
    return None if found is None else float(int(found + 0.5))


def packs(ours: Ours) -> float | None:
    """Return the number of expansion packs."""
    found = numbered("battery_count")(ours)
    return None if found is None else found - 1


# By field of their devices: how that number follows from our readings.
NUMBERS: Final[Mapping[str, Callable[[Ours], float | None]]] = {
    "battery_soc": numbered("battery_level"),
    "battery_capacity": numbered("battery_capacity", 1000),
    "battery_energy": capacity,
    "charging_power": numbered("battery_power", -1),  # theirs is positive when charging (§9.5)
    "input_power": numbered("solar_power"),
    "output_power": numbered("output_power"),
    "sub_package_num": packs,
    "current_power": numbered("plug_power"),
    "grid_to_home_power": lambda ours: None if (power := numbered("grid_power")(ours)) is None else max(power, 0.0),
    "photovoltaic_to_grid_power": numbered("grid_power", -1),
    "wifi_signal": numbered("signal_strength"),
    "rssi": numbered("wifi_signal"),
    "grid_to_battery_power": numbered("grid_charge_power"),
    **{f"solar_power_{at}": numbered(f"pv_power_{at}") for at in range(1, 5)},
}
# Told as 0 by all who do not have it, which is no reading of ours.
IF_ANY: Final[Mapping[str, str]] = {
    "ac_power": "socket_power",
    "other_input_power": "ac_input_power",
    "pei_heating_power": "heating_power",
}
WORDS: Final[Mapping[str, str]] = {
    "detection": "detection",
    "charge": "charging",
    "charge_priority": "charge_priority",
    "discharge": "discharging",
    "protection_charge": "protection_charge",
}

SHARES: Final = "an older client gave every solarbank its share of a total; each has numbers of its own (§9.5)"
ZEROS: Final = "zeros that mean nothing have no value (§7.2)"
UNKNOWN: Final = "worked out by the powers; an older client did not yet, or with the battery the other way round (§9.4)"
PLAN: Final = "what should be given now is told by the plan, which is a setting; the scene says 0 W (§9.3)"
SOMEBODY: Final = "the only row is that of the solarbank: a meter that names no row has none (§7.4)"
STEPS: Final = "an older client made a share of the signal by another rule (§7.4)"
IDLE: Final = "of several solarbanks only the numbers of the batteries count, also when they are 0 (§9.5)"
DOCK: Final = "what its settings tell: nothing about whether it is online or what it does (§7.9)"
_POWERS: Final = ("battery_soc", "battery_energy", "charging_power", "input_power", "output_power")
_INPUTS: Final = tuple(f"solar_power_{at}" for at in range(1, 5))
_ALL: Final = (*_POWERS, *_INPUTS, "charging_status_desc")
_IDLE: Final = ("charging_power", "output_power", "charging_status_desc")
_SIGNAL: Final = ("wifi_signal", "rssi")

DIFFERENCES: Final[tuple[tuple[str, str, tuple[str, ...], str], ...]] = (
    ("SB2_AC_UseTime", "XWZNFAX5WB8KK3I", _SIGNAL, SOMEBODY),
    ("SB2_SB1_Bypass", "1CC2UKC60CE16V6T", ("charging_power",), SHARES),
    ("SB2_SB1_Bypass", "1CC2UKC60CE16V6T", ("charging_status_desc",), UNKNOWN),
    ("SB2_SB1_Bypass", "B91KD2ROPQVP6MLG", ("charging_power",), SHARES),
    ("SB2_SB1_Bypass", "NEBY5IUHDXTGQKC2", ("charging_power",), SHARES),
    ("SB2_SM_AiMode_EmptySchedule", "RLMLTE5RUQHFZCM5", ("charging_status_desc",), UNKNOWN),
    ("SB2_SM_AiMode_EmptySchedule", "LVLVKLAA2BEATOPK", ("wifi_signal",), SOMEBODY),
    ("SB2_SM_AiMode_Schedule_invalid", "YF819ZFK2S1CZZRO", _ALL, ZEROS),
    ("SB2_SM_AiMode_Schedule_invalid", "IY61SJY9VRCITKRM", ("grid_to_home_power",), ZEROS),
    ("SB2_SM_AiMode_Schedule_invalid", "IY61SJY9VRCITKRM", ("wifi_signal",), SOMEBODY),
    ("SB2_SM_ManMode_Schedule", "MUODHDOXUGKSV12V", ("charging_status_desc",), PLAN),
    ("SB2_SM_ManMode_Schedule", "2MY08BS0N4KIVHRE", ("wifi_signal",), SOMEBODY),
    ("SB2_SM_NoPvEnergy_Invalid", "X1OOP055244IFE3N", _ALL, ZEROS),
    ("SB2_SM_NoPvEnergy_Invalid", "P0DUOW3JAKCHCNXG", ("grid_to_home_power",), ZEROS),
    ("SB2_SP_SpMode_Schedule", "81QCP7Q5D1258SXT", ("charging_status_desc",), UNKNOWN),
    ("SB2_SP_SpMode_Schedule", "MU1JPN69C3CB0VVV", ("wifi_signal",), STEPS),
    ("SB2_SP_SpMode_Schedule", "IU47YZ0USSGF2K2A", ("wifi_signal",), STEPS),
    ("SB3_Multisystem", "I6AXLY54I37ZW5MZ7", _IDLE, IDLE),
    ("SB3_Multisystem", "LRAV70KWMEE3C0UZI", _IDLE, IDLE),
    ("SB3_Multisystem", "37H3JFKJJKPR1ATZL", _IDLE, IDLE),
    ("SB3_Multisystem", "FL0YMKE7BDVF1TH41", ("current_power", "status"), DOCK),
    ("SB3_SB2AC_Shelly_Smart_Learning", "3U9HDQYFU18Z67", _SIGNAL, SOMEBODY),
    ("SB3_SB2AC_Shelly_Smart_Learning", "4494B9VAAVLAOEAI", ("charging_status_desc",), UNKNOWN),
    ("SB3_SM_Smart", "200Z24CCLUIX9A9H9", ("charging_status_desc",), UNKNOWN),
)
ON_PURPOSE: Final = {
    (folder, serial, name): reason for folder, serial, fields, reason in DIFFERENCES for name in fields
}


def compared(folder: str) -> Iterator[tuple[str, str, object, object]]:
    """Yield serial number, field, theirs and ours of every number and word of a device."""
    account = Recorded(folder)
    values = account.read()
    for serial, made in account.exported("devices").items():
        ours = {ref.key: value for ref, value in values.items() if ref.device == serial}
        yield from ((serial, name, *pair) for name, pair in of_device(made, ours).items())


def of_device(made: Made, ours: Ours) -> dict[str, tuple[object, object]]:
    """Return what there is to compare of a device."""
    found: dict[str, tuple[object, object]] = {}
    for name, read in NUMBERS.items():
        theirs = number(made.get(name))
        if theirs is not None and not is_nothing(made, name, theirs):
            found[name] = (theirs, read(ours))
    for name, key in IF_ANY.items():
        if number(made.get(name)):
            found[name] = (number(made[name]), ours.get(key))
    if "charging_status_desc" in made:
        found["charging_status_desc"] = (WORDS[made["charging_status_desc"]], ours.get("charging_status"))
    if made.get("ota_version"):
        found["ota_version"] = (made["ota_version"].lstrip("v"), ours.get("latest_firmware"))
    if made.get("status_desc") in ("online", "offline"):
        found["status"] = (made["status"] == "1", ours.get("reachable"))
    if "generate_power" in made:
        found["generate_power"] = (number(made["generate_power"]), ours.get("output_power", ours.get("solar_power")))
    return found


def is_nothing(made: Made, name: str, theirs: float) -> bool:
    """Tell whether a number of theirs is none: inputs that a model does not have, a signal of 0, the other way of the grid."""
    model = product(made["device_pn"])
    if name.startswith("solar_power_"):
        return int(name[-1]) > model.inputs
    if name == "grid_to_battery_power":
        return not model.ac_input
    if name == "photovoltaic_to_grid_power":
        return not theirs
    return name == "rssi" and not theirs


@each_folder
def test_devices(folder: str) -> None:
    for serial, name, theirs, ours in compared(folder):
        reason = ON_PURPOSE.get((folder, serial, name))
        assert (theirs == pytest.approx(ours)) is (reason is None), f"{serial} {name}: {theirs!r}, ours {ours!r}"


def test_there_is_something_to_compare() -> None:
    found = [(folder, serial, name) for folder in FOLDERS for serial, name, _, _ in compared(folder)]
    assert len(found) > 300
    assert set(found) >= ON_PURPOSE.keys()


# Sites

SITES_ON_PURPOSE: Final[Mapping[tuple[str, str], str]] = {
    ("SB2_SB1_Bypass", "total_battery_power"): "the level of all by what each holds, not of the newer one alone (§9.5)",
    ("SB2_SB1_Bypass", "total_photovoltaic_power"): "what the panels of all give (§9.5)",
    ("SB2_SM_AiMode_Schedule_invalid", "total_battery_power"): ZEROS,
    ("SB2_SM_AiMode_Schedule_invalid", "total_photovoltaic_power"): ZEROS,
    ("SB2_SM_AiMode_Schedule_invalid", "total_output_power"): ZEROS,
    ("SB2_SM_NoPvEnergy_Invalid", "total_battery_power"): ZEROS,
    ("SB2_SM_NoPvEnergy_Invalid", "total_photovoltaic_power"): ZEROS,
    ("SB2_SM_NoPvEnergy_Invalid", "total_output_power"): ZEROS,
}
INFO: Final[Mapping[str, Callable[[Ours], float | None]]] = {
    "total_battery_power": numbered("battery_level", 0.01),
    "total_photovoltaic_power": numbered("solar_power"),
    "total_output_power": numbered("output_power"),
}
TOTALS: Final = {"1": "solar_energy_total", "2": "co2_saved", "3": "savings_total"}


def owned(folder: str) -> Iterator[tuple[str, Made, Ours, Recorded]]:
    """Yield the id of each site with a scene, what they made of it, and our readings of it."""
    account = Recorded(folder)
    values = account.read()
    for site, made in account.exported("sites").items():
        if data(folder, f"scene_{site}"):
            ours = {ref.key: value for ref, value in values.items() if ref.device == site_id(site)}
            yield site, made, ours, account


@each_folder
def test_sites(folder: str) -> None:
    for site, made, ours, _ in owned(folder):
        info = section(made.get("solarbank_info"))
        if not sections(info.get("solarbank_list")):
            assert "solar_power" not in ours
            continue
        for name, read in INFO.items():
            same = number(info.get(name)) == pytest.approx(read(ours))
            assert same is ((folder, name) not in SITES_ON_PURPOSE), (site, name, info.get(name))
        for row in sections(made.get("statistics")):
            assert ours[TOTALS[str(row["type"])]] == pytest.approx(number(row["total"])), row
        status = section(section(made.get("site_details")).get("ai_ems_runtime")).get("status_desc")
        assert status is None or ours["smart_mode_status"] == status
        co2 = section(section(made.get("site_details")).get("co2_ranking"))
        assert (ours.get("trees_equivalent"), ours.get("co2_rank")) == (
            number(co2.get("tree")),
            co2.get("ranking") or None,
        )


@each_folder
def test_prices(folder: str) -> None:
    for _, made, ours, _ in owned(folder):
        details = section(made.get("site_details"))
        if details.get("price_type", "fixed") == "fixed" and "price" in details:
            assert ours["current_price"] == details["price"]
        market = section(details.get("dynamic_price_details"))
        for name, key in (
            ("spot_price_mwh", "spot_price"),
            ("spot_price_mwh_avg_today", "spot_price_average_today"),
            ("spot_price_mwh_avg_tomorrow", "spot_price_average_tomorrow"),
        ):
            theirs, found = number(market.get(name)), numbered(key, 1000)(ours)
            assert theirs == pytest.approx(found) or (theirs == 0 and found is None), name  # tomorrow is not known yet


@each_folder
def test_forecasts(folder: str) -> None:
    """What was recorded as today's answer is told them for tomorrow as well; so it is to us."""
    for _, made, ours, _ in owned(folder):
        theirs = section(section(made.get("energy_details")).get("pv_forecast_details"))
        if not sections(theirs.get("trend")):
            assert not {key for key in ours if key.startswith("solar_forecast")}
            continue
        assert ours["solar_forecast_left_today"] == pytest.approx(number(theirs["remaining_today"]), abs=0.006)
        assert ours["solar_forecast_tomorrow"] == pytest.approx(number(theirs["forecast_tomorrow"]), abs=0.006)
        assert ours["solar_forecast_next_day"] == number(theirs["forecast_24h"])
        assert ours["solar_forecast_this_hour"] == number(theirs["trend_this_hour"])
        assert ours["solar_forecast_next_hour"] == number(theirs["trend_next_hour"])
        # Theirs counts the hour that runs as if all of it were still to come: 1.91 + 2.17; ours what is left of it.
        produced, left = number(theirs["produced_today"]), number(theirs["remaining_today"])
        assert produced is not None
        assert left is not None
        assert ours["solar_forecast_today"] == pytest.approx(produced + left, abs=0.006)


# Energies: the recorded questions are about two days at once, so their sums are those of both, whatever day it is.

BY_DAY: Final = {
    "battery_discharge": "battery_discharge_energy_today",
    "solarbank_discharge": "battery_discharge_energy_today",
    "home_usage": "home_energy_today",
    "solar_production": "solar_energy_today",
}
BY_RANGE: Final = {
    "battery_charge": "battery_charge_energy_today",
    "solarbank_charge": "battery_charge_energy_today",
    "battery_to_home": "home_from_battery_energy_today",
    "grid_to_battery": "grid_charge_energy_today",
    "solar_to_battery": "battery_from_solar_energy_today",
    "solar_to_home": "home_from_solar_energy_today",
    "smartplugs_total": "plug_energy_today",
    "solar_to_grid": "export_from_solar_energy_today",
}
FROM_THIRD: Final = frozenset({"solar_to_battery", "solar_to_home"})  # zeros of older ones mean nothing (§10.2)


@each_folder
def test_energies(folder: str) -> None:
    for site, made, _, account in owned(folder):
        days = list(account.days(site))
        details, owner = section(made.get("energy_details")), site_id(site)
        for day, theirs in zip(
            days, (section(details.get("last_period")), section(details.get("today"))), strict=False
        ):
            ours = account.energies(day, day)
            for name in theirs.keys() & BY_DAY.keys():
                assert ours[Ref(owner, BY_DAY[name])] == pytest.approx(number(theirs[name])), (site, day, name)
            inputs = {ref.key[-1]: energy for ref, energy in ours.items() if ref.key.startswith("pv_energy_today")}
            for at, energy in inputs.items():
                told = number(theirs.get(f"solar_production_pv{at}"))
                assert told == pytest.approx(energy) or len(account.inventory.sites) > 1, (site, day, at)


@each_folder
def test_sums_of_energies(folder: str) -> None:
    for site, made, _, account in owned(folder):
        days = list(account.days(site))
        theirs = section(section(made.get("energy_details")).get("last_period"))
        ours = account.energies(days[0], days[-1]) if days else {}
        newest = max((product(bank.model).generation for bank in account.inventory.solarbanks(site)), default=0)
        for name in theirs.keys() & BY_RANGE.keys():
            energy = ours.get(Ref(site_id(site), BY_RANGE[name]))
            if name in FROM_THIRD and newest < 3:
                assert energy is None
            elif energy is None:
                assert not number(theirs[name]), (site, name)  # nothing of the kind is there
            elif theirs[name]:  # an older client left some blank
                assert number(theirs[name]) == pytest.approx(energy), (site, name)


@each_folder
def test_shares_of_the_grid_add_up(folder: str) -> None:
    """All import of a range is what the house and the battery took (§10.2)."""
    for site, _, _, account in owned(folder):
        if not (days := list(account.days(site))):
            continue
        ours = {
            ref.key: energy
            for ref, energy in account.energies(days[0], days[-1]).items()
            if ref.device == site_id(site)
        }
        if "grid_import_energy_today" in ours:
            parts = ours["home_from_grid_energy_today"] + ours.get("grid_charge_energy_today", 0.0)
            assert ours["grid_import_energy_today"] == pytest.approx(parts, abs=0.025)
