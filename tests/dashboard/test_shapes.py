"""The shapes as the server knows them, and as the page's script does."""

from __future__ import annotations

import asyncio
import inspect
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from tests.command import REPOSITORY
from tests.dashboard.conftest import Described
from tests.dashboard.described import closed
from tests.peer import PATIENCE, dial
from webapp.dashboard import eventshapes, replies, shapes
from webapp.hub import HUB

TYPES = (REPOSITORY / "static" / "js" / "types.d.ts").read_text("utf-8")

SHAPES: dict[str, Any] = {
    name: value
    for module in (shapes, eventshapes, replies)
    for name, value in inspect.getmembers(module, is_typeddict)
}
# Those that the page is told.
OF_THE_PAGE = {
    *("Stats", "Ending", "Told", "Refusal", "Row", "Head", "RoundTrip", "Detail"),
    *("OpenedEvent", "RefusedEvent", "FrameEvent", "NotedEvent", "ClosedEvent"),
    *("Hello", "Events", "State"),
}


def interfaces() -> dict[str, dict[str, str]]:
    """The fields of all interfaces with their types, as they are declared."""
    text = re.sub(r"/\*.*?\*/", "", TYPES, flags=re.DOTALL)
    found: dict[str, dict[str, str]] = {}
    for name, parents, body in re.findall(
        r"interface (\w+)(?: extends ([\w, ]+))? \{\n(.*?)\n\}", text, re.DOTALL
    ):
        fields = re.findall(r"^  (\w+): (.+);$", body, re.MULTILINE)
        found[name] = dict(fields)
        for parent in filter(None, parents.split(", ")):
            found[name] |= found[parent]
    return found


INTERFACES = interfaces()


def in_script(schema: dict[str, Any], defined: dict[str, Any]) -> str:
    """How a schema is written as a type of TypeScript's."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in INTERFACES:
            return name
        fields = defined[name]["properties"].items()
        inner = [f"{field}: {in_script(each, defined)}" for field, each in fields]
        return "{ " + "; ".join(inner) + " }"
    if "oneOf" in schema:
        kinds = {each["$ref"].rpartition("/")[2] for each in schema["oneOf"]}
        return "Began" if kinds == {"BeganOpened", "BeganRefused"} else "Event"
    if "anyOf" in schema:
        return " | ".join(in_script(each, defined) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return " | ".join(f'"{each}"' if isinstance(each, str) else str(each) for each in values)
    if "prefixItems" in schema:
        return "[" + ", ".join(in_script(each, defined) for each in schema["prefixItems"]) + "]"
    if schema["type"] == "array":
        return in_script(schema["items"], defined) + "[]"
    return {"integer": "number", "string": "string", "boolean": "boolean", "null": "null"}[
        schema["type"]
    ]


def parts(kind: str) -> set[str]:
    return set(kind.split(" | "))


def test_the_script_declares_all_that_the_page_is_told() -> None:
    assert INTERFACES.keys() & SHAPES.keys() >= OF_THE_PAGE


@pytest.mark.parametrize("name", sorted(INTERFACES.keys() & SHAPES.keys()))
def test_the_script_declares_a_shape_as_it_is(name: str) -> None:
    schema = TypeAdapter(SHAPES[name]).json_schema(mode="serialization")
    defined = schema.get("$defs", {})
    fields = {field: in_script(each, defined) for field, each in schema["properties"].items()}
    declared = INTERFACES[name]
    assert declared.keys() == fields.keys()
    for field, kind in fields.items():
        assert parts(declared[field]) == parts(kind), field
    assert set(schema["required"]) == fields.keys()


def test_an_event_is_one_of_those_that_the_script_knows() -> None:
    for name, members in re.findall(r"^export type (Event|Began) =\s+(.*?);$", TYPES, re.M | re.S):
        if name == "Event":
            known = parts(members)
        else:
            known = {f"Began{each}" for each in re.findall(r"Omit<(\w+)Event,", members)}
        module = eventshapes if name == "Event" else shapes
        schema = TypeAdapter(getattr(module, name)).json_schema(mode="serialization")
        assert {each["$ref"].rpartition("/")[2] for each in schema["oneOf"]} == known


async def test_the_feed_says_what_the_shapes_promise(described: Described) -> None:
    """Of a connection with all that can be told of one, and of a refused attempt."""
    client = await described()
    assert client.port is not None
    seen: dict[str, set[str]] = {"hello": set(), "events": set(), "state": set()}
    offer = ("Sec-WebSocket-Extensions", "permessage-deflate")
    async with client.ws_connect("/live") as feed, dial(client.port, "/ws", offer) as peer:
        async with dial(client.port, "/ws", ("Origin", "https://evil.example")):
            pass
        client.app[HUB].streams()[0].ping()
        peer.send(0xA, (await peer.receive())[1])
        peer.send(0x1, b"a" * 200)
        await peer.receive()
        peer.send(0x1, b"\xff")
        await peer.receive()
        peer.writer.close()
        async with asyncio.timeout(PATIENCE):
            while seen["events"] != {"opened", "refused", "frame", "closed"} or seen["state"] < {
                "closed",
                "refused",
            }:
                told = await feed.receive_json()
                schema = TypeAdapter(SHAPES[told["type"].capitalize()]).json_schema()
                Draft202012Validator(closed(schema)).validate(told)
                for each in told.get("events") or told.get("connections") or ():
                    seen[told["type"]].add(each.get("kind") or each["state"])
