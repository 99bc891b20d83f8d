"""Passwords that are refused, proofs that are asked for, doors that are locked (anker.md §3.6)."""

from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    Locked,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.anker.codes import VerificationNeeded
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import (
    PASSWORD,
    SITE,
    START,
    TOKEN,
    Cloud,
    Desk,
    no,
    open_cloud,
    open_desk,
    welcome,
)
from tests.vendors.tools import MemoryStore

# Refused and locked out


@pytest.mark.parametrize("code", [26108, 26156, 26006])
async def test_a_wrong_password_is_tried_once(code: int) -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(code)
        for _ in range(5):
            client = desk.open()
            with pytest.raises(AuthFailed) as caught:
                await client.scene(SITE)
            assert type(caught.value) is AuthFailed
            desk.clock.pass_time(hours=2)
        assert len(cloud.logins) == 1
        cloud.at_login = None
        assert await desk.again(**{CONF_DIALOG: True}).scene(SITE) == {}
        assert await desk.open().scene(SITE) == {}
    assert len(cloud.logins) == 2


@pytest.mark.parametrize("code", [26050, 26051, 26052, 26053, 26054, 26055, 100032, 100033])
async def test_who_has_to_prove_himself_is_told_so(code: int) -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(code)
        for _ in range(3):
            client = desk.open()
            with pytest.raises(VerificationNeeded) as caught:
                await client.scene(SITE)
            assert caught.value.key == "verification_needed"
            assert client.login.verification_needed
            desk.clock.pass_time(hours=2)
        assert len(cloud.logins) == 1
        cloud.at_login = None
        await desk.again(**{CONF_DIALOG: True}).scene(SITE)
        assert not desk.open().login.verification_needed


async def test_a_second_factor_without_a_token_is_a_verification() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            Cloud(http, desk).at_login = welcome(auth_token=None, fa_info={"step": 1, "info": ""})
            with pytest.raises(VerificationNeeded):
                await desk.open().scene(SITE)


@pytest.mark.parametrize(
    ("message", "hours"), [("Please try again in 3 hours.", 3), ("Please try again in 24 hours.", 24), ("", 24)]
)
async def test_while_locked_out_nobody_tries(message: str, hours: int) -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(100053, message)
        until = START + timedelta(hours=hours)
        for moment in (START, START + timedelta(hours=hours, seconds=-10)):
            desk.clock.moment = moment
            for client in (desk.open(), desk.again(**{CONF_DIALOG: True})):
                with pytest.raises(Locked) as caught:
                    await client.scene(SITE)
                assert caught.value.until == pytest.approx(until, abs=timedelta(seconds=1))
                assert client.login.locked_until == caught.value.until
        assert len(cloud.logins) == 1
        cloud.at_login = None
        desk.clock.moment = until + timedelta(seconds=5)
        client = desk.open()
        assert client.login.locked_until is None
        assert await client.scene(SITE) == {}


async def test_a_lock_out_is_the_same_for_every_account_here() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(100053, "Please try again in 9 hours.")
        with pytest.raises(Locked):
            await desk.open().scene(SITE)
        other = Desk(http=desk.http, clock=desk.clock, store=MemoryStore())
        other.store.common = desk.store.common
        client = other.again(username="neighbour@example.com")
        with pytest.raises(Locked):
            await client.scene(SITE)
        assert client.login.locked_until is not None
    assert len(cloud.logins) == 1


async def test_a_clock_that_is_put_back_makes_no_lock_longer() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(100053, "Please try again in 3 hours.")
        client = desk.open()
        with pytest.raises(Locked):
            await client.scene(SITE)
        cloud.at_login = None
        desk.clock.pass_time(days=-30)
        with pytest.raises(Locked) as caught:
            await client.scene(SITE)
        assert caught.value.until - desk.clock.now() <= timedelta(hours=3)
        desk.clock.pass_time(hours=3, minutes=1)
        assert await client.scene(SITE) == {}


async def test_with_a_live_token_a_lock_out_locks_nothing() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        cloud.at_login = no(100053, "Please try again in 3 hours.")
        desk.store.session, kept = {}, desk.store.session
        dialog = desk.again(**{CONF_DIALOG: True})
        with pytest.raises(Locked):
            await dialog.scene(SITE)
        desk.store.session = kept
        assert await client.scene(SITE) == {}


async def test_a_lock_out_is_on_disk_before_anybody_hears_of_it() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(100053, "Please try again in 9 hours.")
        saved: list[Any] = []
        client = desk.open()
        desk.store.on_save = lambda: saved.append(json.loads(json.dumps(desk.store.saved["shared"])))
        with pytest.raises(Locked):
            await client.scene(SITE)
        assert "logins" in saved[0]
        assert saved[-1]["login_lock"]["locked_until"] == "2026-01-01T09:00:00+00:00"


async def test_too_many_sign_ins_of_others_are_waited_for() -> None:
    """The server counts by address: a dialog sends nothing for a minute either."""
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(429)
        dialog = desk.again(**{CONF_DIALOG: True})
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await dialog.scene(SITE)
            assert caught.value.retry_after == pytest.approx(65.0, abs=1)
        assert len(cloud.logins) == 1


async def test_an_attempt_is_on_disk_before_it_is_sent() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            client = desk.open()
            with pytest.raises(Unreachable):
                await client.scene(SITE)
            assert len(http.sent) == 1
            with pytest.raises(RateLimited):
                await desk.open().scene(SITE)
            assert len(http.sent) == 1


async def test_a_dialog_has_attempts_of_its_own() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.at_login = no(26161)
        for expected in [BadAnswer] * 5 + [RateLimited]:
            with pytest.raises(HubError) as caught:
                await desk.again(**{CONF_DIALOG: True}).scene(SITE)
            assert type(caught.value) is expected
        cloud.at_login = None
        assert await desk.again().scene(SITE) == {}
        desk.clock.pass_time(minutes=16)
        assert await desk.again(**{CONF_DIALOG: True}).scene(SITE) == {}


async def test_no_error_says_anything_private() -> None:
    async with open_cloud() as (desk, cloud):
        for said in (no(26108, f"{PASSWORD} is wrong"), no(100053, "owner"), no(26161, TOKEN), no(26052)):
            cloud.at_login = said
            client = desk.again(**{CONF_DIALOG: True})
            with pytest.raises(HubError) as caught:
                await client.scene(SITE)
            for secret in (PASSWORD, "user@example.com", TOKEN, "owner"):
                assert secret not in str(caught.value)
            desk.store.common.clear()
            desk.store.shared.clear()
