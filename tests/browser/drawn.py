"""What is drawn in the sequence diagram of a connection."""

from playwright.async_api import Locator, Page, expect

__all__ = ["ARROWS", "arrow", "choose", "rows"]

ARROWS = ".sequence .message"


async def choose(page: Page, number: int | None = None) -> None:
    """Choose the newest connection, or that of a number, and see it drawn."""
    which = "" if number is None else f"[data-connection$='-{number}']"
    await page.locator(f".connection{which} > a").first.click()
    await expect(page.locator(ARROWS).first).to_be_attached()


async def rows(page: Page) -> list[str]:
    """Return what stands in the diagram, row by row, without the times, and without the silence
    that still lasts: how long it takes to look is up to the machine.
    """
    told: list[str] = await page.locator(".sequence .row").evaluate_all(
        """rows => rows.map(row =>
            (row.querySelector(".message")?.getAttribute("aria-label") ??
             row.querySelector(".words").textContent).replace(/, [+][0-9.]+ s$/, ""))"""
    )
    return [row for row in told if not row.startswith("silent for ")]


def arrow(page: Page, words: str) -> Locator:
    return page.locator("#inspected").get_by_role("button", name=words)
