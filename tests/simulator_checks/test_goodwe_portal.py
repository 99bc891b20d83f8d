"""GoodWe's closed web portal as the published script used it: its two requests byte for byte (goodwe.md §2)."""

from collections.abc import AsyncIterator
import json
from urllib.parse import quote

import aiohttp
import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe import GoodWeSimulator

from .goodwe_host import needs_recordings, recording, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

API = "v1/PowerStation/GetMonitorDetailByPowerstationId"
LOGIN_BODY = "account=owner%40example.com&pwd=Correct-Horse-7%21&code="
"""The worked vector of §2."""
PLANT = "1c105535-0000-4000-8000-00000b72a1e4"


def call_body(plant: str, api: str = API) -> str:
    """Return the second request's body; for the plant of §2 it is the worked vector."""
    return "str=" + quote(f'{{"api":"{api}","param":{{"powerStationId":"{plant}"}}}}', safe="")


class Script:
    """The script's web session."""

    def __init__(self, simulator: GoodWeSimulator, session: aiohttp.ClientSession) -> None:
        """Use an account whose plant has the id of the vector."""
        self.simulator = simulator
        self.session = session
        simulator.world.plants[0].id = PLANT

    async def post(self, path: str, body: str, referer: str, *, ajax: bool = True) -> aiohttp.ClientResponse:
        """Send a form as a page's script does."""
        headers = {
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "Origin": self.simulator.url,
            "Referer": f"{self.simulator.url}{referer}",
        }
        headers |= {"X-Requested-With": "XMLHttpRequest"} if ajax else {}
        return await self.session.post(f"{self.simulator.url}{path}", data=body.encode(), headers=headers)

    async def login(self, body: str = LOGIN_BODY) -> aiohttp.ClientResponse:
        """Sign in."""
        return await self.post("/Home/Login", body, "/home/login")

    async def ask(self, body: str | None = None, api: str = API) -> aiohttp.ClientResponse:
        """Ask for the plant."""
        page = f"/PowerStation/PowerStatusSnMin/{PLANT}"
        return await self.post(f"/GopsApi/Post?s={api}", body or call_body(PLANT), page)


@pytest.fixture
async def script(clock: SimClock) -> AsyncIterator[Script]:
    """Return the script before it signs in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with running(clock) as simulator, aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Script(simulator, session)


def test_the_body_is_the_worked_vector() -> None:
    assert call_body(PLANT) == (
        "str=%7B%22api%22%3A%22v1%2FPowerStation%2FGetMonitorDetailByPowerstationId%22%2C%22param%22%3A%7B"
        "%22powerStationId%22%3A%221c105535-0000-4000-8000-00000b72a1e4%22%7D%7D"
    )


@pytest.mark.parametrize("body", [LOGIN_BODY, "account=owner@example.com&pwd=Correct-Horse-7!&code="])
async def test_both_requests(script: Script, body: str) -> None:
    """Percent-encoded or with a raw @; the answer's first inverter is what the script takes."""
    login = await script.login(body)
    assert login.status == 200
    assert login.cookies
    json.loads(await login.text())
    answer = await (await script.ask()).json()
    full = answer["data"]["inverter"][0]["invert_full"]
    inverter = script.simulator.world.plants[0].lead
    assert inverter.upload is not None
    assert (full["sn"], full["powerstation_id"]) == (inverter.serial, PLANT)
    assert full["pac"] == inverter.upload.output_w


@needs_recordings
async def test_every_field_the_script_knows(script: Script) -> None:
    await script.login()
    full = (await (await script.ask()).json())["data"]["inverter"][0]["invert_full"]
    seed = recording("legacy_invert_full_bp_battery_charging")
    assert set(seed) <= set(full)
    differing = {
        name for name, value in seed.items() if None not in (value, full[name]) and type(value) is not type(full[name])
    }
    assert differing == set()


async def test_without_a_session(script: Script) -> None:
    assert (await (await script.ask()).json())["code"] == "100001"
    assert (await (await script.login("account=owner%40example.com&pwd=wrong&code=")).json())["code"] == 100005
    assert (await (await script.ask()).json())["code"] == "100001"
    await script.login()
    script.simulator.stage.other_client_signs_in("legacy")
    assert (await (await script.ask()).json())["code"] == "100002"


async def test_path_and_form_must_agree(script: Script) -> None:
    await script.login()
    assert (await (await script.ask(api="v1/PowerStation/GetWeather")).json())["code"] == "innerexception"
    assert (await (await script.ask(body="str=nonsense")).json())["code"] == "innerexception"
    other = "v2/PowerStation/GetPowerflow"
    answer = await (await script.ask(call_body(PLANT, other), other)).json()
    assert answer["data"]["hasPowerflow"] is True
    missing = "v2/PowerStation/Nonsense"
    assert (await script.ask(call_body(PLANT, missing), missing)).status == 404


async def test_only_the_pages_own_script(script: Script) -> None:
    assert (await script.post("/Home/Login", LOGIN_BODY, "/home/login", ajax=False)).status == 404
