"""A real Home Assistant in a folder of its own, with the integration in it and nothing to download."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from tests.demo.log import read
from tests.demo.processes import REPOSITORY, DemoError, python_process

INTEGRATION = REPOSITORY / "custom_components" / "solar_battery_hub"
STOP_SECONDS = 40
LOG = "hass.log"
CONFIGURATION = """\
homeassistant:
  name: Demo home
  time_zone: {time_zone}
  unit_system: metric
  currency: EUR
  country: DE
  latitude: 50.0
  longitude: 10.0
frontend:
config:
diagnostics:
energy:
history:
logbook:
recorder:
  commit_interval: 1
repairs:
system_health:
logger:
  default: warning
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hass:
    """A running Home Assistant: its address and the file with everything it has to say."""

    url: str
    log: Path
    process: asyncio.subprocess.Process

    def complain_if_ended(self) -> None:
        """Raise DemoError with the end of the log if the process is gone."""
        if self.process.returncode is not None:
            tail = "\n".join(read(self.log).splitlines()[-30:])
            raise DemoError(f"Home Assistant ended with code {self.process.returncode}:\n{tail}")


@asynccontextmanager
async def running_hass(folder: Path, *, port: int, time_zone: str) -> AsyncIterator[Hass]:
    """Start Home Assistant in ``folder`` (made here) on 127.0.0.1 and ``port``; end it on leaving."""
    _write_folder(folder, port=port, time_zone=time_zone)
    log = folder.parent / LOG
    arguments = ("-m", "tests.demo.loopback_hass", "-c", str(folder), "--skip-pip")
    async with python_process(arguments, log=log, patience=STOP_SECONDS) as process:
        yield Hass(url=f"http://127.0.0.1:{port}", log=log, process=process)


def _write_folder(folder: Path, *, port: int, time_zone: str) -> None:
    """Write what Home Assistant finds at its first start: configuration, storage and the integration."""
    (folder / ".storage").mkdir(parents=True)
    (folder / "configuration.yaml").write_text(CONFIGURATION.format(time_zone=time_zone))
    for key, (version, minor_version, data) in _storage(port).items():
        stored = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (folder / ".storage" / key).write_text(json.dumps(stored))
    (folder / "custom_components").mkdir()
    (folder / "custom_components" / INTEGRATION.name).symlink_to(INTEGRATION, target_is_directory=True)


def _storage(port: int) -> Mapping[str, tuple[int, int, dict[str, Any]]]:
    """Return the storage files: key → version, minor version, data.

    An ``http:`` section in YAML would ask for a confirmation in the UI and be reverted after five minutes; a confirmed
    configuration in storage is used as it is. Onboarding is left with the user alone to be made. No network adapter
    but the loopback interface: mDNS joins no group and sends nothing.
    """
    stable = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-10-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {
        "http": (2, 2, {"stable": stable, "pending": None, "yaml_migration_done": True}),
        "onboarding": (4, 1, {"done": ["core_config", "analytics", "integration"]}),
        "core.network": (1, 1, {"configured_adapters": ["lo"]}),
    }
