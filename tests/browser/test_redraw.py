"""When the page draws what has changed: a few times a second, or with the next frame."""

from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# As redraw.js has it, in milliseconds: how far drawings that take no time are apart, at least and
# at most; and what takes so long that the next one is more than a second away.
APART, FARTHEST, LONG = 200, 300, 60
# How long an animation frame is on Playwright's clock.
FRAME = 16

# A module of its own, not the one that the page draws with. `drawn` has the times of all drawings.
_PREPARED = """
    async () => {
        const { drawNow, drawSoon, spreadOut } = await import("/static/js/page/redraw.js?alone");
        const drawn = { one: [], other: [] };
        const draws = {
            one: () => drawn.one.push(performance.now()),
            other: () => drawn.other.push(performance.now()),
        };
        Object.assign(globalThis, { drawNow, drawSoon, spreadOut, drawn, draws });
    }
"""
# What tells redraw.js how long it took has arrived when what is posted behind it has.
_PAINTED = """
    () => new Promise((arrived) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { port1.close(); arrived(); };
        port2.postMessage(null);
    })
"""


@pytest_asyncio.fixture(loop_scope="session")
async def timed(page: Page) -> Page:
    """A page whose clock stands, so that drawing takes no time at all."""
    await page.clock.install(time=0)
    await page.clock.pause_at(1000)
    await page.evaluate(_PREPARED)
    return page


async def run(page: Page, milliseconds: int, each: str = "", step: int = 20) -> None:
    """Let time go by in steps, before each of which something is done."""
    for _ in range(0, milliseconds, step):
        await page.evaluate(f"async () => {{ {each}; await ({_PAINTED})(); }}")
        await page.clock.run_for(step)
    await page.evaluate(_PAINTED)


async def drawn(page: Page, what: str = "one") -> list[float]:
    times: list[float] = await page.evaluate(f"drawn.{what}")
    return times


async def test_what_changes_all_the_time_is_drawn_a_few_times_a_second(timed: Page) -> None:
    await run(timed, 1500, "drawSoon(draws.one)")
    times = await drawn(timed)
    assert 2 <= len(times) <= 8
    apart = [later - earlier for earlier, later in pairwise(times)]
    assert all(APART <= pause <= FARTHEST + 3 * FRAME for pause in apart)
    # The last change is drawn, too, and nothing after it.
    await run(timed, 1000)
    assert len(await drawn(timed)) == len(times) + 1


async def test_what_somebody_waits_for_is_drawn_with_the_next_frame(timed: Page) -> None:
    await run(timed, 100, "drawSoon(draws.one)")
    (first,) = await drawn(timed)
    asked = await timed.evaluate("drawNow(draws.other); drawNow(draws.other); performance.now()")
    await run(timed, 2 * FRAME, step=FRAME)
    (at_once,) = await drawn(timed, "other")
    assert at_once <= asked + FRAME
    # What was due is drawn in the same frame, and once.
    assert await drawn(timed) == [first, at_once]
    await run(timed, 400)
    assert await drawn(timed) == [first, at_once]


async def test_all_that_is_due_is_drawn_in_one_frame(timed: Page) -> None:
    await run(timed, 1500, "drawSoon(draws.one); drawSoon(draws.other); drawSoon(draws.one)")
    times = await drawn(timed)
    assert len(times) > 2
    assert await drawn(timed, "other") == times


async def test_what_a_drawing_leaves_for_later_is_not_drawn_in_the_same_frame(timed: Page) -> None:
    """The list of connections makes its rows a few at a time."""
    await timed.evaluate(
        """() => {
            draws.part = () => { draws.one(); if (drawn.one.length < 4) drawSoon(draws.part); };
            drawSoon(draws.part);
        }"""
    )
    await run(timed, 1500)
    times = await drawn(timed)
    assert len(times) == 4
    assert all(b - a >= APART for a, b in pairwise(times))


async def test_what_takes_long_leaves_the_rest_to_the_next_frame(page: Page) -> None:
    """So that no frame holds up the browser for long; what somebody waits for comes first."""
    await page.evaluate(_PREPARED)
    seen = await page.evaluate(
        """async () => {
            const slow = () => {
                draws.one();
                const end = performance.now() + 20;
                while (performance.now() < end);
            };
            const seen = [];
            drawNow(draws.other);
            drawNow(slow);
            for (let frame = 0; frame < 2; frame++) {
                await new Promise(requestAnimationFrame);
                seen.push([drawn.one.length, drawn.other.length]);
            }
            return seen;
        }"""
    )
    assert seen == [[1, 0], [1, 1]]


async def test_what_is_too_much_to_be_read_is_drawn_when_chance_has_it(timed: Page) -> None:
    """Else all pages of a server draw it at the same moment."""
    await timed.evaluate("Math.random = () => 0.75; spreadOut()")
    await run(timed, 280, "drawSoon(draws.one)")
    assert await drawn(timed) == []
    # What waits already does not wait longer for it.
    await run(timed, 60, "spreadOut(); drawSoon(draws.one)")
    assert len(await drawn(timed)) == 1


async def test_what_takes_long_is_followed_by_a_long_rest(page: Page) -> None:
    """Whatever else is drawn in it; but who waits for it has it at once all the same."""
    await page.evaluate(_PREPARED)
    told: dict[str, Any] = await page.evaluate(
        """async (long) => {
            const frames = async (n) => { while (n--) await new Promise(requestAnimationFrame); };
            const longOne = () => {
                draws.one();
                const end = performance.now() + long;
                while (performance.now() < end);
            };
            drawNow(longOne);
            await frames(3);
            drawNow(draws.other);
            await frames(3);
            while (performance.now() < drawn.one[0] + 900) {
                drawSoon(longOne);
                await new Promise((done) => setTimeout(done, 20));
            }
            const meanwhile = drawn.one.length;
            drawNow(draws.other);
            await frames(3);
            return { meanwhile, after: drawn.one.length, other: drawn.other.length };
        }""",
        LONG,
    )
    assert told == {"meanwhile": 1, "after": 2, "other": 2}
