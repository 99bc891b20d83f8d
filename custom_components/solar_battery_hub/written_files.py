"""Files an action leaves behind, in the folders that Home Assistant allows."""

from collections.abc import Mapping
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.file import WriteError, write_utf8_file_atomic

from .const import DOMAIN
from .targets import validation_error


async def async_check_allowed(hass: HomeAssistant, path: Path) -> None:
    """Refuse a place that Home Assistant does not let anybody write to, and one that is told by way of another."""
    if (
        not path.is_absolute()
        or ".." in path.parts
        or not await hass.async_add_executor_job(hass.config.is_allowed_path, str(path))
    ):
        raise validation_error("folder_not_allowed")


async def async_write(hass: HomeAssistant, folder: Path, files: Mapping[str, str]) -> None:
    """Write texts under their names into a folder, which is made where it is missing.

    Raises a translated HomeAssistantError where that fails.
    """
    await async_check_allowed(hass, folder)
    try:
        await hass.async_add_executor_job(_write, folder, files)
    except (OSError, WriteError) as err:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="file_not_written") from err


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_utf8_file_atomic(str(folder / Path(name).name), text)
