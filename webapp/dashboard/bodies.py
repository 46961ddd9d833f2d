"""What requests of the API bring along: JSON, read within bounds and checked in words."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import from_json

from webapp.gate.protocol import continue_if_expected
from webapp.gate.refusals import visible
from webapp.push import Message
from webapp.wire.closing import MAX_REASON, may_be_sent

__all__ = ["MOST_BYTES", "CloseBody", "MessageBody", "PingBody", "read_body"]

MOST_BYTES: Final = 1024 * 1024
_PATIENCE = 10.0  # seconds, for all of it
_LONGEST_NAME = 40  # characters of a field's name in a sentence

_JSON = "application/json"
# What clients say of no body: nothing, or this by default. No form of a page can say either.
_OF_NOTHING = (None, _JSON, "application/octet-stream")

_WORDS = {"string_type": "a string", "int_type": "a whole number or null"}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _one_of_two(schema: dict[str, Any]) -> None:
    """Say in a schema that there is either field, and that neither has a default."""
    for field in schema["properties"].values():
        del field["default"]
    schema["oneOf"] = [{"required": [name]} for name in schema["properties"]]


class MessageBody(_Body):
    """A message: either `text` or `binary`."""

    model_config = ConfigDict(json_schema_extra=_one_of_two)

    text: str = Field("", description="The message, if it is text.")
    binary: str = Field(
        "",
        description="The message in base64 (RFC 4648 §4), if it is binary.",
        json_schema_extra={"contentEncoding": "base64"},
    )

    @field_validator("binary")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            b64decode(value, validate=True)
        except ValueError:
            raise ValueError('"binary" is not base64 (RFC 4648 §4).') from None
        return value

    @model_validator(mode="before")
    @classmethod
    def _is_one(cls, given: dict[str, Any]) -> dict[str, Any]:
        # First of all: whether what should not be there is base64 does not matter.
        if len(given) != 1:
            raise ValueError(f"Give text or binary{', not both' if given else ''}.")
        return given

    @property
    def message(self) -> Message:
        """The message itself."""
        is_text = "text" in self.model_fields_set
        return Message(is_text, self.text.encode() if is_text else b64decode(self.binary))


class PingBody(_Body):
    """Nothing: a ping has no parameters."""


class CloseBody(_Body):
    """A close frame: with code and reason, or with neither."""

    code: int | None = Field(
        1000,
        description="A close code that may be sent (RFC 6455 §7.4); null for a frame without one.",
    )
    reason: str = Field("", description=f"At most {MAX_REASON} bytes of UTF-8.")

    @field_validator("code")
    @classmethod
    def _may_be_sent(cls, value: int | None) -> int | None:
        if value is not None and not may_be_sent(value):
            raise ValueError(
                "This close code must not be sent; 1000 to 1003, 1007 to 1014 and 3000 to 4999 may "
                "(RFC 6455 §7.4)."
            )
        return value

    @field_validator("reason")
    @classmethod
    def _fits(cls, value: str) -> str:
        size = len(value.encode())
        if size > MAX_REASON:
            raise ValueError(
                f'"reason" has {size} bytes of UTF-8, and a close frame has room for {MAX_REASON} '
                "(RFC 6455 §5.5)."
            )
        return value

    @model_validator(mode="after")
    def _has_code(self) -> CloseBody:
        if self.code is None and self.reason:
            raise ValueError("A close frame without a code has no reason either (RFC 6455 §5.5.1).")
        return self


_Some = TypeVar("_Some", bound=_Body)


async def read_body(request: web.Request, model: type[_Some], *, optional: bool = False) -> _Some:
    """Return what a request brings along; ``optional``: no body at all is the same as `{}`.

    Raises:
        web.HTTPException: 400, 408, 413 or 415, with a sentence.
    """
    kind = request.content_type if "Content-Type" in request.headers else None
    if kind != _JSON and not (optional and kind in _OF_NOTHING and not request.body_exists):
        came = "without a Content-Type" if kind is None else f"of type {visible(kind)}"
        raise web.HTTPUnsupportedMediaType(
            text=f"The body must be {_JSON}, and this one is {came}."
        )
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="The body must not be compressed.")
    body = await _read(request)
    try:
        return _parsed(body or b"{}" if optional else body, model)
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from None


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    too_large = f"The body has more than {MOST_BYTES} bytes."
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text=too_large)
    await continue_if_expected(request)
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text=too_large)
    except TimeoutError:
        sentence = f"The body did not come within {_PATIENCE:g} s."
        raise web.HTTPRequestTimeout(text=sentence) from None
    return bytes(body)


def _parsed(body: bytes, model: type[_Some]) -> _Some:
    """Check a body; raise ValueError with a sentence."""
    try:
        given = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise ValueError(f"The body is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise ValueError("The body is not a JSON object.")
    if given and not model.model_fields:
        raise ValueError("A ping has no fields.")  # nothing else has none
    for name in given:
        if name not in model.model_fields:
            known = " or ".join(f'"{field}"' for field in model.model_fields)
            raise ValueError(f'There is no field "{_shown(name)}" here, only {known}.')
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    return f'"{first["loc"][0]}" must be {_WORDS[first["type"]]}.'


def _shown(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
