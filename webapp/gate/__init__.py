"""Decide who may come in: policies, the middlewares that apply them, and refusals."""

from webapp.gate.access import Access
from webapp.gate.arrivals import PUBLIC_ORIGIN, own_origin, public_origin, remote_of
from webapp.gate.checks import (
    Check,
    host_check,
    open_to_all,
    origin_check,
    proxy_check,
    reader_check,
    upgrade_path_check,
)
from webapp.gate.headers import security_headers
from webapp.gate.hosts import HostPolicy
from webapp.gate.limits import Places, watchers_full
from webapp.gate.middleware import (
    OnRefusal,
    checked,
    gate_middleware,
    limited,
    origin_middleware,
)
from webapp.gate.origins import Origin, OriginPolicy
from webapp.gate.protocol import answer_unreadable
from webapp.gate.proxies import TrustedProxies
from webapp.gate.refusals import Refusal
from webapp.gate.responses import API_PATH, REFUSAL_PAGE
from webapp.gate.signin import access_check, next_path, sign_in
from webapp.gate.upgrades import close_declined

__all__ = [
    "API_PATH",
    "PUBLIC_ORIGIN",
    "REFUSAL_PAGE",
    "Access",
    "Check",
    "HostPolicy",
    "OnRefusal",
    "Origin",
    "OriginPolicy",
    "Places",
    "Refusal",
    "TrustedProxies",
    "access_check",
    "answer_unreadable",
    "checked",
    "close_declined",
    "gate_middleware",
    "host_check",
    "limited",
    "next_path",
    "open_to_all",
    "origin_check",
    "origin_middleware",
    "own_origin",
    "proxy_check",
    "public_origin",
    "reader_check",
    "remote_of",
    "security_headers",
    "sign_in",
    "upgrade_path_check",
    "watchers_full",
]
