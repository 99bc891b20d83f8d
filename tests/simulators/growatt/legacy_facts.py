"""What every call about a device draws from: facts, live values, settings and packs (growatt.md A.6, F.2, F.7)."""

from collections.abc import Mapping
from typing import Any

from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_settings import settings_bean
from tests.simulators.growatt.odd import odd_live, odd_settings
from tests.simulators.growatt.record import PackRecord
from tests.simulators.growatt.values import calendar, clock_text, widened

JAVA_DATE = "%a %b %d %H:%M:%S CST %Y"
"""How a settings bean writes when it was updated: as if every plant were in China (A.6.3)."""


def facts(device: Device) -> dict[str, Any]:
    """Return what is known of a device besides its values."""
    heard = device.record.time if device.record is not None else None
    return {
        "serialNum": device.serial,
        "dataLogSn": device.logger.serial,
        "alias": device.alias,
        "plantId": device.plant.id,
        "plantname": device.plant.name,
        "fwVersion": "AH1.0",
        "innerVersion": "ahba0102",
        "communicationVersion": "ZABA-0018",
        "modelText": device.model.name,
        "manufacturer": "Growatt",
        "pmax": device.model.pmax,
        "dtc": device.family.dtc,
        "lost": device.lost,
        "status": device.status,
        "statusText": "Lost" if device.lost else "Normal",
        "timezone": device.plant.hours,
        "lastUpdateTimeText": "" if heard is None else clock_text(heard),
        "lastUpdateTime": None if heard is None else calendar(heard),
    }


def wide(call: Call, bean: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bean of live values as it goes over the wire: floats that had 32 bits once, odd ones on odd days (F.7)."""
    fields: dict[str, Any] = widened(bean)
    return odd_live(fields) if call.world.oddities.odd_values else fields


def settings_of(call: Call, device: Device) -> dict[str, Any]:
    """Return the server's copy of a device's settings as a bean."""
    copy = device.settings_copy()
    if call.world.oddities.odd_values:
        copy = odd_settings(copy)
    updated = device.local(device.copied_at).strftime(JAVA_DATE)
    return settings_bean(device.model.family, copy, copy["sysTime"], facts(device) | {"lastUpdateTime": updated})


def packs_of(device: Device) -> list[tuple[PackRecord, bool]]:
    """Return the battery packs that are listed for a MIN and whether each is lost: one taken out stays listed (A.6.2)."""
    gone = {pack.serial for pack in device.removed_packs}
    present = [(pack, device.lost) for pack in device.packs if pack.serial not in gone]
    return [*present, *((pack, True) for pack in device.removed_packs)]
