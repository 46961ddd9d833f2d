"""Requests that ask for a WebSocket, and how the connection of those that do not get one ends."""

from aiohttp import web

__all__ = ["close_declined", "names_websocket"]


def names_websocket(request: web.Request) -> bool:
    """Tell whether a request asks for a WebSocket, whatever its version (RFC 9110 §7.8)."""
    values = request.headers.getall("Upgrade", [])
    if values == ["websocket"] or not values:
        return bool(values)  # nearly always
    return any(
        protocol.strip(" \t").partition("/")[0].lower() == "websocket"
        for protocol in ",".join(values).split(",")
    )


async def close_declined(request: web.Request, response: web.StreamResponse) -> None:
    """
    Let the connection end with whatever answers an opening handshake without accepting it.

    Frames may stand behind it, and those are not the next request. Connect it to the application's
    `on_response_prepare`: some of these answers, such as 405, are made where no handler is.
    """
    if response.status != 101 and names_websocket(request):
        response.force_close()
        response.headers["Connection"] = "close"
