"""The encrypted login of Anker's cloud, its tokens and its lock (anker.md §3, §18.2, §18.3)."""

from typing import Any

import pytest

from tests.simulators.anker.passport import Passport
from tests.simulators.clock import SimClock

from .anker_host import HEADERS, LOGIN, SITE_LIST, App, app, sealed

pytestmark = pytest.mark.usefixtures("socket_enabled")

CLIENT_KEY = (
    "04984225585d2285c138033d6140e3cef8b91859704e53c313f8b636ba4f9676499734144f46fd19a767a545287c4396b97b69dd38faaea8981"
    "adc1a4fed9b401e"
)
SERVER_KEY = (
    "040370073d2888a1e92d7822a04e1a0d263fe7465db62674feda800f64c64a737be33c943f3159c4fb0066acd9c0fe773eac621a01a39ab066b"
    "91308948d7c58a3"
)
SECRET = "80418c32705d0e7a2c50888814f066618e551cf491ba7e7e024fc06a19f8b35a"
REAL_SERVER_KEY = (
    "04c5c00c4f8d1197cc7c3167c52bf7acb054d722f0ef08dcd7e0883236e0d72a3868d9750cb47fa4619248f3d83f0f662671dadc6e2d31c2f41d"
    "b0161651c7c076"
)


def test_vectors() -> None:
    """§3.3, the simulator's own."""
    passport = Passport()
    assert passport.public_key == SERVER_KEY
    assert passport.secret(CLIENT_KEY).hex() == SECRET
    assert passport.opened(CLIENT_KEY, "v5sxWqNUoeKP0RKjT8/FpA==") == "Sunny-Roof-42!"
    assert sealed("Sunny-Roof-42!", SERVER_KEY) == (CLIENT_KEY, "v5sxWqNUoeKP0RKjT8/FpA==")
    assert sealed("pässwörd", REAL_SERVER_KEY) == (CLIENT_KEY, "U1b2z9Rm9szGjpaFQylIaw==")


@pytest.mark.parametrize("password", ["0123456789abcdef", "pässwörd", "x", ""])
def test_every_length_opens(password: str) -> None:
    """§3.1: PKCS#7 pads exact blocks by a whole one."""
    key, text = sealed(password, SERVER_KEY)
    assert Passport().opened(key, text) == password


async def test_answer(clock: SimClock) -> None:
    """§3.4."""
    async with app(clock) as client:
        account = client.simulator.door.account
        told = (await client.sign_in()).body["data"]
        assert (told["email"], told["user_id"], told["country_code"]) == (account.email, account.user_id, "DE")
        assert len(told["user_id"]) == 40
        assert len(told["auth_token"]) == 48
        assert told["token_expires_at"] == int(clock.now().timestamp()) + 604_800
        assert told["nick_name"].endswith("***")
        assert told["fa_info"]["step"] == 0
        again = (await client.sign_in()).body["data"]
        assert again["token_id"] == told["token_id"] + 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "somebody@example.com"}, 26108),
        ({"password": "AAAA"}, 26108),
        ({"password": "no base64!"}, 26108),
        ({"password": sealed("Sunny-Roof-42!", REAL_SERVER_KEY)[1]}, 26108),
        ({"client_secret_info": {"public_key": SERVER_KEY[:-2] + "00"}}, 26070),
        ({"client_secret_info": {"public_key": "no hex"}}, 26070),
    ],
)
async def test_refused(clock: SimClock, changes: dict[str, Any], code: int) -> None:
    """§3.3: a bad point 26070, everything else about the password 26108."""
    async with app(clock) as client:
        reply = await client.sign_in(**changes)
        assert (reply.status, reply.code) == (200, code)
        assert "data" not in reply.body


async def test_wrong_password(clock: SimClock) -> None:
    async with app(clock) as client:
        assert (await client.sign_in("sunny-roof-42!")).code == 26108
        client.simulator.stage.set_password("Rainy-Roof-1")
        assert (await client.sign_in()).code == 0
        assert (await client.sign_in("Sunny-Roof-42!")).code == 26108


