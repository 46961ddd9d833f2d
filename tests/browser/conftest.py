"""A real browser, the command as a process of its own, and a page whose console stays silent."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, Page, async_playwright, expect

from bench.chromium import MISSING, OPTIONS, executable
from tests.browser.forked import forked
from tests.browser.screen import Open
from tests.command import Serving

# RFC 6761 §6.4: these names are nobody's, and so the tests' own.
_OPTIONS = (*OPTIONS, "--host-resolver-rules=MAP *.test 127.0.0.1")
# `hit` is what the hostile texts call.
_WATCHING = """
    globalThis.hit = () => console.error("what a client has sent was run");
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
        console.error(`against the policy: ${effectiveDirective}, ${blockedURI}`));
"""

expect.set_options(timeout=10_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = executable()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_OPTIONS)
        yield browser
        await browser.close()


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start servers without what would measure their coverage.

    That takes them half a second each, and what they run is covered by tests nearer to it.
    """
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Serving]:
    """The command at a free port, with all its defaults but for the environment given, if any."""
    with forked("--port", "0", cwd=tmp_path, env=getattr(request, "param", None)) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    """Open pages, each in a context of its own; none of them may complain or be made to talk.

    Every error in the console counts, violations of the content security policy among them, but
    for those that `forgiven` matches; so does whatever a page asks of another server than its own,
    and every window that it opens. `fed`: whether it is a page with a feed, which is waited for.
    """
    if "server" in request.fixturenames:
        # It is to outlive the pages: a browser may ask for an icon at any time.
        request.getfixturevalue("server")
    complaints: list[str] = []
    contexts = []

    async def open_page(
        address: str, *, forgiven: str = r"(?!)", fed: bool = True, **options: Any
    ) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = await browser.new_context(**options)
        contexts.append(context)
        page = await context.new_page()

        def complain(sentence: str) -> None:
            if not re.search(forgiven, sentence):
                complaints.append(sentence)

        async def refuse(dialog: Dialog) -> None:
            complaints.append(f"a dialog: {dialog.message}")
            await dialog.dismiss()

        def ask(url: str) -> None:
            if urlsplit(url).netloc != urlsplit(address).netloc:
                complaints.append(f"it asks for {url}")

        await page.add_init_script(_WATCHING)
        page.on("console", lambda said: complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("dialog", refuse)
        page.on("request", lambda request: ask(request.url))
        page.on("websocket", lambda socket: ask(socket.url))
        context.on("page", lambda _: complaints.append("it has opened a window"))
        await page.goto(address)
        if fed and options.get("java_script_enabled", True):
            await expect(page.locator("#feed-state")).to_have_attribute("data-state", "live")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: Open, server: Serving) -> Page:
    """The page of a server to which nobody has connected yet."""
    return await open_page(server.page)
