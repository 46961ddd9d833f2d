"""Pages of other origins learn nothing, whatever they try, and each attempt is on record."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.foreign import ATTEMPTS, LEARNT, SCRIPT, Attempt, is_sent, site
from tests.browser.screen import ROWS, echo, port_of
from tests.command import Serving
from tests.peer import PATIENCE, Peer, dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CANARY = "a message that is nobody else's business"
TOKEN = "sesame-and-more-than-that"
OPEN_TO_ALL = {"ECHOSCOPE_ORIGINS__ALLOWED": '["*"]'}
WITH_TOKEN = {"ECHOSCOPE_ACCESS__TOKEN": TOKEN}


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context()
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere() -> AsyncIterator[int]:
    """The port of a site of somebody else."""
    async with site() as port:
        yield port


@pytest_asyncio.fixture(loop_scope="session")
async def peer(server: Serving) -> AsyncIterator[Peer]:
    """Somebody who is connected and has sent what a stranger must not see."""
    async with dial(port_of(server), "/ws", ("User-Agent", CANARY)) as peer:
        await echo(peer, CANARY.encode())
        yield peer


async def told(server: Serving, path: str) -> Any:
    """Ask the server, as a program that has the token, in case there is one."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        answer = await http.get(server.page + path)
        assert answer.status == 200
        return await answer.json()


async def events(server: Serving) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await told(server, "api/events?limit=1000"))["events"]
    return found


async def refusals(server: Serving, awaited: set[int]) -> dict[int, set[tuple[str, int]]]:
    """Return by which check and with which status each attempt was refused, once all are known."""
    refused: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
    try:
        async with asyncio.timeout(PATIENCE):
            while not awaited <= refused.keys():
                for event in await events(server):
                    name = re.search(r"[?]by=(\d+) HTTP/", event.get("request", {}).get("line", ""))
                    if name is not None:
                        assert event["kind"] == "refused", event
                        why = event["refusal"]
                        refused[int(name[1])].add((why["check"], why["status"]))
    except TimeoutError:
        pass
    return dict(refused)


async def learnt_by(
    page: Page | Frame, server: Serving, attempts: Sequence[Attempt], target: str = ""
) -> list[Any]:
    """Make the attempts, each of which carries its number, and return what each has learnt.

    ``target``: the address to try it at, the server's own by default.
    """
    target = (target or server.page).rstrip("/")
    row = (await told(server, "api/connections"))["connections"][0]
    addressed = [
        (way, f"{target}{path.format(id=row['id'])}?by={number}", *others)
        for number, (way, path, *others) in enumerate(attempts)
    ]
    return await page.evaluate("attempts => attempt(attempts)", addressed)


async def knows_nothing(page: Page | Frame, server: Serving) -> None:
    """Check what a page can know besides, without having asked."""
    besides = await page.evaluate("target => besides(target)", server.page)
    assert besides["heard"] == []
    assert all(timing == [0, 0, 0, ""] for timing in besides["timings"])
    whole = page.page if isinstance(page, Frame) else page
    own = urlsplit(whole.url).netloc
    for frame in whole.frames:
        # Where a page is not to be framed, the browser puts one of its own.
        assert urlsplit(frame.url).netloc == own or frame.url.startswith("chrome-error:"), frame.url
        assert CANARY not in await frame.content(), frame.url


async def stranger(context: BrowserContext, host: str, port: int) -> Page:
    page = await context.new_page()
    await page.goto(f"http://{host}:{port}/")
    return page


async def nobody(context: BrowserContext, port: int) -> Frame:
    """Return a frame whose origin is opaque."""
    page = await context.new_page()
    await page.goto(f"http://elsewhere.test:{port}/sandbox")
    frame = page.frames[1]
    assert await frame.evaluate("origin") == "null"
    return frame


async def is_in_vain(page: Page | Frame, server: Serving) -> None:
    """Make all attempts: none tells the page anything, and the server has a record of each."""
    learnt = await learnt_by(page, server, ATTEMPTS)
    for attempt, what in zip(ATTEMPTS, learnt, strict=True):
        assert what in LEARNT[attempt[0]], attempt
    await knows_nothing(page, server)

    sent = {number for number, attempt in enumerate(ATTEMPTS) if is_sent(attempt)}
    refused = await refusals(server, sent)
    let_through = [ATTEMPTS[number] for number in sorted(sent - refused.keys())]
    assert let_through == []
    for number, why in refused.items():
        way, path = ATTEMPTS[number][:2]
        assert all(400 <= status < 500 for _, status in why), ATTEMPTS[number]
        if path != "/ws":
            expected = ("reader", 403) if way != "socket" or path == "/live" else ("path", 404)
            assert why == {expected}, ATTEMPTS[number]


