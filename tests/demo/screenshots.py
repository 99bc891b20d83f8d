"""Pictures of the demo for the documentation, taken by headless Chromium on the real pages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import shutil
from typing import Any

from tests.demo.api import HassApi
from tests.demo.dashboard import URL_PATH
from tests.demo.home import Home, Registry
from tests.demo.onboarding import DOMAIN, PASSWORD, USERNAME
from tests.demo.processes import DemoError
from tests.demo.simulated import running_simulator

try:
    from playwright.async_api import Browser, Page, async_playwright  # type: ignore[import-not-found]
except ImportError as error:
    raise DemoError(
        "Pictures want playwright. To get it:\n    python3 -m pip install --no-deps "
        "--target .cache/tools/playwright --requirement tests/requirements/screenshots.txt"
    ) from error

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 412, "height": 915}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SETTLE_MILLISECONDS = 3000
"""Graphs and gauges move into place after they appeared."""


class Pictures:
    """Takes pictures of a Home Assistant into a folder. Without a browser it raises DemoError before anything starts."""

    def __init__(self, folder: Path) -> None:
        self._program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if self._program is None:
            raise DemoError("Pictures want Chromium. To get it, on Debian:\n    apt-get install chromium")
        self._folder = folder
        self._url = ""

    async def take(self, url: str, api: HassApi, homes: Sequence[Home]) -> None:
        """Take all pictures of the Home Assistant at ``url``."""
        self._url = url
        self._folder.mkdir(parents=True, exist_ok=True)
        async with self._browser() as chromium:
            page = await self._signed_in(chromium, DESKTOP)
            for home in homes:
                if home.account.typed:
                    await self._dialog(page, home)
                await self._pages(page, await self._places(api, home))
            await self._pages(page, {"energy": "energy", "energy-configuration": "config/energy"})
            phone = await self._signed_in(chromium, PHONE)
            await self._pages(phone, {"dashboard-phone": URL_PATH})

    @asynccontextmanager
    async def _browser(self) -> AsyncIterator[Browser]:
        """Run the browser."""
        async with async_playwright() as playwright:
            # Root, as in a container, gets no sandbox from Chromium; all it loads is this machine's own pages.
            chromium = await playwright.chromium.launch(executable_path=self._program, chromium_sandbox=False)
            try:
                yield chromium
            finally:
                await chromium.close()

    async def _signed_in(self, chromium: Browser, kind: Mapping[str, Any]) -> Page:
        """Return a page of a fresh browser that is signed in through the login form."""
        context = await chromium.new_context(color_scheme="light", locale="en-GB", **kind)
        await context.add_init_script("localStorage.setItem('dockedSidebar', '\"auto\"')")
        page = await context.new_page()
        await page.goto(self._url)
        await page.locator("input[name=username]").fill(USERNAME)
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("home-assistant-main").wait_for()
        return page

    async def _save(self, page: Page, name: str) -> None:
        """Take one picture once the page has come to rest."""
        await page.wait_for_timeout(SETTLE_MILLISECONDS)
        await page.screenshot(path=self._folder / f"{name}.png")

    async def _pages(self, page: Page, places: Mapping[str, str]) -> None:
        """Take pictures of pages: name → path."""
        for name, path in places.items():
            await page.goto(f"{self._url}/{path}")
            await page.locator("home-assistant-main").wait_for()
            await self._save(page, name)

    async def _places(self, api: HassApi, home: Home) -> Mapping[str, str]:
        """Return the pages of one account: the integration, the site's device, the first battery's, the dashboard."""
        name = home.account.name
        registry = await Registry.read(api)
        parts = [device_id for _, device_id, _ in home.parts(await home.simulated.truth())]
        site, part = (registry.device_page(home, device_id) for device_id in parts[:2])
        return {
            f"{name}-integration": f"config/integrations/integration/{DOMAIN}",
            f"{name}-site": site,
            f"{name}-battery": part,
            f"{name}-dashboard": f"{URL_PATH}/{name}",
        }

    async def _dialog(self, page: Page, home: Home) -> None:
        """Go through the dialog with a second account of the same kind up to its last step, and give up there."""
        account = home.account
        async with running_simulator((*account.simulator, "--seed", "7"), self._folder / "simulator.log") as other:
            answers = account.answers(other.description)
            await page.goto(f"{self._url}/config/integrations/dashboard/add?domain={DOMAIN}")
            await page.get_by_role("button", name="OK").click()
            choice = page.locator(f"step-flow-menu >> text={account.title}").first
            await choice.wait_for()
            await self._save(page, "add-vendor")
            await choice.click()
            form = {**answers[account.vendor], "password": other.description["password"]}
            for field in account.typed:
                await page.locator(f"input[name={field}]").fill(form[field])
            await self._save(page, f"add-{account.vendor}")
            if account.shown(other.description):
                await page.get_by_role("button", name="Submit").click()
                await page.locator("step-flow-form").wait_for()
                await self._save(page, f"add-{account.vendor}-certificate")
        (self._folder / "simulator.log").unlink()
