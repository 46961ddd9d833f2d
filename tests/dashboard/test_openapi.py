"""The description of the API: valid, and of this application and no other."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from jsonschema import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.dashboard.conftest import Described
from tests.dashboard.described import DESCRIPTION, validate
from webapp import __version__, create_app

OPERATIONS = [
    (method, path, operation)
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


def test_the_description_is_valid() -> None:
    OpenAPIV31SpecValidator(DESCRIPTION).validate()
    assert DESCRIPTION["info"]["version"] == __version__


def routes(app: web.Application) -> set[tuple[str, str]]:
    """Methods and paths of the application that are to be described."""
    return {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith(("/api", "/connections"))
        and route.method != "HEAD"
    }


def test_what_is_described_is_there_and_what_is_there_is_described() -> None:
    described = {(method, path) for method, path, _ in OPERATIONS}
    assert routes(create_app()) == described


async def test_the_description_is_served(described: Described) -> None:
    client = await described()
    for _ in range(2):
        async with client.get("/api/openapi.json") as response:
            assert response.status == 200
            assert await response.json() == DESCRIPTION


def test_each_operation_has_a_name_of_its_own_and_says_what_it_is() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for _, path, operation in OPERATIONS:
        assert operation["summary"]
        given = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert given == ({"id"} if "{id}" in path else set())


def test_each_operation_says_how_it_may_be_refused() -> None:
    for _, path, operation in OPERATIONS:
        assert {"401", "403", "421", "429"} <= operation["responses"].keys()
        if "{id}" in path:
            assert "404" in operation["responses"]
        if path.startswith("/api/"):
            for status, response in operation["responses"].items():
                assert "$ref" in response or "application/json" in response["content"], status


@pytest.mark.parametrize(
    ("body", "right", "wrong"),
    [
        (
            "MessageBody",
            [{"text": ""}, {"binary": "AA=="}],
            [{}, {"text": "a", "binary": ""}, {"text": None}, {"text": "a", "more": 1}],
        ),
        ("PingBody", [{}], [{"text": ""}]),
        (
            "CloseBody",
            [{}, {"code": None}, {"code": 1000, "reason": "x"}],
            [{"code": "1000"}, {"reason": None}, {"codes": 1}],
        ),
    ],
)
def test_what_can_be_said_of_bodies_is_said(body: str, right: list[Any], wrong: list[Any]) -> None:
    schema = {"$ref": f"#/components/schemas/{body}"}
    for each in right:
        validate(each, schema)
    for each in wrong:
        with pytest.raises(ValidationError):
            validate(each, schema)


async def test_the_limit_is_what_is_described(described: Described) -> None:
    client = await described()
    (limit,) = (
        parameter["schema"]
        for parameter in DESCRIPTION["paths"]["/api/events"]["get"]["parameters"]
        if parameter["name"] == "limit"
    )
    for number, status in (
        (limit["minimum"] - 1, 400),
        (limit["minimum"], 200),
        (limit["maximum"], 200),
        (limit["maximum"] + 1, 400),
    ):
        async with client.get("/api/events", params={"limit": number}) as response:
            assert response.status == status
