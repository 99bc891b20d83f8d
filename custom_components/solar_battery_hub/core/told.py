"""What is known to keep each setting of a device from being written."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

type Reasons = Mapping[str, str | None]

_GONE_AFTER: Final = 3  # answers in a row without a setting until it is believed that there is none


class Told:
    """By device and setting the reason why it cannot be written, ``None`` where it can.

    A setting that is missing once or twice is still offered: its entity, with all the user made of it, would be removed.
    """

    def __init__(self, stored: dict[str, dict[str, str | None]]) -> None:
        """Go on from what is stored, which is changed in place (JSON types)."""
        self._stored = stored
        self._missed: dict[str, Counter[str]] = {}

    def of(self, device: str) -> Reasons | None:
        """Return what is known of a device; ``None`` when it was never asked."""
        return self._stored.get(device)

    def take(self, device: str, reasons: Reasons) -> bool:
        """Take in what a device told now; return whether that changed anything."""
        told = self._patient(device, reasons)
        if told == self._stored.get(device):
            return False
        self._stored[device] = told
        return True

    def _patient(self, device: str, reasons: Reasons) -> dict[str, str | None]:
        known, missed = self._stored.get(device, {}), self._missed.setdefault(device, Counter())
        told = dict(reasons)
        for key, reason in reasons.items():
            if reason is None or known.get(key, reason) is not None:
                missed.pop(key, None)
                continue
            missed[key] += 1
            if missed[key] < _GONE_AFTER:
                told[key] = None
        return told
