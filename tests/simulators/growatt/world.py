"""The world both APIs show: one account with its plants, devices, tokens and user on one region's server.

For either API: ``world.device(serial)``, ``world.plant(id)``, ``world.plants``, ``world.user``, ``world.host_region`` (whose
server this is) and ``world.region`` (where the account lives: on another host the right password is ``502`` and the right
token 10011), ``world.clock.now()``, ``world.oddities`` (switches for what servers do on bad days), and

- ``world.write(device, kind, params, token_api=…)`` with ``params`` by position (``{1: "80"}``, all text) → ``Verdict``:
  checks type, positions and ranges, then lets it take effect as ``next_write`` ordered. ``verdict.code`` is V1's (0 is
  success); the password API says 500 + n for 10000 + n. A device that does not exist is ``Verdict(10012)``.
- ``world.read_parameter(device, kind)`` → ``Verdict`` with the value as ``text``, read from the device itself.

``catch_up()`` lets all devices live until now; the server calls it before every request.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

from tests.simulators.clock import SimClock
from tests.simulators.growatt import reading
from tests.simulators.growatt.account import Plant, Token, User
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import MODELS, PROFILES
from tests.simulators.growatt.parameters import (
    DEVICE_OFFLINE,
    LOGGER_OFFLINE,
    NO_SUCH_DEVICE,
    OUT_OF_RANGE,
    SYSTEM_ERROR,
    Refused,
    Value,
    overlaps,
    parse,
    writes_of,
)

TOKEN_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
SOC_FLOOR = 10
"""Stop levels below it are acknowledged and stay there (A.9.1)."""
COPY_DELAY = 30.0

type WriteKind = Literal["applied", "delayed", "ignored", "applied_with_error", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a write or a read: V1's code, and the text that was read."""

    code: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBehaviour:
    """How a coming write turns out, for ``serial`` only or whichever device.

    ``delayed`` by ``seconds``, acknowledged but ``ignored``, a system error although applied, ``refused`` with ``code``.
    """

    kind: WriteKind
    seconds: float = 0.0
    code: int = SYSTEM_ERROR
    serial: str | None = None


@dataclass(slots=True, kw_only=True)
class Oddities:
    """What the server does on bad days, each a switch.

    ``bounce``: after midnight 0, yesterday's value, 0 again (F.6 b). ``zero_totals``: lifetime values of a lost device are
    0 (F.6 d). ``dashboard_dips``: the dashboard's import falls by 0.1–0.2 for a call (F.6 e). ``odd_values``: F.7.
    ``idle_plants``: V1 tells a producing plant's power as 0 (B.5).
    """

    bounce: bool = False
    zero_totals: bool = False
    dashboard_dips: bool = False
    odd_values: bool = False
    idle_plants: bool = False


