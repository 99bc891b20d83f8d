"""How optional questions are put together: what each is called, whom it is about and which readings it may bring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from ...core.model import Ref, Reported
from . import controls, readings
from .inventory import site_id
from .model import Bean, Listed, Site
from .rounds import ALL, Ask

type Values = Mapping[Ref, Reported]

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


def ask_about(
    name: str,
    about: Sequence[str],
    ask: Callable[[], Awaitable[Any]],
    take: Callable[[Any], Values],
    *,
    every: float = 0.0,
) -> Ask:
    """Return a question about devices (ids); by its name is known which readings of these it may bring."""
    first = next(iter(about), "")
    return Ask(name=f"{name} {first}", ask=ask, take=take, brings=brings(name, about), every=every)


def ask_of_site(
    name: str, site: Site, ask: Callable[[str], Awaitable[Bean]], take: Callable[[Site, Bean], Values]
) -> Ask:
    """Return a question about a site alone."""
    return ask_about(name, [site_id(site.id)], lambda: ask(site.id), lambda bean: take(site, bean))


def ask_of_device[T](
    name: str,
    device: Listed,
    ask: Callable[[str], Awaitable[T]],
    take: Callable[[Listed, T], Values],
    *,
    every: float = 0.0,
) -> Ask:
    """Return a question about a device alone."""
    serial = device.serial
    return ask_about(name, [serial], lambda: ask(serial), lambda bean: take(device, bean), every=every)


def brings(name: str, about: Sequence[str]) -> frozenset[Ref]:
    """Return which readings a question may bring, values and settings; ``ALL`` where nobody says."""
    keys = readings.KEYS.get(name, frozenset()) | controls.KEYS.get(name, frozenset())
    return frozenset(Ref(device, key) for device in about for key in keys) or ALL
