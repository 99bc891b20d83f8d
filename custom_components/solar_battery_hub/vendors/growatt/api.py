"""What the controls need of a client, be it the one of the token or that of the password."""

from collections.abc import Sequence
from typing import Protocol

from .model import Bean, Family, Listed


class Api(Protocol):
    """The way to the settings of a device. Every method raises the error family of ``core.errors`` only.

    ``legacy`` tells the password API: its times have two digits, and an SPA's charge periods no switch for the mains
    (A.9.1, B.8).
    """

    legacy: bool

    async def write(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        """Send one setting once: its ``type`` on the wire and all its values in order (growatt.md A.9.1, B.6.6, B.7.4).

        ``params`` has no filling: a client adds the empty values its call wants. Raises WriteRefused with a
        translation key when the server says no, and BadAnswer or Unreachable where the change may have landed.
        """

    async def settings(self, device: Listed, *, fresh: bool) -> Bean:
        """Return the server's copy of a device's settings, with the names of the wire.

        The object that holds ``chargePowerCommand`` and its like (``tlxSetBean``, ``mixBean``, ``tlx_set_info``,
        ``mix_data_info`` …); values may be texts. ``fresh`` wants one read now and raises TooSoon where that is not
        allowed yet; without it the last one may be used again while it is no older than 310 s. One that was read
        before the last change of the device is never handed out as if it were fresh. Raises NotSupported for a
        family without settings.
        """

    def reads_live(self, family: Family) -> bool:
        """Tell whether changes of this family are verified with ``live_read``."""

    async def live_read(self, device: Listed, kind: str) -> str | None:
        """Read one setting from the device itself, by the ``type`` it is written with (A.10, B.6.5).

        Returns the text of the answer; ``None`` where there is no such call. Raises Unreachable when device or
        logger are offline or do not answer.
        """
