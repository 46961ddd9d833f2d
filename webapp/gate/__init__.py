"""Decide who may come in: policies, the middlewares that apply them, and refusals."""

from webapp.gate.headers import security_headers
from webapp.gate.hosts import HostPolicy
from webapp.gate.middleware import (
    OnRefusal,
    host_middleware,
    origin_middleware,
    own_origin,
    reader_middleware,
    upgrade_path_middleware,
)
from webapp.gate.origins import Origin, OriginPolicy
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response

__all__ = [
    "HostPolicy",
    "OnRefusal",
    "Origin",
    "OriginPolicy",
    "Refusal",
    "host_middleware",
    "origin_middleware",
    "own_origin",
    "reader_middleware",
    "refusal_response",
    "security_headers",
    "upgrade_path_middleware",
    "visible",
]
