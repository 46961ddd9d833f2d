"""A client that holds every answer of the API against the API's own description."""

from __future__ import annotations

import copy
import re
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator

from webapp.dashboard.openapi import describe

__all__ = ["DESCRIPTION", "DescribedClient", "closed", "hold_against", "validate"]

DESCRIPTION = describe()


def closed(schema: Any) -> Any:
    """The same, where nothing may be that is not described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if "properties" in found:
        found["additionalProperties"] = False
    return found


_SCHEMAS = closed(copy.deepcopy(DESCRIPTION["components"]["schemas"]))


def validate(shape: Any, schema: dict[str, Any]) -> None:
    """Raise unless this is of that schema, and has nothing besides."""
    Draft202012Validator({**schema, "components": {"schemas": _SCHEMAS}}).validate(shape)


def hold_against(method: str, path: str, status: int, kind: str, body: Any) -> None:
    """Raise unless this answer is one that is described."""
    asked = f"{method} {path}"
    operations = _operations(path)
    if method.lower() not in operations:
        assert status == (405 if operations else 404), f"{asked} is not described"
        validate(body, {"$ref": "#/components/schemas/Problem"})
        return
    responses = operations[method.lower()]["responses"]
    assert str(status) in responses, f"{asked}: {status} is not described"
    response = responses[str(status)]
    if "$ref" in response:
        response = DESCRIPTION["components"]["responses"][response["$ref"].rpartition("/")[2]]
    assert kind in response["content"], f"{asked}: {kind} is not described"
    validate(body, response["content"][kind]["schema"])


def _operations(path: str) -> dict[str, Any]:
    """What is described of a path, by methods."""
    for template, operations in DESCRIPTION["paths"].items():
        if re.fullmatch(template.replace("{id}", "[^/]+"), path):
            return dict(operations)
    return {}


class DescribedClient(TestClient[web.Request, web.Application]):
    """Every answer that it gets below /api/ is held against the description, unless it has asked
    for something else than JSON.
    """

    async def _request(self, method: str, path: Any, **options: Any) -> ClientResponse:
        response = await super()._request(method, path, **options)
        asked = "Accept" in (options.get("headers") or {})
        if response.url.path.startswith("/api/") and method != "HEAD" and not asked:
            body = await response.json()
            place = response.url.raw_path
            hold_against(method, place, response.status, response.content_type, body)
        return response
