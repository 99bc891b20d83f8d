"""What may be set on a gateway, and how: three steps, from a fresh read (powerwall.md §9.2, §13)."""

from collections.abc import Mapping, Sequence
import logging

from ...core.control import Control, ControlKind, Setting
from ...core.errors import BadAnswer, HubError, NotSupported, WriteRefused
from ...core.model import Notice, Value
from ...core.quantities import Quantity
from ..base import Capability, PrivateStore
from .answers import Version, parse_version
from .client import INSTALLER, PowerwallClient, Refused, Stopped
from .endpoints import (
    CHARGE,
    COMMIT_PATH,
    GRID_STATUS,
    ISLANDING_PATH,
    OPERATION,
    POWERWALLS,
    RUN_PATH,
    SITE_NAME,
    SITEMASTER,
    STOP_PATH,
    SYSTEM_STATUS,
)
from .login import STOPPED_BY_LOGIN
from .readings import MODES, is_off_grid, reserve_in_app
from .scale import to_raw

_LOGGER = logging.getLogger(__name__)

WRITES_NOT_PERMITTED = "writes_not_permitted"

_ISLANDING: tuple[Version, Version] = ((20, 49), (24, 44))  # from the one to before the other: then 403 (§13)
_EMPTY = 5.0  # percent on the raw scale: the app's zero
_OFF_GRID = {True: "intentional_reconnect_failsafe", False: "backup"}

SETTINGS = {
    setting.key: setting
    for setting in (
        Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "autonomous", "backup")),
        Setting(
            key="backup_reserve",
            kind=ControlKind.NUMBER,
            quantity=Quantity.RATIO,
            minimum=0.0,
            maximum=100.0,
            step=1.0,
            tolerance=0.05 / 0.95,  # 0.05 on the raw scale (§9.2)
        ),
        Setting(key="off_grid", kind=ControlKind.SWITCH, settle=2.0, config=True),
        Setting(key="site_name", kind=ControlKind.TEXT, minimum=1, maximum=50, config=True, enabled=False),
        Setting(key="start", kind=ControlKind.BUTTON, settle=2.0, config=True),
    )
}
_OPERATION = frozenset({"operating_mode", "backup_reserve"})
# The paths whose refusal says that a setting cannot be written.
_PATHS = {
    "operating_mode": (f"POST {OPERATION.path}", COMMIT_PATH),
    "backup_reserve": (f"POST {OPERATION.path}", COMMIT_PATH),
    "off_grid": (f"POST {ISLANDING_PATH}",),
    "site_name": (f"POST {SITE_NAME.path}",),
    "start": (RUN_PATH,),
}


