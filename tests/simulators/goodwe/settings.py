"""What an inverter is set to, and what it makes of it (goodwe.md §6.2, §6.3). One flat mapping, one key per setting.

Keys are the vendor's member names (``TOUStart1``, ``BackupModeEnable``); where it has none, plain words: ``Running``
(1/0), ``ActivePowerLimit`` (0…100 % of rated power, route B's), ``Mode`` (V1's exclusive mode 0…3) and those of the
immediate charge. Generation 0 is an inverter without battery terminals, 1 to 3 are the UI generations of ``get-work-mode``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
import math
from typing import Any

from tests.simulators.house import House, Settings

SLOTS_LISTED = 12
"""How many slots ``remote/get`` knows, whatever the device can do."""
SLOTS = {1: 4, 2: 4, 3: 8}
SLOT_ON, SLOT_OFF = 249, 6
V1_SLOT_ON, V1_SLOT_OFF = 255, 0
SELF_USE, OFF_GRID, BACKUP, TIME_OF_USE = range(4)
"""V1's exclusive modes."""
EXPORT_MONTH = 12
PEAK_ON, PEAK_OFF, DELAYED_ON, DELAYED_OFF = 252, 3, 250, 5
EVERY_DAY, EVERY_MONTH = list(range(7)), list(range(12))
RESERVE_PERCENT = 10.0

COMMON: dict[str, Any] = {
    "Running": 1,
    "ActivePowerLimit": 100,
    "PWLimitEnable": 0,
    "PWLimitThr": 10_000,
    "PWLimitPercent": 100,
}
STORING: dict[str, Any] = COMMON | {
    "ImmediateCharge": 0,
    "EndChargeSoc": 100,
    "ImmediatePower": 50,
    "DisChargeDepth": 90,
}
SWITCHES: dict[str, Any] = {
    "TOUModeEnable": 0,
    "BackupModeEnable": 0,
    "BackupChargeModelEnable": 0,
    "BackupPChargeP": 20,
    "DelayedChargeEnable": 0,
    "SelfConsumption": 1,
    "GreenModeEnable": 0,
}
CAPABILITIES: dict[int, dict[str, int]] = {
    2: {"ARMFunction2": 2_048},
    3: {"ARMFunction2": 19_474, "ARMFunction4": 4_108},
}
"""Bit words (§6.3); V2's word 4 is missing, V1 has neither."""
NEVER_UPLOADED = frozenset({"StatusSetting", "RunStop", "ImmediateCharge", "EndChargeSoc", "ImmediatePower"})
"""What the cloud's cache does not know before it is written for the first time (§6.2)."""


def slot(number: int, generation: int) -> dict[str, Any]:
    """Return a slot nobody ever used."""
    members: dict[str, Any] = {
        "TOUStart": "00:00",
        "TOUEnd": "00:00",
        "TOUWeekEnable": 85 if generation == 2 else 0,
        "TOUWeek": [],
        "ChargeDischargePW": 0,
    }
    if generation > 1:
        members |= {"ChargeCutOffSet": 0, "TOUMonth": []}
    return {f"{name}{number}": value for name, value in members.items()}


def demand(number: int, *, enable: int, limit: float) -> dict[str, Any]:
    """Return one of the two settings that peak shaving and delayed charge share."""
    members: dict[str, Any] = {
        "DemandOrDelayedStart": "17:00" if number == 1 else "00:00",
        "DemandOrDelayedEnd": "21:00" if number == 1 else "10:00",
        "DemandOrDelayedWeekEnable": enable,
        "DemandOrDelayedWeek": list(EVERY_DAY),
        "DemandOrDelayedPowerLimit": limit,
        "DelayedPowerLimit": 0,
        "DemandPowerLimit": 0.0,
        "DemandOrDelayedSOC": 40 if number == 1 else 0,
        "DemandOrDelayedMonth": [] if number == 1 else list(EVERY_MONTH),
        "DemandOrDelayedChargePriority": number - 1,
    }
    return {f"{name}{number}": value for name, value in members.items()}


def factory(generation: int) -> dict[str, Any]:
    """Return what an inverter of a generation (0: without battery terminals) comes with."""
    if not generation:
        return dict(COMMON)
    settings = dict(STORING)
    for number in range(1, SLOTS_LISTED + 1):
        settings |= slot(number, generation)
    if generation == 1:
        return settings | {"Mode": SELF_USE}
    settings |= SWITCHES | CAPABILITIES[generation] | ({"OffGridEnable": 0} if generation == 3 else {})
    settings |= demand(1, enable=PEAK_OFF, limit=3.5)
    return settings | demand(2, enable=DELAYED_OFF, limit=300)


def generation_of(settings: Mapping[str, Any]) -> int:
    """Return the generation these settings belong to."""
    if "Mode" in settings:
        return 1
    if "TOUModeEnable" not in settings:
        return 0
    return 3 if "OffGridEnable" in settings else 2


