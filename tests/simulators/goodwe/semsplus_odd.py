"""What route C does on its odd days: everything seen in the wild, each a switch (goodwe.md §5, §10, §11)."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Oddities:
    """Switches, all off.

    Flow (§5.3): ``empty_at_night`` a plant whose inverters sleep answers ``{}``; ``negative_night`` its sun is a little
    below zero; ``magnitudes`` values have no sign, only ``flows`` has the direction; ``without_flows`` no arrows;
    ``unbalanced_kw`` a load that does not fit.
    Devices (§5.4): ``no_devices`` all-status is empty although the plant works; ``number_texts`` status numbers as texts;
    ``denied`` serial numbers whose telemetry is 100025. Plants (§5.2): ``refuse_portal`` the installer's list is no right
    of the account; ``bare_list`` the simple list comes without an envelope of its own. Curves (§5.5): ``negated_zone``
    ``timeZone`` counts the other way. ``newer_firmware``: inverters could be upgraded (§6.5).
    """

    empty_at_night: bool = False
    negative_night: bool = False
    magnitudes: bool = False
    without_flows: bool = False
    unbalanced_kw: float = 0.0
    no_devices: bool = False
    number_texts: bool = False
    refuse_portal: bool = False
    bare_list: bool = False
    negated_zone: bool = False
    newer_firmware: bool = False
    denied: set[str] = field(default_factory=set)