@pytest.mark.parametrize("name", ["ab", "client_secret_info", "enc", "email", "password", "time_zone", "transaction"])
async def test_incomplete(clock: SimClock, name: str) -> None:
    """§4: HTTP 400 that names the field, whether it is missing or of a wrong type."""
    async with app(clock) as client:
        form = client.form()
        del form[name]
        for wrong in (form, form | {name: None}):
            reply = await client.send(LOGIN, wrong)
            assert reply.status == 400
            assert name in reply.body["msg"]


async def test_lenient(clock: SimClock) -> None:
    """Any well-formed login comes in, also one that was encrypted for the real server."""
    async with app(clock, strict=False) as client:
        text = sealed("whatever", REAL_SERVER_KEY)[1]
        assert (await client.sign_in(email="me@example.org", password=text)).code == 0
        assert (await client.send(SITE_LIST)).code == 0
        assert (await client.sign_in(password="AAAA")).code == 26108
        assert (await client.sign_in(email="")).code == 26108
        assert (await client.sign_in(client_secret_info={"public_key": "04"})).code == 26070


@pytest.mark.parametrize(("kick_out", "status", "code"), [("401", 401, 401), ("403", 403, 403), ("26084", 200, 26084)])
async def test_displacement(clock: SimClock, kick_out: str, status: int, code: int) -> None:
    """§3.5, §18.2: with a single token a login elsewhere kills the older one; otherwise both live."""
    async with app(clock) as client:
        other = App(client.simulator, client.session)
        await other.sign_in()
        assert (await client.send(SITE_LIST)).code == 0
        client.simulator.stage.set_door(single_token=True, kick_out=kick_out)
        await other.sign_in()
        reply = await client.send(SITE_LIST)
        assert (reply.status, reply.code) == (status, code)
        assert (await other.send(SITE_LIST)).code == 0
        await client.sign_in()
        assert (await client.send(SITE_LIST)).code == 0
        assert (await other.send(SITE_LIST)).code != 0


async def test_ten_failures_lock_the_address(clock: SimClock) -> None:
    """§3.6, §18.3: counting down, for right passwords too; whoever is in stays in."""
    async with app(clock) as client:
        codes = [(await client.sign_in("wrong")).code for _ in range(10)]
        assert codes == [26108] * 9 + [100053]
        reply = await client.sign_in()
        assert (reply.code, reply.body["msg"]) == (100053, "Please try again in 24 hours.")
        assert (await client.send(SITE_LIST)).code == 0
        clock.advance(3_600)
        assert (await client.sign_in()).body["msg"] == "Please try again in 23 hours."
        clock.advance(22 * 3_600)
        assert (await client.sign_in()).body["msg"] == "Please try again in 1 hours."
        clock.advance(3_600)
        assert (await client.sign_in()).code == 0


async def test_lock_by_order(clock: SimClock) -> None:
    async with app(clock) as client:
        stage = client.simulator.stage
        stage.lock_logins(3)
        assert (await client.sign_in()).body["msg"] == "Please try again in 3 hours."
        stage.lock_logins(short=True)
        assert (await client.sign_in()).body["msg"] == "Hit Max Login Error Limit"
        clock.advance(600)
        assert (await client.sign_in()).code == 0
        stage.lock_logins()
        stage.unlock_logins()
        assert (await client.sign_in()).code == 0


async def test_signing_in_again_and_again_locks_too(clock: SimClock) -> None:
    """§3.6: failed logins or re-authentications."""
    async with app(clock) as client:
        client.simulator.door.lock.counts_all = True
        codes = [(await client.sign_in()).code for _ in range(11)]
        assert codes == [0] * 10 + [100053]


@pytest.mark.parametrize(("code", "has_puzzle"), [(26052, False), (100032, True)])
async def test_verification(clock: SimClock, code: int, has_puzzle: bool) -> None:
    """§3.6: a login that has to be confirmed gets no token; a puzzle comes with a picture."""
    async with app(clock) as client:
        client.simulator.stage.set_door(verification=code)
        reply = await client.sign_in()
        assert reply.code == code
        assert ("captcha_id" in reply.body.get("data", {})) is has_puzzle


async def test_login_needs_no_token_but_the_common_headers(clock: SimClock) -> None:
    async with app(clock) as client:
        bare = {name: value for name, value in HEADERS.items() if name != "app-name"}
        assert (await client.send(LOGIN, client.form(), headers=bare)).status == 401
        assert (await client.send(LOGIN, client.form(), method="GET", headers=HEADERS)).status == 404
