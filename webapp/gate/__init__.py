"""Decide who may come in: policies, the middlewares that apply them, and refusals."""

from webapp.gate.headers import security_headers
from webapp.gate.hosts import HostPolicy
from webapp.gate.limits import Places, watchers_full
from webapp.gate.middleware import (
    Check,
    OnRefusal,
    checked,
    gate_middleware,
    host_check,
    limited,
    origin_check,
    origin_middleware,
    own_origin,
    reader_check,
    upgrade_path_check,
)
from webapp.gate.origins import Origin, OriginPolicy
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response
from webapp.gate.upgrades import close_declined

__all__ = [
    "Check",
    "HostPolicy",
    "OnRefusal",
    "Origin",
    "OriginPolicy",
    "Places",
    "Refusal",
    "checked",
    "close_declined",
    "gate_middleware",
    "host_check",
    "limited",
    "origin_check",
    "origin_middleware",
    "own_origin",
    "reader_check",
    "refusal_response",
    "security_headers",
    "upgrade_path_check",
    "visible",
    "watchers_full",
]
