"""Tell browsers what this server's pages may do: little, and with its own files only."""

from aiohttp import web

__all__ = ["FILE_HEADERS", "SECURITY_HEADERS", "security_headers"]

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        # Covers ws:// and wss:// of the same host and port (CSP Level 3 §6.7.2.8).
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# The page's own files hold nobody's data, and are many and small: what is said with each shows.
# None is a page, but a browser may be made to show one as if it were, or run one as a worker.
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


async def security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers of every response; connect it to the application's `on_response_prepare`."""
    # aiohttp has put its own name and version here by now.
    response.headers.pop("Server", None)
    if response.status == 101:
        return  # A handshake has no content for a browser to guard.
    headers = FILE_HEADERS if isinstance(response, web.FileResponse) else SECURITY_HEADERS
    for name, value in headers.items():
        response.headers.setdefault(name, value)
