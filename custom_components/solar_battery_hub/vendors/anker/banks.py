"""What a scene tells of one solarbank (anker.md §7.2, §8)."""

from collections.abc import Mapping, Sequence
from typing import Final

from ...core.model import Reported
from ...core.parse import section
from .charging import Surroundings, charging_status
from .model import Bean
from .powers import Bank
from .products import product
from .reader import Reader, Values, count, fault, is_online, of, plausible, rows, unreachable, watts

_WITH_MICRO_INVERTER: Final = "A17C2"  # elsewhere the same field tells what comes from an older solarbank
_ALONE: Final = (
    *rows(
        optional=True, socket_power="ac_power", heating_power="pei_heating_power", ac_input_power="other_input_power"
    ),
)
_MICRO_INVERTER: Final = rows(
    optional=True, other_solar_power="micro_inverter_power", other_solar_power_limit="micro_inverter_power_limit"
)
_HEATING: Final = rows(optional=True, heating_power="heating_power")
_FIRST: Final = 1


def read_bank(
    reader: Reader, bank: Bank, banks: Sequence[Bank], info: Bean, around: Surroundings, *, valid: bool
) -> Values:
    """Return the readings of one of the solarbanks of a site; ``info`` is the site's ``solarbank_info``."""
    serial, online = bank.serial, is_online(bank.bean)
    values = reader.keep(serial, "scene", _measured(reader, bank, banks, info, around) if valid else {})
    if online is False:
        values = unreachable(values)
    values |= reader.keep(serial, "build", _build(bank))
    return values | of(serial, {"reachable": online, "fault": fault(bank.bean.get("err_code"))})


def _measured(
    reader: Reader, bank: Bank, banks: Sequence[Bank], info: Bean, around: Surroundings
) -> dict[str, Reported]:
    level = plausible("battery_level", bank.level)
    capacity = _capacity(bank)
    found: dict[str, Reported] = {
        "battery_level": level,
        "battery_energy": None if level is None or capacity is None else round(capacity * level / 100, 3),
        "solar_power": plausible("solar_power", bank.solar),
        "output_power": plausible("output_power", bank.output),
        "battery_power": plausible("battery_power", bank.battery),
        "charging_status": charging_status(bank, around),
        **_inputs(bank, banks, info),
        **reader.numbers(bank.serial, _HEATING, bank.bean),
    }
    if product(bank.model).ac_input:
        found["grid_charge_power"] = plausible("grid_charge_power", bank.grid_charge)
    if bank.generation > _FIRST and _is_only_newer(bank, banks):  # what the site tells is this one's
        found = reader.numbers(bank.serial, _ALONE, info) | _present(found)
        if bank.model == _WITH_MICRO_INVERTER:
            found |= reader.numbers(bank.serial, _MICRO_INVERTER, info)
    return found


def _inputs(bank: Bank, banks: Sequence[Bank], info: Bean) -> dict[str, Reported]:
    """Return the power of each input that the model has: newer answers tell it by device, others of the site (§7.2)."""
    own, found = section(bank.bean.get("pv_power")), dict[str, Reported]()
    alone = _is_only_newer(bank, banks)
    for input_ in range(1, product(bank.model).inputs + 1):
        power = watts(own, f"pv{input_}")
        if power is None and alone:
            power = watts(info, f"solar_power_{input_}")
        found[f"pv_power_{input_}"] = plausible("solar_power", power)
    return found


def _build(bank: Bank) -> Mapping[str, Reported]:
    """Return what a solarbank consists of: itself and its expansion packs."""
    packs = count(bank.bean.get("sub_package_num"))
    return {"battery_count": None if packs is None else 1 + packs, "battery_capacity": _capacity(bank)}


def _capacity(bank: Bank) -> float | None:
    """Return how much it holds in kWh, which the cloud never tells (§5.2)."""
    unit, packs = product(bank.model).capacity, "sub_package_num"
    if not unit or (packs in bank.bean and count(bank.bean[packs]) is None):
        return None
    return round(unit * bank.units / 1000, 3)


def _present(found: Mapping[str, Reported]) -> dict[str, Reported]:
    return {key: value for key, value in found.items() if value is not None}


def _is_only_newer(bank: Bank, banks: Sequence[Bank]) -> bool:
    """Tell whether no other solarbank shares the site's own numbers: older ones have none of these."""
    return bank.generation > _FIRST and sum(other.generation > _FIRST for other in banks) == 1
