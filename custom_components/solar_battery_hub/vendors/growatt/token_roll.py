"""Who is there for a token: plants, devices, and what it may not read (growatt.md B.2, B.4, B.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import AuthFailed, HubError, Locked, TooSoon, Unreachable
from ..base import PrivateStore
from . import openapi_calls as calls, token_lists
from .inventory import Inventory
from .model import Family, Listed, Plant
from .openapi import OpenApi
from .openapi_calls import FAMILIES

NOBODY_THERE: Final = (AuthFailed, Locked, Unreachable)  # after these nobody else need be asked
_REFUSED_FOR: Final = timedelta(hours=24)
_ALL_PLANTS: Final = ""  # beside the numbers of plants
_TOGETHER_FOR: Final = timedelta(hours=24)


class Roll:
    """What the lists of a token say.

    What the token may not read is left out for a day, as if it were not there, as long as the list of
    plants still answers. What it may not read belongs to the token, all else to the account.
    """

    def __init__(self, client: OpenApi, store: PrivateStore, clock: Clock, inventory: Inventory) -> None:
        """Go on from what the store holds."""
        self._client = client
        self._store = store
        self._clock = clock
        self.inventory = inventory
        self._refused: dict[str, str] = store.session.setdefault("refused", {})
        self._together: dict[str, str] = store.session.setdefault("together", {})
        self._families: dict[str, str] = store.shared.setdefault("families", {})
        self._emptied: set[str] = set()

    @property
    def owner(self) -> str | None:
        """The number of the user, once known."""
        return self._store.shared.get("owner")

    def open(self, *families: Family) -> tuple[Listed, ...]:
        """Return the devices of these families that the token may read, as far as is known."""
        return tuple(device for device in self.inventory.of(*families) if not self.is_refused(device.serial))

    def groups(self) -> Mapping[str, tuple[Listed, ...]]:
        """Return which devices are asked together, by the serial number of the first (refused or not): those of one logger.

        They upload together; others are better asked each after its own upload (E). All of a family
        where the server turned out to count its calls whatever they are about (B.3).
        """
        found: dict[tuple[Family, str], list[Listed]] = {}
        for device in self.inventory.of(*FAMILIES):
            logger = "" if self._counts_together(device.family) else device.logger or device.serial
            found.setdefault((device.family, logger), []).append(device)
        open_ones = {
            members[0].serial: [one for one in members if not self.is_refused(one.serial)] for members in found.values()
        }
        return {first: tuple(members) for first, members in open_ones.items() if members}

    def note_too_often(self, family: Family) -> None:
        """Remember for a day that the server refused a call that was the first about its device."""
        self._together[family.value] = self._clock.now().isoformat()
        self._store.save_later()

    def _counts_together(self, family: Family) -> bool:
        return _within(self._together.get(family.value), _TOGETHER_FOR, self._clock.now())

    def is_refused(self, key: str) -> bool:
        """Tell whether the token was denied this device (its serial number) or plant (its id) within a day."""
        return _within(self._refused.get(key), _REFUSED_FOR, self._clock.now())

    def is_covered(self, plant: Plant) -> bool:
        """Tell whether every device of a plant is read for itself."""
        own = [device for device in self.inventory.listed if device.plant == plant.id]
        return bool(own) and all(device.family in FAMILIES and not self.is_refused(device.serial) for device in own)

    @property
    def knows_plants(self) -> bool:
        """Whether this very token brought the list of plants moments ago, so that it need not again."""
        age = self._client.book.age(calls.PLANTS.path)
        return bool(self.inventory.plants and self._store.session.get("accepted")) and age < calls.USUAL

    def knows_devices(self, plant: Plant) -> bool:
        """Tell whether it brought the devices of a plant moments ago."""
        return self.inventory.is_told(plant.id) and self._client.book.age(calls.DEVICES.path, plant.id) < calls.USUAL

    async def read_plants(self) -> None:
        """Learn which plants there are, and whose. Raises AuthFailed when the token is refused."""
        try:
            beans = await self._client.plants()
        except AuthFailed:
            self._store.session["accepted"] = False
            raise
        self._store.session["accepted"] = True
        plants = token_lists.plants_in(beans)
        if self._is_believed(_ALL_PLANTS, plants, self.inventory.plants):
            self.inventory.note_plants(plants)
            self._store.shared["owner"] = token_lists.owner_in(beans)
        self._store.save_later()

    async def read_devices(self, plant: Plant) -> None:
        """Learn which devices a plant has; those the list has no number for are looked up once."""
        beans = await self._client.devices(plant.id)
        for device in token_lists.devices_in(plant.id, beans, self._families):
            if device.word == token_lists.NO_FAMILY and device.serial not in self._families:
                await self._look_up(device.serial)
        listed = token_lists.devices_in(plant.id, beans, self._families)
        known = [device for device in self.inventory.listed if device.plant == plant.id]
        if self._is_believed(plant.id, listed, known):
            self.inventory.note_listed(plant.id, [device for device in listed if self._is_device(device)])

    def _is_believed(self, what: str, told: Sequence[object], known: Sequence[object]) -> bool:
        """Tell whether a list counts: a server may forget all that is on it, but not twice in a row, hours apart."""
        if told or not known or what in self._emptied:
            self._emptied.discard(what)
            return True
        self._emptied.add(what)
        return False

    async def denied(self, key: str) -> None:
        """Find out whether the token was denied only this device or plant, and remember it then.

        Raises AuthFailed when it is refused altogether. Where that cannot be asked yet, the next round will.
        """
        try:
            await self.read_plants()
        except TooSoon:
            return
        self._refused[key] = self._clock.now().isoformat()
        self._store.save_later()

    def note_family(self, device: Listed, family: Family) -> None:
        """Remember that a device answers to the calls of another family than its plant lists it in."""
        self._families[device.serial] = family.value
        self.inventory.note_family(device.serial, family)

    async def _look_up(self, serial: str) -> None:
        """Remember what stands behind a serial number; empty for what is no device (B.4)."""
        try:
            family = token_lists.checked_family(await self._client.check_serial(serial))
        except NOBODY_THERE:
            raise
        except HubError:
            return  # asked again with the next list
        self._families[serial] = "" if family is None else family.value

    def _is_device(self, device: Listed) -> bool:
        return device.word != token_lists.NO_FAMILY or bool(self._families.get(device.serial))


def _within(at: str | None, span: timedelta, now: datetime) -> bool:
    return at is not None and abs(now - datetime.fromisoformat(at)) < span
