"""Who looks for secrets after each bad day does see what was logged during it."""

import logging

import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import Ear


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.ERROR])
def test_everything_is_heard(ear: Ear, caplog: pytest.LogCaptureFixture, level: int) -> None:
    """Also what a test told its own log to forget."""
    logging.getLogger(f"custom_components.{DOMAIN}.somewhere").log(level, "said")
    logging.getLogger("aiohttp.access").log(level, "somebody else")
    caplog.clear()
    assert ear.heard == ["said"]


def test_tracebacks_are_heard(ear: Ear) -> None:
    """They hold what an exception was told."""
    try:
        int("told")
    except ValueError:
        logging.getLogger(f"custom_components.{DOMAIN}").exception("said")
    assert "ValueError: invalid literal for int() with base 10: 'told'" in ear.heard[0]
