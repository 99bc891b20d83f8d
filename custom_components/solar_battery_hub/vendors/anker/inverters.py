"""What inverters tell that stand for themselves (anker.md §6.4)."""

from collections.abc import Sequence

from ...core.model import Reported
from ...core.parse import measured, number, sections, text
from .model import Bean, Listed
from .reader import Reader, Values, is_online, of, plausible


def pv_status(reader: Reader, rows: Sequence[Bean]) -> Values:
    """Return what inverters do (``pvStatuses``). Whether one can be reached tells ``status``, never the device list.

    Without sun they are not online, and give nothing.
    """
    values: Values = {}
    for row in rows:
        if (serial := text(row.get("sn"))) is None:
            continue
        found: dict[str, Reported] = {"solar_power": plausible("solar_power", measured(row.get("power"), "W", "W"))}
        values |= reader.keep(serial, "status", found) | of(serial, {"reachable": is_online(row)})
    return values


def pv_totals(listed: Listed, bean: Bean) -> Values:
    """Return what an inverter counted in its life (``getPvTotalStatistics``)."""
    money = text(bean.get("saveMoneyUnit"))
    return of(
        listed.serial,
        {
            "solar_energy_total": measured(bean.get("energy"), text(bean.get("energyUnit")) or "kWh", "kWh"),
            "co2_saved": measured(bean.get("reductionCo2"), text(bean.get("reductionCo2Unit")) or "kg", "kg"),
            "savings_total": number(bean.get("saveMoney")) if money else None,
        },
    )


def pv_price(listed: Listed, bean: Bean) -> Values:
    """Return what a kWh costs (``selectUserTieredElecPrice``): only the first tier counts, all day long."""
    tiers = sections(bean.get("tieredElecPrices"))
    paid = tiers and text(bean.get("currencyUnit")) is not None
    return of(listed.serial, {"current_price": number(tiers[0].get("price")) if paid else None})