class Controls:
    """The settings of one gateway, with one set of credentials."""

    def __init__(
        self, client: PowerwallClient, store: PrivateStore, device: str, *, username: str, try_control: bool
    ) -> None:
        """Take what decides about permission."""
        self._client = client
        self._store = store
        self._device = device
        self._may_try = username == INSTALLER or try_control
        self._try_control = try_control

    # What is offered

    def offered(self) -> Sequence[Control]:
        """Return the settings that can be written now."""
        return [
            Control(device=self._device, setting=setting)
            for key, setting in SETTINGS.items()
            if self.reason(key) is None
        ]

    def capabilities(self) -> Sequence[Capability]:
        """Return every setting, with the reason where it cannot be written."""
        return [
            Capability(
                setting=key, writable=(reason := self.reason(key)) is None, reason=reason, detail=setting.as_dict()
            )
            for key, setting in SETTINGS.items()
        ]

    def notices(self) -> Sequence[Notice]:
        """Tell the user when this gateway refused to be controlled although that was wanted."""
        if self._may_try and self.reason("operating_mode") == WRITES_NOT_PERMITTED:
            placeholders = {"firmware": self._client.version or "?"}
            return [Notice(key=WRITES_NOT_PERMITTED, device=self._device, placeholders=placeholders)]
        return []

    def reason(self, key: str) -> str | None:
        """Return why a setting cannot be written (a translation key), ``None`` where it can."""
        rests = self._client.rests
        if rests.was_missing(POWERWALLS.path):
            return "restricted_gateway"
        if any(map(rests.is_forbidden, _PATHS[key])):
            return WRITES_NOT_PERMITTED
        if any(map(rests.is_missing, _PATHS[key])):
            return "not_on_this_firmware"
        return self._reason_beforehand(key)

    def _reason_beforehand(self, key: str) -> str | None:
        """Return what speaks against a setting before anything was tried."""
        if key == "off_grid" and not self._try_control:
            version = parse_version(self._client.version)
            offered = version is not None and _ISLANDING[0] <= version < _ISLANDING[1]
            return None if offered else "not_on_this_firmware"
        # Before 1.50 every write signs in, which stops the battery for a moment (§1.1).
        needs_installer = key in _OPERATION or self._client.is_old
        return "needs_installer" if needs_installer and not self._may_try else None

    # Writing

    async def write(self, changes: Mapping[str, Value]) -> None:
        """Send changes once. Raises WriteRefused when the gateway says no."""
        try:
            await self._write(changes)
        except NotSupported as err:
            reasons = (self.reason(key) for key in changes)
            raise WriteRefused(next(filter(None, reasons), WRITES_NOT_PERMITTED)) from err
        except Refused as err:
            if err.status < 500:  # beyond that it may have landed
                raise WriteRefused("refused_by_gateway") from err
            raise
        except Stopped as err:
            raise WriteRefused("system_stopped") from err
        finally:
            await self.mend()

    async def _write(self, changes: Mapping[str, Value]) -> None:
        if changes.keys() & _OPERATION:
            await self._write_operation(changes)
        if "off_grid" in changes:
            await self._write_off_grid(bool(changes["off_grid"]))
        if "site_name" in changes:
            await self._client.write(SITE_NAME.path, {"site_name": changes["site_name"]})
        if "start" in changes:
            await self._client.write(RUN_PATH)

    async def _write_operation(self, changes: Mapping[str, Value]) -> None:
        """Write mode and reserve together; what is not to change goes back as it was, raw (§9.2)."""
        found = await self._client.read(OPERATION, to_write=True)
        if found is None:
            raise BadAnswer("Mode and reserve could not be read before writing")
        mode = changes.get("operating_mode", found.mode)
        asked = changes.get("backup_reserve")
        reserve = to_raw(asked) if isinstance(asked, int | float) else found.reserve
        if mode is None or reserve is None:
            raise WriteRefused("incomplete_settings")
        if mode not in SETTINGS["operating_mode"].options:  # it would have to be sent back, and is refused (§9.1)
            raise WriteRefused("mode_set_elsewhere")
        await self._client.write(OPERATION.path, {"mode": mode, "backup_reserve_percent": reserve})
        await self._client.write(COMMIT_PATH)

    async def _write_off_grid(self, off: bool) -> None:
        """Open or close the grid connection; a battery that cannot carry the house refuses (§13)."""
        if off:
            status = await self._client.read(SYSTEM_STATUS)
            if status and status.blocks and not any(block.backup_ready for block in status.blocks):
                raise WriteRefused("battery_not_ready")
            charge = await self._client.read(CHARGE)
            if charge and charge.percentage is not None and charge.percentage <= _EMPTY:
                raise WriteRefused("battery_empty")
        await self._client.write(ISLANDING_PATH, {"island_mode": _OFF_GRID[off]})

    async def read_back(self, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the gateway itself; one it does not tell is missing."""
        found: dict[str, Value] = {}
        if settings & _OPERATION and (operation := await self._client.read(OPERATION)):
            mode = operation.mode
            found |= {"operating_mode": MODES.get(mode, mode) if mode else None}
            found |= {"backup_reserve": reserve_in_app(operation)}
        if "off_grid" in settings and (status := await self._client.read(GRID_STATUS)):
            found["off_grid"] = is_off_grid(status)
        if "site_name" in settings:
            found["site_name"] = await self._client.read(SITE_NAME)
        if "start" in settings and (sitemaster := await self._client.read(SITEMASTER)):
            found["start"] = sitemaster.running
        return {key: value for key, value in found.items() if key in settings and value is not None}

    async def stop(self) -> None:
        """Stop charging, discharging and measuring. Raises WriteRefused when it cannot now (§10)."""
        try:
            await self._client.write(STOP_PATH)
        except Refused as err:
            raise WriteRefused("cannot_stop_now") from err
        except NotSupported as err:
            raise WriteRefused(WRITES_NOT_PERMITTED) from err
        if self._store.shared.pop(STOPPED_BY_LOGIN, False):
            await self._store.save()  # or a restart would undo what was asked for

    async def mend(self) -> None:
        """Start the system again if our own login stopped it (§9.2, before 1.50).

        Where that fails the next poll tries again: the outcome of what was asked counts.
        """
        if STOPPED_BY_LOGIN not in self._store.shared:
            return
        try:
            await self._restart()
        except HubError as err:
            _LOGGER.debug("Not started again yet: %s", err)

    async def _restart(self) -> None:
        sitemaster = await self._client.read(SITEMASTER)
        if sitemaster is None:
            return
        if not sitemaster.running:
            _LOGGER.info("The sign-in stopped the gateway; it is started again")
            await self._client.write(RUN_PATH)
        self._store.shared.pop(STOPPED_BY_LOGIN)
        await self._store.save()
