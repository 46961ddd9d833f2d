"""HTTP as aiohttp speaks it, where it would answer by itself: refusals are told like the rest."""

from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import (
    BadHttpMessage,
    BadHttpMethod,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
)
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import _ErrInfo
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from webapp.gate.headers import SECURITY_HEADERS
from webapp.gate.middleware import OnRefusal
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_text

__all__ = ["answer_unreadable", "continue_if_expected"]

_VERSIONS = ((1, 0), (1, 1))


def answer_unreadable(app: web.Application, on_refusal: OnRefusal) -> None:
    """
    Have what is no request answered, told and counted as a refusal.

    aiohttp's parser refuses such things before there is a request: no middleware and no signal sees
    that, and the answer names aiohttp's version. A few things it lets through that end in an
    exception where nobody waits for one, or that it answers before any middleware.
    """

    def make_server(**options: Any) -> web.Server:
        server = web.Application._make_handler(app, **options)
        return _Server(
            server.request_handler,
            request_factory=server.request_factory,
            on_refusal=on_refusal,
            loop=server._loop,
            handler_cancellation=server.handler_cancellation,
            **server._kwargs,
        )

    # There is no other way to give an application its protocol that holds for aiohttp's runners and
    # its test client alike: it does not want to be inherited from.
    vars(app)["_make_handler"] = make_server


class _Server(web.Server):
    def __init__(self, *arguments: Any, on_refusal: OnRefusal, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._on_refusal = on_refusal

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, on_refusal=self._on_refusal, loop=self._loop, **self._kwargs)


class _Protocol(web.RequestHandler):
    __slots__ = ("_on_refusal",)

    def __init__(self, server: web.Server, *, on_refusal: OnRefusal, **options: Any) -> None:
        super().__init__(server, **options)
        self._on_refusal = on_refusal
        self._parser: Any = _Parser(self._parser)

    async def start(self) -> None:
        try:
            await super().start()
        except Exception:
            # aiohttp would leave the connection open, for as long as its client likes.
            self.logger.exception("a connection ends by a bug")
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read; what failed otherwise is aiohttp's to answer."""
        if status == 400 and isinstance(exc, HttpProcessingError):
            return _Answer(_refusal(exc), self._on_refusal)
        return super().handle_error(request, status, exc, message)


class _Parser:
    """aiohttp's parser, and what it ought to refuse as well."""

    __slots__ = ("_parser",)

    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def feed_data(self, data: bytes) -> tuple[Any, bool, bytes]:
        """Return requests and their bodies, whether one is an upgrade, and what is behind it."""
        try:
            messages, upgraded, tail = self._parser.feed_data(data)
        except HttpProcessingError:
            raise
        except Exception:  # yarl's, of targets that it did not expect
            raise InvalidURLError("no URL") from None
        checked: list[Any] = []
        for message, payload in messages:
            try:
                checked.append((_checked(message), payload))
            except HttpProcessingError as error:
                # As aiohttp has it, but behind what came before it in the same segment.
                checked.append((_ErrInfo(400, error, error.message), EMPTY_PAYLOAD))
                return checked, False, b""
        return checked, upgraded, tail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)


def _checked(message: Any) -> Any:
    """
    Return a request of which aiohttp can make what it is.

    Whom an absolute target names decides nothing (`hosts_of`), and aiohttp would decode that name.
    An Expect would be answered before anybody has asked who expects: `continue_if_expected` does
    that for what wants a body. Both stay in the record, which is of the raw bytes.
    """
    if message.version not in _VERSIONS:
        raise BadHttpMessage("HTTP/{}.{} is not spoken here".format(*message.version))
    changes: dict[str, Any] = {}
    url = message.url
    if url is None:
        raise InvalidURLError("no URL")
    if url.absolute:
        target = url.relative()
        # RFC 9110 §4.2.3: no path is the same as "/". CONNECT has an authority and nothing else.
        if not target.raw_path and message.method != "CONNECT":
            target = URL.build(path="/", query_string=target.raw_query_string, encoded=True)
        changes["url"] = target
    if "Expect" in message.headers:
        headers = CIMultiDict(message.headers)
        del headers["Expect"]
        changes["headers"] = CIMultiDictProxy(headers)
    return message._replace(**changes) if changes else message


async def continue_if_expected(request: web.Request) -> None:
    """Ask for the body of a request, if its client waits to be asked (RFC 9110 §10.1.1)."""
    expected = [value for name, value in request.raw_headers if name.lower() == b"expect"]
    if request.version >= (1, 1) and [value.lower() for value in expected] == [b"100-continue"]:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # nothing of the answer is sent yet


class _Answer(web.StreamResponse):
    """Writes itself: aiohttp would put its name and version in, and runs no signal here."""

    def __init__(self, refusal: Refusal, on_refusal: OnRefusal) -> None:
        super().__init__(status=refusal.status)
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
