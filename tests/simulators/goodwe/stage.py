"""What a test or the control port may do to the world: everything that happens behind the server's back."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Literal

from tests.simulators.actions import Acting
from tests.simulators.goodwe.limits import Refusal
from tests.simulators.goodwe.world import Alarm, Inverter, Plant, Way, World, WriteBehaviour, WriteKind

WRITE_BLOCKS = 30.0
CORRECTION_KWH = 0.04


class Stage(Acting):
    """The hands behind the scene. Every method is an action; ``serial`` names a device, ``plant_id`` a plant."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self.world = world

    def _inverter(self, serial: str | None) -> Inverter:
        """Return an inverter as it is now; the first one without a serial number."""
        self.world.catch_up()
        found = next(self.world.inverters) if serial is None else self.world.inverter(serial)
        if found is None:
            raise ValueError(f"no such inverter: {serial}")
        return found

    def _plant(self, plant_id: str | None) -> Plant:
        """Return a plant as it is now; the first one without an id."""
        self.world.catch_up()
        found = self.world.plants[0] if plant_id is None else self.world.plant(plant_id)
        if found is None:
            raise ValueError(f"no such plant: {plant_id}")
        return found

    def truth(self) -> dict[str, Any]:
        """Return what really happens, by plant id."""
        return self.world.truth()

    def audit(self) -> list[dict[str, Any]]:
        """Return the writes as the owner's list shows them."""
        return [asdict(entry) for entry in self.world.audit]

    # --- account -----------------------------------------------------------------------------------------------------

    def other_client_signs_in(self, way: Way = "semsplus") -> None:
        """Let another client of the account sign in: the live token is displaced."""
        self.world.sessions.open(way)

    def expire_tokens(self) -> None:
        """Let every token end now."""
        self.world.sessions.end()

    def set_token_life(self, seconds: float) -> None:
        """Let tokens from now on live so long."""
        self.world.sessions.life = timedelta(seconds=seconds)

    def set_password(self, password: str) -> None:
        """Change the account's password."""
        self.world.account.password = password

    def set_terms(self, *, accepted: bool) -> None:
        """Let the account accept the terms, or not yet: signing in succeeds without a token."""
        self.world.account.terms_accepted = accepted

    def refuse_sign_in(self, way: Way, code: str = "") -> None:
        """Let sign-ins of a way answer a code (``C0602``, ``100004`` …); without a code they work again."""
        if code:
            self.world.account.refused[way] = code
        else:
            self.world.account.refused.pop(way, None)

    def move_region(self, region: str) -> None:
        """Move the account to another region; its old host knows no token of it any more."""
        self.world.account.region = region

    def tell_base(self, base: str | None = None) -> None:
        """Let sign-ins tell another base ("": none at all); without one the right one."""
        self.world.account.told_base = base

    # --- how the server behaves --------------------------------------------------------------------------------------

    def set_switches(self, **switches: Any) -> dict[str, Any]:
        """Switch fields of ``Switches`` (``monitor="empty"`` is the cut-off) and return all of them."""
        self.world.switches = replace(self.world.switches, **switches)
        return asdict(self.world.switches)

    def rate_limit(self, seconds: float = 300.0, kind: Refusal = "body") -> None:
        """Refuse every call for so long: ``GY0429`` in the body, or HTTP 429 with Retry-After (``status``)."""
        self.world.limits.block(seconds, kind)

    def set_limits(self, *, on: bool) -> None:
        """Count calls and refuse bursts, or not."""
        self.world.limits.on = on

    def next_write(
        self,
        kind: WriteKind = "applied",
        *,
        blocks: float | None = None,
        seconds: float = 0.0,
        serial: str | None = None,
        times: int = 1,
    ) -> None:
        """Let the next writes turn out as ``WriteBehaviour`` says; ``blocks=30`` is the slowest the real one was."""
        behaviour = WriteBehaviour(kind=kind, blocks=blocks, seconds=seconds, serial=serial)
        self.world.writes.extend([behaviour] * times)

    # --- plants and devices ------------------------------------------------------------------------------------------

    def set_dongle(self, plant_id: str | None = None, *, offline: bool) -> None:
        """Cut a plant off the cloud: it lives on, the cloud keeps its last record."""
        self._plant(plant_id).dongle.offline = offline

    def set_power(self, serial: str | None = None, *, on: bool) -> None:
        """Switch an inverter on or off at its terminals."""
        self._inverter(serial).unpowered = not on

    def set_house(self, plant_id: str | None = None, *, level: float | None = None, **settings: Any) -> None:
        """Change sun, household and the like (``solar_w``, ``home_w`` … of the house's ``Settings``), or the charge in %."""
        house = self._plant(plant_id).house
        if level is not None:
            house.set_level(level)
        house.set(**settings)

    def set_settings(self, serial: str | None = None, **settings: Any) -> None:
        """Change settings as somebody else does in the app."""
        self._inverter(serial).change(settings)

    def set_uploads(self, plant_id: str | None = None, *, seconds: float = 300.0) -> None:
        """Let the plant upload to route B at another pace."""
        self._plant(plant_id).uploads_every = timedelta(seconds=seconds)

    def set_midnight_lag(self, plant_id: str | None = None, *, seconds: float) -> None:
        """Let counters of the day before show so long after midnight."""
        self._plant(plant_id).lag = timedelta(seconds=seconds)

    def set_rights(self, plant_id: str | None = None, *, rights: list[str]) -> None:
        """Give the account these rights on a plant."""
        self._plant(plant_id).permissions = tuple(rights)

    def set_lifetime_glitch(self, serial: str | None = None, *, on: bool = True) -> None:
        """Tell lifetime counters as 0, or not."""
        self._inverter(serial).zero_lifetime = on

    def correct_lifetime(self, serial: str | None = None, *, kwh: float = CORRECTION_KWH) -> None:
        """Let lifetime counters fall by a little."""
        self._inverter(serial).correction_kwh += kwh

    def set_fault(self, serial: str | None = None, *, mask: int = 0) -> None:
        """Let an inverter report a fault (bit mask); 0: it is well again."""
        self._inverter(serial).fault = mask

    def add_alarm(
        self,
        serial: str | None = None,
        *,
        code: str = "E-G3-0-12",
        text: str = "Grid Waveform Abnormal",
        level: Literal["prompt", "alarm", "fault"] = "alarm",
    ) -> str:
        """Let an alarm happen now and return its id."""
        inverter = self._inverter(serial)
        now = self.world.clock.now()
        number = len(inverter.plant.alarms) + 1
        alarm = Alarm(
            id=f"{number:08x}{inverter.serial.lower()}{number:08x}",
            serial=inverter.serial,
            code=code,
            text=text,
            level=level,
            start=now,
        )
        inverter.plant.alarms.append(alarm)
        return alarm.id

    def end_alarm(self, alarm_id: str) -> None:
        """Let an alarm recover now."""
        for plant in self.world.plants:
            for alarm in plant.alarms:
                if alarm.id == alarm_id:
                    alarm.end = self.world.clock.now()

    def plug_car(self, plant_id: str | None = None, *, plugged: bool = True, charging: bool = False) -> None:
        """Plug a car in or out."""
        charger = self._plant(plant_id).charger
        if charger is None:
            raise ValueError("no charger there")
        charger.plugged, charger.charging = plugged, charging
        charger.session_kwh = 0.0
