"""``/api/devices/vitals``: the device tree as protobuf, written by hand (specification §14)."""

from collections.abc import Iterable
import struct

from tests.simulators.house import Battery, Truth
from tests.simulators.powerwall.gateway import Gateway

VARINT, FIXED64, BYTES = 0, 1, 2
CONTENT_TYPE = "application/octet-stream"

type Vital = tuple[str, str | float | int | bool | None]


def _varint(value: int) -> bytes:
    """Return a base-128 integer."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: bytes | str | float | bool) -> bytes:
    """Return one field with the wire type of its value."""
    match value:
        case bool() | int():
            return _varint(number << 3 | VARINT) + _varint(int(value))
        case float():
            return _varint(number << 3 | FIXED64) + struct.pack("<d", value)
        case _:
            data = value.encode() if isinstance(value, str) else value
            return _varint(number << 3 | BYTES) + _varint(len(data)) + data


def _vital(name: str, value: str | float | bool | None) -> bytes:
    """Return one DeviceVital; an absent one is a name without a value."""
    numbers = {int: 3, float: 4, str: 5, bool: 6}
    return _field(1, name) + (b"" if value is None else _field(numbers[type(value)], value))


def _device(
    gateway: Gateway,
    kind: str,
    part: str,
    serial: str,
    vitals: Iterable[Vital],
    alerts: Iterable[str],
    parent: str = "",
) -> bytes:
    """Return one device with its vitals and alerts."""
    moment = int(gateway.clock.now().timestamp())
    texts = (f"{kind}--{part}--{serial}", part, serial, "TESLA", gateway.site_name, parent, gateway.git_hash[:14])
    wrapped = [_field(number, _field(1, text)) for number, text in enumerate(texts, start=1) if text]
    times = [_field(number, _field(1, moment)) for number in (8, 9)]
    body = _field(1, _field(1, b"".join([*wrapped, *times])))
    body += b"".join(_field(2, _vital(name, value)) for name, value in vitals)
    return _field(1, body + b"".join(_field(3, alert) for alert in alerts))


def _battery_devices(gateway: Gateway, battery: Battery) -> list[bytes]:
    """Return controller, pack and inverter of one battery; a disabled one tells less."""
    part = gateway.profile.battery_part
    on = battery.enabled
    pack: list[Vital] = [
        ("POD_nom_energy_remaining", battery.energy_wh if on else None),
        ("POD_nom_full_pack_energy", battery.capacity_wh),
        ("POD_nom_energy_to_be_charged", battery.capacity_wh - battery.energy_wh if on else None),
        ("POD_available_charge_power", battery.max_charge_w if on else None),
        ("POD_available_dischg_power", battery.max_discharge_w if on else None),
        ("POD_state", "POD_ACTIVE" if on else None),
    ]
    inverter: list[Vital] = [
        ("PINV_Pout", round(battery.power_w / 1000, 2) if on else None),
        ("PINV_Vout", float(gateway.profile.region.voltage) if on else None),
        ("PINV_Fout", float(gateway.profile.region.frequency) if on else None),
        ("PINV_EnergyCharged", int(battery.charged_wh) if on else None),
        ("PINV_EnergyDischarged", int(battery.discharged_wh) if on else None),
        ("PINV_State", "PINV_GridFollowing" if on else None),
        ("PINV_GridState", "Grid_Compliant" if on else None),
    ]
    controller = f"TETHC--{part}--{battery.serial}"
    return [
        _device(
            gateway, "TETHC", part, battery.serial, [("THC_AmbientTemp", 21.5), ("THC_State", "THC_STATE_AUTO")], ()
        ),
        _device(gateway, "TEPOD", "1081100-13-V", battery.serial, pack, battery.disabled_reasons, controller),
        _device(gateway, "TEPINV", "1081100-79-J", battery.serial, inverter, (), controller),
    ]


def vitals(gateway: Gateway) -> bytes:
    """Return DevicesWithVitals of gateway, synchronizer and batteries."""
    truth: Truth = gateway.house.truth()
    part, _, serial = gateway.din.partition("--")
    connected = truth.grid == "connected"
    volts = float(gateway.profile.region.voltage) / 2
    island: list[Vital] = [
        ("ISLAND_VL1N_Main", volts if not truth.outage else 0.0),
        ("ISLAND_VL1N_Load", volts),
        ("ISLAND_FreqL1_Main", float(gateway.profile.region.frequency) if not truth.outage else 0.0),
        ("ISLAND_GridConnected", connected),
        ("METER_X_CTA_InstRealPower", truth.grid_w / 2),
        ("METER_X_CTB_InstRealPower", truth.grid_w / 2),
        ("METER_Y_CTC_InstRealPower", truth.solar_w),
    ]
    devices = [
        _device(gateway, "STSTSM", part, serial, (), ("SystemConnectedToGrid",) if connected else ("GridOutage",)),
        _device(gateway, "TESYNC", "1493315-01-F", serial, island, ()),
    ]
    for battery in truth.batteries:
        devices += _battery_devices(gateway, battery)
    return b"".join(devices)
