"""Backup charge on demand, and whose settings they are (anker.md §5.3, §12.3)."""

import json

import pytest

from custom_components.solar_battery_hub.core.errors import WriteRefused
from tests.vendors.anker.controls_desk import ABOUT, METER, SITE, START, desk

from .test_controls_plans import MANUAL, SMART

# Backup charge


async def test_backup_charge_begins_now() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        told = await owner.note(METER)
        assert told["backup_charge"] is False
        owner.clock.pass_time(seconds=42)
        start = int(START.timestamp())
        _, sent = await owner.write_param(backup_charge=True)
        assert sent == (
            f'{{"mode_type":1,"manual_backup":{{"ranges":[{{"start_time":{start},"end_time":{start + 3 * 3600}}}],'
            '"switch":true},"use_time":[]}'
        )
        assert await owner.read_back("backup_charge") == {"backup_charge": True}
        _, sent = await owner.write_param(backup_charge=False)
        assert json.loads(sent)["manual_backup"] == {
            "ranges": [{"start_time": start, "end_time": start + 3 * 3600}],
            "switch": False,
        }


async def test_a_window_to_come_stays() -> None:
    coming = {"ranges": [{"start_time": int(START.timestamp()) + 600, "end_time": int(START.timestamp()) + 9000}]}
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART | {"manual_backup": {**coming, "switch": False}}
        told = await owner.note(METER)
        assert (told["backup_charge_start"] - START).total_seconds() == 600
        _, sent = await owner.write_param(backup_charge=True)
        assert json.loads(sent)["manual_backup"] == {**coming, "switch": True}
        owner.clock.pass_time(hours=3)
        assert (await owner.note(METER))["backup_charge"] is False  # over


async def test_a_solarbank_without_ac_charging_has_no_backup_charge() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        assert "backup_charge" not in await owner.note(METER)
        assert owner.reasons()["backup_charge"] == "not_on_this_device"


# What belongs to whom


async def test_a_member_has_no_settings() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        await owner.note(METER)
        owner.have("A17C5", owner=False)
        assert owner.settings() == {}
        assert set(owner.reasons().values()) == {"member_account"}
        with pytest.raises(WriteRefused, match="member_account"):
            await owner.write(operating_mode="manual")
        assert await owner.note(METER) == {}


async def test_the_same_is_offered_after_a_restart() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        await owner.note(METER)
        again = owner.restarted()
        assert [control.setting for control in again.offered(ABOUT)] == list(owner.settings().values())
        assert again.is_station(SITE) is False