class World:
    """An account. ``profile`` names its plants and their models; it began at the local midnight ``past_days`` ago."""

    def __init__(
        self,
        clock: SimClock,
        *,
        profile: str = "home",
        host_region: str = "other_regions",
        region: str = "other_regions",
        seed: int = 0,
        past_days: int = 0,
        copy_delay: float = COPY_DELAY,
        plant_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Build it as it stands at the clock's present time."""
        self.clock = clock
        self.host_region = host_region
        self.region = region
        self.oddities = Oddities()
        self.copy_delay = copy_delay
        self.soc_floor = SOC_FLOOR
        self.writes: deque[WriteBehaviour] = deque()
        self._seed = seed
        self._random = Random(f"account {seed}")
        self._numbers: dict[str, int] = {}
        self.user = User(name="demo.user", password="demo1234", id=self._random.randrange(10_000, 99_999))
        self.tokens: list[Token] = []
        self.new_token()
        self.plants: list[Plant] = []
        for number, models in enumerate(PROFILES[profile]):
            plant = Plant(id=self._random.randrange(1_000_000, 9_999_999), name=f"Plant {number + 1}")
            for name, value in (plant_options or {}).items():
                setattr(plant, name, value)
            self.plants.append(plant)
            begin = plant.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(past_days)
            for model in models:
                self.add_device(model, plant_id=plant.id, since=begin.astimezone(UTC))
        self.catch_up()

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def devices(self) -> Iterator[Device]:
        """Yield the devices of all plants."""
        return (device for plant in self.plants for device in plant.devices)

    @property
    def token(self) -> Token:
        """Return the newest token."""
        return self.tokens[-1]

    def device(self, serial: str) -> Device | None:
        """Return a device by its serial number."""
        return next((device for device in self.devices if device.serial == serial), None)

    def plant(self, plant_id: int | str) -> Plant | None:
        """Return a plant by its id, as number or text."""
        return next((plant for plant in self.plants if str(plant.id) == str(plant_id)), None)

    def catch_up(self) -> None:
        """Let all devices live until now."""
        now = self.clock.now()
        for device in self.devices:
            device.bounces = self.oddities.bounce
            device.zero_totals_while_lost = self.oddities.zero_totals
            device.advance(now)

    def truth(self) -> dict[str, Any]:
        """Return what really happens, by serial number: ``house``, exact ``today`` and ``days`` (kWh), ``settings``."""
        self.catch_up()
        return {
            device.serial: {
                "plant": device.plant.id,
                "house": device.house.last_truth().as_dict(),
                "today": asdict(device.today),
                "days": {day.isoformat(): asdict(energies) for day, energies in device.days.items()},
                "settings": dict(device.settings),
                "lost": device.lost,
            }
            for device in self.devices
        }

    # --- writing and reading through the logger ----------------------------------------------------------------------

    def write(self, device: Device | None, kind: str, params: Mapping[int, str], *, token_api: bool = True) -> Verdict:
        """Check a write, let it take effect as ordered and return the server's verdict (F.8)."""
        if device is None:
            return Verdict(code=NO_SUCH_DEVICE)
        try:
            values = parse(writes_of(device.model.family, token_api=token_api), kind, params)
        except Refused as refused:
            return Verdict(code=refused.code)
        if device.model.family == "tlx" and overlaps(values, device.settings):
            return Verdict(code=OUT_OF_RANGE)
        if offline := self.offline(device):
            return Verdict(code=offline)
        return self._apply(device, self._clamped(values), self._behaviour(device))

    def _apply(self, device: Device, values: Mapping[str, Value], behaviour: WriteBehaviour) -> Verdict:
        """Let a valid write turn out as it shall."""
        if behaviour.kind == "refused":
            return Verdict(code=behaviour.code)
        if behaviour.kind != "ignored":
            now = self.clock.now()
            arrives = now + timedelta(seconds=behaviour.seconds)
            device.change(values, device_at=arrives, copy_at=arrives + timedelta(seconds=self.copy_delay))
        return Verdict(code=SYSTEM_ERROR if behaviour.kind == "applied_with_error" else 0)

    def offline(self, device: Device) -> int:
        """Return the code of why a command cannot arrive; 0 when it can."""
        if device.logger.offline:
            return LOGGER_OFFLINE
        return 0 if device.reachable else DEVICE_OFFLINE

    def _clamped(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return what the hardware makes of them: no stop level below its floor."""
        return {
            key: max(self.soc_floor, value) if isinstance(value, int) and "SOC" in key else value
            for key, value in values.items()
        }

    def _behaviour(self, device: Device) -> WriteBehaviour:
        """Return how this write turns out, and forget the order."""
        for behaviour in self.writes:
            if behaviour.serial in (None, device.serial):
                self.writes.remove(behaviour)
                return behaviour
        return WriteBehaviour(kind="applied")

    def read_parameter(self, device: Device | None, kind: str) -> Verdict:
        """Read one setting from the device itself (B.6.5, A.10)."""
        if device is None:
            return Verdict(code=reading.NO_SUCH_DEVICE)
        if offline := self.offline(device):
            return Verdict(code=offline)
        text = reading.parameter(device, kind)
        return Verdict(code=reading.UNKNOWN_PARAMETER) if text is None else Verdict(text=text)

    # --- what can be done to it --------------------------------------------------------------------------------------

    def new_token(self) -> str:
        """Make a new token; the older ones are void (B.1)."""
        for token in self.tokens:
            token.revoked = True
        text = "".join(self._random.choices(TOKEN_LETTERS, k=32))
        self.tokens.append(Token(text=text, region=self.region))
        return text

    def add_device(self, model: str, *, plant_id: int | None = None, since: datetime | None = None) -> str:
        """Put a device of a model into service (in the first plant) and return its serial number."""
        plant = self.plants[0] if plant_id is None else self.plant(plant_id)
        if plant is None:
            raise ValueError(f"no such plant: {plant_id}")
        bought = MODELS[model]
        number = self._numbers[bought.serial] = self._numbers.get(bought.serial, 0) + 1
        plant.devices.append(
            Device(
                bought,
                f"{bought.serial}{number:07d}",
                plant=plant,
                clock=self.clock,
                since=since or self.clock.now(),
                seed=self._seed + len(list(self.devices)),
            )
        )
        return plant.devices[-1].serial
