"""A style sheet in one piece: with what it imports in the place of the imports."""

import hashlib
import re
from pathlib import Path

from aiohttp import ETag, web

from webapp.gate.headers import FILE_HEADERS

__all__ = ["Stylesheet"]

# CSS Cascading and Inheritance §2: only what stands beside it, and without conditions.
_IMPORT = re.compile(r'^@import "([\w-]+\.css)";$', re.MULTILINE)


class Stylesheet:
    """Answers with a style sheet as it was when the server started."""

    def __init__(self, path: Path) -> None:
        self._text = _IMPORT.sub(lambda found: _read(path.with_name(found[1])), _read(path))
        self._etag = ETag(hashlib.sha256(self._text.encode()).hexdigest()[:16])

    async def answer(self, request: web.Request) -> web.Response:
        known = request.if_none_match or ()
        if any(each.value in (self._etag.value, "*") for each in known):
            response = web.Response(status=304, headers=FILE_HEADERS)
        else:
            response = web.Response(text=self._text, content_type="text/css", headers=FILE_HEADERS)
        response.etag = self._etag
        return response


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