def known_to_cloud(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the cloud's cache knows of a device whose settings nobody ever wrote."""
    return {key: value for key, value in settings.items() if key not in NEVER_UPLOADED}


def upload(settings: Mapping[str, Any], copy: dict[str, Any]) -> None:
    """Bring the cloud's ``copy`` up to date; what it never heard of and nobody wrote stays unknown."""
    copy.update({key: settings[key] for key in copy if key in settings})


def peak_shaving(settings: Mapping[str, Any]) -> bool:
    """Tell whether peak shaving is on."""
    return PEAK_ON in (settings.get(f"DemandOrDelayedWeekEnable{number}") for number in (1, 2))


def delayed_charge(settings: Mapping[str, Any]) -> bool:
    """Tell whether delayed charging is on: both the slot and the switch must say so."""
    slots = (settings.get(f"DemandOrDelayedWeekEnable{number}") for number in (1, 2))
    return DELAYED_ON in slots and bool(settings.get("DelayedChargeEnable"))


def work_mode(settings: Mapping[str, Any]) -> int:
    """Return ``INVCurrentWorkMode`` (§6.3)."""
    if not settings["Running"]:
        return 255
    if "Mode" in settings:
        return {SELF_USE: 1, OFF_GRID: 7, BACKUP: 100, TIME_OF_USE: 101}[int(settings["Mode"])]
    modes = (
        (settings.get("OffGridEnable"), 7),
        (settings.get("ImmediateCharge"), 11),
        (settings.get("BackupModeEnable"), 100),
        (settings.get("TOUModeEnable"), 101),
        (delayed_charge(settings), 103),
        (peak_shaving(settings), 105),
    )
    return next((mode for active, mode in modes if active), 1)


# --- what follows from it --------------------------------------------------------------------------------------------


def steer(settings: Mapping[str, Any], house: House, local: datetime, rated_w: float, *, metered: bool = True) -> None:
    """Let a house do what its inverter is set to, at its local time. Without a meter limits hold for the output."""
    running = bool(settings["Running"])
    limit = math.inf
    if settings["PWLimitEnable"]:
        limit = min(float(settings["PWLimitThr"]), rated_w * float(settings["PWLimitPercent"]) / 100)
    share = float(settings["ActivePowerLimit"])
    output = math.inf if share >= 100 else rated_w * share / 100
    house.settings = replace(
        _mode(settings, house, local, rated_w),
        halted=not running,
        output_limit_w=(output if metered else min(output, limit)) if running else 0.0,
        export_limit_w=limit if metered else math.inf,
        reserve_percent=max(RESERVE_PERCENT, 100.0 - float(settings.get("DisChargeDepth", 90))),
    )


def _mode(settings: Mapping[str, Any], house: House, local: datetime, rated_w: float) -> Settings:
    """Return the house's settings with what the batteries are asked to do."""
    free = replace(house.settings, mode="self_consumption", charge_limit_w=math.inf, discharge_limit_w=math.inf)
    level = house.level()
    if settings.get("ImmediateCharge") and level < float(settings["EndChargeSoc"]):
        return replace(free, mode="scheduler", command_w=-rated_w * float(settings["ImmediatePower"]) / 100)
    if settings.get("BackupModeEnable") or settings.get("Mode") == BACKUP:
        from_grid = bool(settings.get("BackupChargeModelEnable"))
        power = rated_w * float(settings.get("BackupPChargeP", 0)) / 100 if from_grid else 0.0
        return replace(free, mode="backup", grid_charge_w=power)
    if (number := _active_slot(settings, local)) is not None:
        return _slot_mode(settings, number, free, level, rated_w)
    return free


def _active_slot(settings: Mapping[str, Any], local: datetime) -> int | None:
    """Return the number of the slot that acts at a local time."""
    generation = generation_of(settings)
    if not (settings.get("TOUModeEnable") or settings.get("Mode") == TIME_OF_USE):
        return None
    wanted = V1_SLOT_ON if generation == 1 else SLOT_ON
    for number in range(1, SLOTS[generation] + 1):
        days = settings[f"TOUWeek{number}"]
        months = settings.get(f"TOUMonth{number}", EVERY_MONTH)
        if settings[f"TOUWeekEnable{number}"] != wanted:
            continue
        if local.isoweekday() % 7 not in days or local.month - 1 not in months:
            continue
        if _within(settings[f"TOUStart{number}"], settings[f"TOUEnd{number}"], f"{local:%H:%M}"):
            return number
    return None


def _within(start: str, end: str, now: str) -> bool:
    """Tell whether a time of day lies between two others, over midnight too."""
    return start <= now < end if start <= end else now >= start or now < end


def _slot_mode(settings: Mapping[str, Any], number: int, free: Settings, level: float, rated_w: float) -> Settings:
    """Return what an acting slot asks for: ≤ 0 charges (0: from the sun alone), > 0 discharges."""
    generation = generation_of(settings)
    power = rated_w * float(settings[f"ChargeDischargePW{number}"]) / (100 if generation == 1 else 1_000)
    stop = float(settings.get(f"ChargeCutOffSet{number}", 100 if power <= 0 else RESERVE_PERCENT))
    if power <= 0:
        if level >= stop:
            return replace(free, discharge_limit_w=0.0)
        return replace(free, mode="scheduler", command_w=power) if power else replace(free, discharge_limit_w=0.0)
    if level <= stop:
        return replace(free, discharge_limit_w=0.0)
    return replace(free, mode="scheduler", command_w=power)
