"""The description of the API, for programs: OpenAPI 3.1, made of its operations and shapes."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from webapp import __version__
from webapp.dashboard.errors import API
from webapp.dashboard.operations import OPERATIONS, Operation
from webapp.dashboard.replies import Problem, RefusedRequest

__all__ = ["Description", "describe"]

_JSON: Final = "application/json"
_ABOUT: Final = (
    "What clients have sent, what they were answered, and what can be sent to them. Fields may be "
    "added to what is answered; none goes or changes its meaning. Cursors are opaque, ids are "
    "strings."
)
# The gate's, at any path.
_REFUSALS: Final = {
    401: "There is no token, and one is needed.",
    403: "A page of another origin asked.",
    421: "It is for another host.",
    429: "Too many tokens were tried.",
}


class Description:
    """The description, made when somebody asks for it and then kept."""

    def __init__(self) -> None:
        self._text = ""

    async def get(self, _: web.Request) -> web.Response:
        """Answer with it."""
        if not self._text:
            # It takes so long that echoes would have to wait for it.
            self._text = await asyncio.to_thread(lambda: json.dumps(describe()))
        return web.Response(text=self._text, content_type=_JSON)


def describe() -> dict[str, Any]:
    """Return the description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Echoscope", "version": __version__, "description": _ABOUT},
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": {
                str(code): {"description": description, **_content(_reference(RefusedRequest))}
                for code, description in _REFUSALS.items()
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Where `access.token` is set.",
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"operationId": operation.name, "summary": operation.summary}
    if operation.description:
        told["description"] = operation.description
    if parameters := _parameters(operation):
        told["parameters"] = parameters
    if operation.body is not None:
        told["requestBody"] = {
            "required": operation.needs_body,
            **_content(_reference(operation.body)),
        }
    told["responses"] = _responses(operation)
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if "{id}" in operation.path:
        parameters.append(
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "Of a connection.",
                "schema": {"type": "string"},
            }
        )
    for name, description, schema in operation.query:
        parameters.append(
            {"name": name, "in": "query", "description": description, "schema": schema}
        )
    return parameters


def _responses(operation: Operation) -> dict[str, Any]:
    answer = operation.answer
    if isinstance(answer, str):
        content: dict[str, Any] = {"content": {answer: {}}}
    else:
        content = _content(answer if isinstance(answer, dict) else _reference(answer))
    status = HTTPStatus(operation.status)
    responses: dict[str, Any] = {str(status.value): {"description": status.phrase, **content}}
    is_api = operation.path.startswith(API)
    problem = _content(_reference(Problem)) if is_api else {}
    for code, description in sorted({**operation.errors, **_REFUSALS}.items()):
        if is_api and code in _REFUSALS:
            responses[str(code)] = {"$ref": f"#/components/responses/{code}"}
        else:
            responses[str(code)] = {"description": description, **problem}
    return responses


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {_JSON: {"schema": schema}}}


def _reference(shape: Any) -> dict[str, str]:
    return {"$ref": _reference_to(shape.__name__)}


def _reference_to(name: str) -> str:
    return f"#/components/schemas/{name}"


class _Untitled(GenerateJsonSchema):
    """Its titles of fields would only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas() -> dict[str, Any]:
    """Return the schemas of all shapes that the operations name, and of those within them."""
    shapes = {Problem, RefusedRequest}
    for operation in OPERATIONS:
        shapes |= {shape for shape in (operation.answer, operation.body) if isinstance(shape, type)}
    _, schemas = TypeAdapter.json_schemas(
        [(shape, _mode(shape), TypeAdapter(shape)) for shape in sorted(shapes, key=_name)],
        ref_template=_reference_to("{model}"),
        schema_generator=_Untitled,
    )
    defined: dict[str, Any] = schemas["$defs"]
    return defined


def _name(shape: type) -> str:
    return shape.__name__


def _mode(shape: type) -> Literal["validation", "serialization"]:
    return "validation" if issubclass(shape, BaseModel) else "serialization"
