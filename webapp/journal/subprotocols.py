"""Redact the tokens among the subprotocols of a handshake.

Browsers let a page choose no other header field, so that tokens are sent there: behind the name of
one (`bearer, TOKEN`), behind it in the same item (`bearer.TOKEN`), or just so.
"""

from __future__ import annotations

import re
from typing import Final

from webapp.journal.secrecy import JWT, WORDS, is_literal, is_random, redacted

__all__ = ["FIELD", "redact_subprotocols"]

FIELD: Final = "sec-websocket-protocol"  # in lower case

# No spaces and no semicolons belong there; they separate what was meant to be two items. One has
# a space in it, which programs send for want of a token.
_ITEM = re.compile(r"\[object Object\]|[^\s,;]+")
_SEGMENT = re.compile(r"%[0-9A-Fa-f]{2}|[A-Za-z0-9]+")
_MARKER = re.compile(
    "(?:access|api|app|auth|client|csrf|id|jwt|my|refresh|security|service|session|user|web"
    f"|websocket|ws|x)*(?:{WORDS})(?:id)?",
    re.IGNORECASE,
)
_LONGEST_MARKER = 40
_MOST = 100  # items: nobody offers so many
# What is no secret before a marker: a word, or a number that is short,
_PLAIN = re.compile(r"[A-Za-z]{1,20}(?:[0-9]{1,3}[A-Za-z]{0,8})?|[0-9]{1,3}")
# and behind it: a version, an authentication scheme, and what belongs to the one of Kubernetes.
_SUFFIX = re.compile(r"basic|digest|id|io|k8s|[Vv][0-9]{1,2}|[0-9]", re.IGNORECASE)

# No secret wherever they stand: the names that IANA has registered, and others that are in use.
_NAMES = """
    2016.serverpush.dash.mpeg.org 2018.mmt.mpeg.org actioncable-unsupported actioncable-v1-json
    amqp base64.binary.k8s.io base64.channel.k8s.io bfcp binary.ircv3.net binary.k8s.io
    channel.k8s.io chat clue coap cobra.v2.json collection-update dc.bsc.bacnet.org done drp echo
    graphql-transport-ws graphql-ws hub.bsc.bacnet.org isysub jmap jsflow json.webpubsub.azure.v1
    mblws.huawei.com mbws.huawei.com mielecloudconnect mles-websocket mqtt mqttv3.1 msrp
    notificationchannel-netapi-rest.openmobilealliance.org ocpp1.2 ocpp1.5 ocpp1.6 ocpp2.0
    ocpp2.0.1 ocpp2.1 onem2m.r2.0.cbor onem2m.r2.0.json onem2m.r2.0.xml opcua+uacp opcua+uajson
    openai-beta.realtime-v1 realtime rfb rwpcp ship sip sldp.softvelum.com soap sqlnet.oracle.com
    stomp subscriptions-transport-ws superchat t140 text.ircv3.net tlcp-2.0.0.lightstreamer.com
    tlcp-2.1.0.lightstreamer.com tlcp-2.2.0.lightstreamer.com transit v1.saltyrtc.org
    v1.swindon-lattice+json v1.usp v10.pcp.sap.com v10.stomp v11.stomp v12.stomp v4.channel.k8s.io
    v5.channel.k8s.io vite-hmr vite-ping wamp wamp.2.json wamp.2.msgpack webrtc.softvelum.com
    webtty wpcp xmpp zap-protocol-v1
"""
_KNOWN = frozenset(_NAMES.split())


def redact_subprotocols(value: str, marked: bool, found: list[str]) -> tuple[str, bool]:
    """Return a value of Sec-WebSocket-Protocol without its tokens, which are added to ``found``.

    ``marked``: a marker stood in an earlier field, and all that follows it is secret; whether one
    has come by now is returned as well.
    """
    if value.count(",") + len(value.split()) > _MOST:
        return _cut(value, 0, found), True

    def shown(match: re.Match[str]) -> str:
        nonlocal marked
        item = match[0]
        if item.lower() in _KNOWN:
            return item
        if marked:
            return _cut(item, 0, found)
        start = _behind_marker(item)
        if start is None:
            return _cut(item, _start_of_token(item), found)
        marked = start == len(item)
        return _cut(item, start, found)

    return _ITEM.sub(shown, value), marked


def _cut(item: str, start: int, found: list[str]) -> str:
    secret = item[start:]
    if is_literal(secret):
        return item
    found.append(secret)
    return item[:start] + redacted(secret)


def _behind_marker(item: str) -> int | None:
    """Where in an item the secret behind its marker begins; None if there is no marker."""
    if item.lower() == "basic":
        return len(item)
    end = None
    for segment in _SEGMENT.finditer(item):
        text = segment[0]
        if len(text) <= _LONGEST_MARKER and _MARKER.fullmatch(text):
            end = segment.end()
        elif text.startswith("%"):
            continue
        elif end is not None:
            if not _SUFFIX.fullmatch(text):
                return segment.start()
            end = segment.end()
        elif not _PLAIN.fullmatch(text):
            return None
    # What stands behind the last segment is no letter and no digit.
    return None if end is None else len(item)


def _start_of_token(item: str) -> int:
    """Where in an item without a marker a token begins: nowhere is at its end."""
    if is_random(item):
        return 0
    token = JWT.search(item)
    return len(item) if token is None else token.start()
