"""What a page is made of, whatever its words: elements, where they stand, their attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

__all__ = ["Seen", "anatomy", "anatomy_of", "look_through"]

# Of most attributes the name counts; of these the value as well, but for numbers.
_ANATOMY = """
    const TELLING = new Set(
        ["id", "class", "name", "for", "type", "role", "href", "src", "action", "data-slot"]);
    // Which line is the current one, if it is drawn at this moment.
    const FLEETING = "aria-activedescendant";
    const told = ({ name, value }) =>
        TELLING.has(name) ? `${name}=${value.replace(/[0-9]+/g, "0")}` : name;
    const label = (element) =>
        `${element.tagName}(${[...element.attributes].filter(({ name }) => name !== FLEETING)
            .map(told).sort().join(" ")})`;
    const anatomy = (root, parts) => {
        for (const element of root.querySelectorAll("*")) {
            const { parentElement } = element;
            parts.add(`${parentElement ? label(parentElement) : ""} > ${label(element)}`);
            if (element.shadowRoot) parts.add(`a shadow in ${label(element)}`);
        }
    };
"""
_LOOK_THROUGH = """
    const parts = new Set();
    const inspected = document.getElementById("inspected");
    const text = (root, selector) => root?.querySelector(selector)?.textContent ?? "";
    const pairs = (selector) => [...inspected.querySelectorAll(selector)].map(({ children }) =>
        [children[0].textContent, children[1].textContent]);
    const listed = (id) => document.querySelector(`.connection[data-connection="${id}"]`);

    // One of the views of a payload, with all that can be unfolded of it.
    const looked_at = (view, selector) => {
        const button = inspected.querySelector(`[data-slot=as-${view}]`);
        if (!button || button.hidden) return "";
        button.click();
        inspected.querySelector("[data-slot=expand]").click();
        anatomy(button.closest(".part"), parts);
        return text(inspected, selector);
    };

    const lines = [];
    const connections = [];
    for (const row of [...document.querySelectorAll("#canvas .line")].slice(-newest)) {
        const { kind, direction, opcode, connection } = row.dataset;
        row.click();
        // It is loaded once there is something to inspect.
        while (!inspected.firstElementChild) await new Promise(requestAnimationFrame);
        anatomy(inspected, parts);
        lines.push({
            what: [direction, opcode ?? kind].join(" ").trim(),
            preview: text(row, ".preview"),
            payload: looked_at("text", "[data-slot=text]"),
            reason: looked_at("text", "[data-slot=reason]"),
            json: looked_at("json", "[data-slot=tree]"),
            hex: looked_at("hex", "[data-slot=hex]"),
        });
        // Where many come together, the list is drawn in a few goes.
        const begins = kind === "opened" || kind === "refused";
        while (begins && !listed(connection)) await new Promise(requestAnimationFrame);
        if (begins) connections.push({
            how: text(listed(connection), ".how"),
            words: text(inspected, "[data-slot=words]"),
            start: text(inspected, "[data-slot=start]"),
            facts: Object.fromEntries(pairs(".facts > div")),
            headers: pairs(".headers tbody tr:not(.meaning)"),
        });
    }
    // One that was admitted, and one that was refused.
    for (const button of [...document.querySelectorAll(".connection > a")].slice(0, 2)) {
        button.click();
        anatomy(document, parts);
        button.click();
    }
    await new Promise(requestAnimationFrame);
    anatomy(document, parts);
    return { parts: [...parts], lines, connections };
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees who opens everything; lines and connections are in the order they came.

    A line has `what` it is, `preview`, and of its frame `payload`, `reason`, `json` and `hex`,
    empty where it cannot be looked at so; a connection has `how` it ended by the list, and of its
    inspector `words`, `start`, `facts` and `headers`.
    """

    parts: frozenset[str]
    lines: list[dict[str, str]]
    connections: list[dict[str, Any]]


async def anatomy(page: Page) -> frozenset[str]:
    """Return each kind of element on the page, with the kind of element that it stands in."""
    parts = await page.evaluate(
        f"() => {{ {_ANATOMY} const parts = new Set(); anatomy(document, parts);"
        " return [...parts]; }"
    )
    return frozenset(parts)


async def anatomy_of(page: Page, documents: Sequence[str]) -> frozenset[str]:
    """Return the same of documents in HTML, taken together."""
    parts = await page.evaluate(
        f"""(documents) => {{ {_ANATOMY} const parts = new Set();
            const parser = new DOMParser();
            for (const text of documents) anatomy(parser.parseFromString(text, "text/html"), parts);
            return [...parts]; }}""",
        documents,
    )
    return frozenset(parts)


async def look_through(page: Page, newest: int) -> Seen:
    """Open the newest lines, all of which are to be in view, and choose the newest connections."""
    seen = await page.evaluate(f"async (newest) => {{ {_ANATOMY} {_LOOK_THROUGH} }}", newest)
    return Seen(frozenset(seen["parts"]), seen["lines"], seen["connections"])
