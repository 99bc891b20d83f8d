"""What a test or the control port may do to the world: everything that happens behind the cloud's back."""

from dataclasses import asdict, fields, replace
from typing import Any

from tests.simulators.actions import Acting
from tests.simulators.anker.device import Device
from tests.simulators.anker.profiles import PROFILES, Unit
from tests.simulators.anker.site import Site
from tests.simulators.anker.world import World, WriteBehaviour, WriteKind
from tests.simulators.plant import Settings

HOUSE_SETTINGS = frozenset(part.name for part in fields(Settings))


class Stage(Acting):
    """The hands behind the scene. Every method is an action; ``site_id`` and ``serial`` name the first one if left out."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world

    def _site(self, site_id: str | None) -> Site:
        """Return a site as it is now."""
        self._world.catch_up()
        found = next(iter(self._world.sites), None) if site_id is None else self._world.site(site_id)
        if found is None:
            raise ValueError(f"no such site: {site_id}")
        return found

    def _device(self, serial: str | None) -> Device:
        """Return a device as it is now."""
        self._world.catch_up()
        found = next(iter(self._world.devices), None) if serial is None else self._world.device(serial)
        if found is None:
            raise ValueError(f"no such device: {serial}")
        return found

    def world_truth(self) -> dict[str, Any]:
        """Return what really happens, by site id."""
        return self._world.truth()

    def audit(self) -> list[dict[str, Any]]:
        """Return the writes the cloud got, oldest first."""
        return [{**asdict(entry), "time": entry.time.isoformat()} for entry in self._world.audit]

    # --- sites -------------------------------------------------------------------------------------------------------

    def add_site(self, profile: str = "solarbank1", *, name: str | None = None) -> str:
        """Put up a site like the first of a profile and return its id."""
        plan = PROFILES[profile].sites[0]
        return self._world.add(replace(plan, name=name or plan.name)).id

    def remove_site(self, site_id: str | None = None, *, keep_devices: bool = False) -> None:
        """Take a site down; its devices go with it, or stand alone from now on."""
        site = self._site(site_id)
        self._world.sites.remove(site)
        if keep_devices:
            for device in site.devices:
                device.site = None
                self._world.loose.append(device)

    def rename_site(self, site_id: str | None = None, *, name: str) -> None:
        """Give a site another name."""
        self._site(site_id).name = name

    def set_member(self, site_id: str | None = None, *, member: bool = True) -> None:
        """Let the account only look on at a site from now on, or own it again (``ms_type``)."""
        self._site(site_id).ms_type = 2 if member else 1

    # --- devices -----------------------------------------------------------------------------------------------------

    def add_device(self, model: str = "A17X8", *, site_id: str | None = None, alias: str = "") -> str:
        """Put a plug, a meter or the like into a site, and return its serial; a solarbank needs a site of its own."""
        site = self._site(site_id)
        device = self._world.new_device(Unit(model=model, alias=alias))
        if device.kind not in ("plug", "meter", "inverter"):
            raise ValueError(f"a site cannot take in a {device.kind} later")
        device.site = site
        site.devices.append(device)
        if device.kind == "plug":
            site.plug_loads = {**site.plug_loads, device.serial: 0.1}
        return device.serial

    def bind_device(self, model: str = "A1761", *, alias: str = "") -> str:
        """Bind a device that belongs to no site, and return its serial."""
        return self._world.add_loose(Unit(model=model, alias=alias)).serial

    def remove_device(self, serial: str) -> None:
        """Take a plug, a meter or a device without a site away."""
        device = self._device(serial)
        if device.site is None:
            self._world.loose.remove(device)
            self._world.inverters = [one for one in self._world.inverters if one.serial != serial]
            return
        if device.kind == "solarbank":
            raise ValueError("a solarbank goes only with its site")
        site, device.site = device.site, None
        site.devices.remove(device)
        site.plug_loads = {other: load for other, load in site.plug_loads.items() if other != serial}

    def rename_device(self, serial: str | None = None, *, alias: str) -> None:
        """Give a device another name."""
        self._device(serial).alias = alias

    def set_power(self, serial: str | None = None, *, on: bool) -> None:
        """Switch a device on or off; off it shows offline."""
        self._device(serial).powered = on

    def set_firmware(
        self, serial: str | None = None, *, installed: str | None = None, newest: str | None = None
    ) -> None:
        """Let a device run another version, or let there be a newer one."""
        device = self._device(serial)
        device.firmware = installed or device.firmware
        device.newest = newest or device.newest

    def set_error(self, serial: str | None = None, *, code: int = 0) -> None:
        """Let a device report an error; 0: it is well again."""
        self._device(serial).error_code = code

    # --- houses ------------------------------------------------------------------------------------------------------

    def set_house(self, site_id: str | None = None, *, level: float | None = None, **settings: Any) -> None:
        """Change sun and household (``solar_w``, ``home_w``), or the charge in %; the devices tell it at once."""
        site = self._site(site_id)
        if unknown := set(settings) - HOUSE_SETTINGS:
            raise ValueError(f"no such settings: {', '.join(sorted(unknown))}")
        if level is not None:
            site.house.set_level(level)
        site.house.set(**settings)
        site.report_now()

    def set_third_party(self, site_id: str | None = None, *, watts: int) -> None:
        """Let the meter see so much of another maker's panels."""
        self._site(site_id).third_party_w = watts

    # --- what the cloud hears of them --------------------------------------------------------------------------------

    def set_reports(self, site_id: str | None = None, *, on: bool) -> None:
        """Cut a site off the cloud: it lives on, the cloud keeps its last report."""
        self._site(site_id).silent = not on

    def set_report_time(self, site_id: str | None = None, *, told: bool) -> None:
        """Let the scene tell when the devices reported, or the year 1970 (§7.2)."""
        self._site(site_id).reports_time = told

    def open_app(self, site_id: str | None = None, *, seconds: float = 300.0) -> None:
        """Let the owner look: the devices report every few seconds for a while (§13)."""
        self._site(site_id).trigger(seconds)

    def set_param(self, site_id: str | None = None, *, kind: str = "6", **values: Any) -> None:
        """Change parameters as somebody else does in the app; a Solarbank 1 that stumbled runs again (§9.2)."""
        site = self._site(site_id)
        site.settings[kind] = {**site.settings[kind], **values}
        site.stuck = False
        site.changed()

    def set_single_slot_bug(self, site_id: str | None = None, *, on: bool = True) -> None:
        """Let Solarbank 1 stumble over a plan of a single slot (§9.2)."""
        self._site(site_id).single_slot_bug = on

    # --- writes ------------------------------------------------------------------------------------------------------

    def next_write(
        self,
        kind: WriteKind = "applied",
        *,
        seconds: float = 0.0,
        code: int = 10000,
        path: str = "",
        times: int = 1,
    ) -> None:
        """Let the next writes turn out as ``WriteBehaviour`` says."""
        behaviour = WriteBehaviour(kind=kind, seconds=seconds, code=code, path=path)
        self._world.writes.extend([behaviour] * times)
