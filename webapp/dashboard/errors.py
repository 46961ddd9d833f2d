"""Errors of the API, told as JSON."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from webapp.dashboard.replies import Problem

__all__ = ["API", "errors_as_json"]

API: Final = "/api/"

# Of what came with the request, something is still under way, and nobody wants it any more.
_CUT_SHORT = (408, 413)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error below the API's path with `{"error": sentence}`."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        if not request.path.startswith(API):
            raise
        told: Problem = {"error": _sentence(request, error)}
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        response = web.json_response(told, status=error.status, headers=headers)
        if error.status in _CUT_SHORT:
            response.force_close()
        return response


def _sentence(request: web.Request, error: web.HTTPError) -> str:
    if request.match_info.http_exception is not error:
        return (error.text or error.reason).strip()
    # The router's own.
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = " or ".join(sorted(error.allowed_methods))
        return f"This path does not take {error.method}, only {allowed}."
    return "There is nothing at this path; /api/openapi.json describes what there is."
