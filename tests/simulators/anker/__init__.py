"""An Anker account and its cloud as ``vendors/anker.md`` of the shared documents describes them (chapter 18).

``server`` is the cloud: its two hosts, who may come in (``door``, ``passport``), how often (``limits``) and how it
misbehaves (``odd``). What it serves is a ``source``: a living ``world`` behind the ``routes``, or a ``constellation``, a
folder of recorded answers in which writes take effect.
"""

from tests.simulators.anker.server import AnkerSimulator

__all__ = ["AnkerSimulator"]
