"""What aiohttp's HTTP parser refuses before there is a request: told like every other refusal."""

import logging
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.http_exceptions import (
    BadHttpMethod,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
)
from multidict import CIMultiDict

from webapp.gate.headers import SECURITY_HEADERS
from webapp.gate.middleware import OnRefusal
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_text

__all__ = ["UnparsedRequests"]


class UnparsedRequests(logging.LoggerAdapter[logging.Logger]):
    """
    aiohttp's logger, which answers what its parser cannot read.

    No middleware and no signal sees that: aiohttp makes an answer of its own, with its version in
    it. But it logs first, and this is the one call of ours. An `HTTPException` that is raised from
    it becomes the answer, as one that a handler raises.
    """

    def __init__(self, logger: logging.Logger, on_refusal: OnRefusal) -> None:
        super().__init__(logger)
        self._on_refusal = on_refusal

    def exception(self, msg: object, *args: Any, exc_info: Any = True, **others: Any) -> None:
        """Log an error, or raise the answer to what is no HTTP."""
        if isinstance(exc_info, HttpProcessingError):
            self._refuse(exc_info)
        super().exception(msg, *args, exc_info=exc_info, **others)

    def debug(self, msg: object, *args: Any, **others: Any) -> None:
        """Log a detail, or raise the answer to what has not even a method."""
        if isinstance(error := others.get("exc_info"), HttpProcessingError):
            self._refuse(error)
        super().debug(msg, *args, **others)

    def _refuse(self, error: HttpProcessingError) -> NoReturn:
        raise _Answer(_refusal(error), self._on_refusal)


class _Answer(web.HTTPException):
    """Writes itself: aiohttp would put its name and version in, and runs no signal here."""

    status_code = 400

    def __init__(self, refusal: Refusal, on_refusal: OnRefusal) -> None:
        super().__init__()
        self.force_close()
        self._refusal = refusal
        self._on_refusal = on_refusal

    async def prepare(self, request: web.BaseRequest) -> None:
        """Tell of the refusal, and send it."""
        if isinstance(request, web.Request):  # of an application, and not of a bare web.Server
            self._on_refusal(request, self._refusal)
        body = refusal_text(self._refusal).encode()
        headers = CIMultiDict(SECURITY_HEADERS)
        headers["Content-Type"] = "text/plain; charset=utf-8"
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "close"
        await request.writer.write_headers("HTTP/1.1 400 Bad Request", headers)
        await request.writer.write_eof(body)

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


def _refusal(error: HttpProcessingError) -> Refusal:
    came, reason = _explain(error)
    return Refusal("http", 400, came, "a request of HTTP/1.1 (RFC 9112)", reason)


def _explain(error: HttpProcessingError) -> tuple[str, str]:
    """Say what came and what is wrong with it, without a byte of it: it may hold a secret."""
    match error:
        case BadHttpMethod() if "HTTPS" in error.message.partition(":")[0]:
            return (
                "the beginning of TLS",
                "The client speaks TLS, as for https:// and wss://, and this port does not: "
                "use http:// and ws://, or a proxy in front that speaks TLS.",
            )
        case BadHttpMethod():
            return "something else", "What came does not begin with a method of HTTP."
        case LineTooLong():
            return "a long line", "The request has a line of more than 8190 bytes."
        case InvalidURLError():
            return "a broken target", "The target of the request is no URL."
        case InvalidHeader():
            return "a broken header field", "The request has a header field that cannot be read."
        case _ if "PRI" in error.message.partition(":")[0]:
            return (
                "the beginning of HTTP/2",
                "The client speaks HTTP/2 without having asked, and this server does not.",
            )
    # Behind these lines stands the line that is wrong.
    fault = " ".join(error.message.partition("\n\n")[0].split()).rstrip(":.")
    return "a broken request", f"The request cannot be read: {visible(fault)}."