# Another name; the same name at another port, which is the same site; and no name at all.
@pytest.mark.usefixtures("peer")
@pytest.mark.parametrize("origin", ["elsewhere.test", "localhost", "null"])
async def test_a_page_of_another_origin_learns_nothing_and_every_attempt_is_refused(
    context: BrowserContext, elsewhere: int, server: Serving, origin: str
) -> None:
    assert urlsplit(server.page).hostname == "localhost"
    page = (
        await nobody(context, elsewhere)
        if origin == "null"
        else await stranger(context, origin, elsewhere)
    )
    await is_in_vain(page, server)


@pytest.mark.usefixtures("peer")
@pytest.mark.parametrize("server", [WITH_TOKEN], indirect=True)
async def test_a_browser_that_has_given_the_token_does_not_give_it_for_others(
    context: BrowserContext, elsewhere: int, server: Serving
) -> None:
    """Cookies know hosts and no ports: the browser sends it along, and it must not help."""
    window = await context.new_page()
    await window.goto(server.page)
    assert CANARY not in await window.content()
    await window.get_by_label("Token").fill(TOKEN)
    await window.keyboard.press("Enter")
    await expect(window.locator(f"{ROWS}.placed")).to_contain_text(["connected", CANARY, CANARY])

    page = await stranger(context, "localhost", elsewhere)
    await is_in_vain(page, server)
    refused = [event for event in await events(server) if event["kind"] == "refused"]
    assert any(name == "Cookie" for event in refused for name, _ in event["request"]["headers"])


@pytest.mark.usefixtures("peer")
@pytest.mark.parametrize("server", [OPEN_TO_ALL], indirect=True)
async def test_an_allowlist_that_admits_everybody_opens_the_echo_and_nothing_else(
    context: BrowserContext, elsewhere: int, server: Serving
) -> None:
    page = await stranger(context, "elsewhere.test", elsewhere)
    attempts = [attempt for attempt in ATTEMPTS if attempt[0] in ("socket", "fetch", "events")]
    learnt = await learnt_by(page, server, attempts)
    for attempt, what in zip(attempts, learnt, strict=True):
        if attempt == ("socket", "/ws"):
            assert what["messages"] == ["from a stranger"]
        else:
            assert what in LEARNT[attempt[0]], attempt
    await knows_nothing(page, server)


@pytest.mark.usefixtures("peer")
@pytest.mark.parametrize("path", ["", "connections/{id}"])
async def test_a_window_that_a_stranger_opens_is_out_of_its_sight(
    context: BrowserContext, elsewhere: int, server: Serving, path: str
) -> None:
    """Anybody may link to a page; who opened it can neither read nor steer it."""
    row = (await told(server, "api/connections"))["connections"][0]
    address = server.page + path.format(id=row["id"])
    page = await stranger(context, "elsewhere.test", elsewhere)
    async with context.expect_page() as opening:
        await page.evaluate("address => { globalThis.other = open(address); }", address)
    window = await opening.value
    await expect(window.locator(f"{ROWS}.placed")).to_contain_text(["connected", CANARY, CANARY])

    assert await window.evaluate("opener") is None
    learnt = await page.evaluate("look(other)")
    assert learnt["closed"]
    assert learnt["frames"] == 0
    assert CANARY not in json.dumps(learnt)
    await knows_nothing(page, server)


@pytest.mark.usefixtures("peer")
async def test_a_name_that_was_rebound_to_the_server_is_not_its_own(
    context: BrowserContext, server: Serving
) -> None:
    """To the browser it is the origin of the stranger's page, which may read: only Host tells."""
    page = await context.new_page()
    await page.goto(f"http://elsewhere.test:{port_of(server)}/healthz")
    assert await page.locator("body").inner_text() == "ok\n"
    await page.evaluate(f"() => {{ {SCRIPT.read_text('utf-8')} }}")

    attempts = [attempt for attempt in ATTEMPTS if attempt[0] in ("socket", "fetch", "xhr")]
    rebound = f"http://elsewhere.test:{port_of(server)}/"
    learnt = await learnt_by(page, server, attempts, rebound)
    for (way, path, *_), what in zip(attempts, learnt, strict=True):
        assert CANARY not in json.dumps(what)
        if way == "socket":
            assert what in LEARNT["socket"], path
        elif path == "/healthz":
            assert what["text"] in ("ok\n", ""), path
        else:
            assert what["status"] == 421, path
    await page.goto(rebound)
    assert CANARY not in await page.content()

    sent = {number for number, (_, path, *_) in enumerate(attempts) if path != "/healthz"}
    refused = await refusals(server, sent)
    assert refused == {number: {("host", 421)} for number in sent}
