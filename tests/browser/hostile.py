"""Texts that are more than text to whoever takes them for more, and a client that sends them."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.screen import echo
from tests.peer import dial

__all__ = ["HARMLESS", "HOSTILE", "Text", "visit"]

# What is kept of the fields of a refused request holds it three times.
LONG = "x" * 1200

# What a client sends would call `hit`, or ask something of this name: both are watched for.
_MARKUP = (
    "<script>hit()</script>",
    "</script><script>hit()</script>",
    "<script src=//elsewhere.test/x.js></script>",
    '<img src=x onerror="hit()">',
    "<img src=//elsewhere.test/x.png>",
    "<svg onload=hit()><script>hit()</script></svg>",
    "<math><mtext><table><style><!--</style><img title='--><img src=x onerror=hit()>'>",
    '"><b onmouseover=hit() autofocus tabindex=0 onfocus=hit()>',
    '" onclick="hit()" x="',
    "' onclick='hit()' x='",
    "` onclick=hit() `",
    "<iframe srcdoc='<script>parent.hit()</script>'></iframe>",
    "<iframe src='javascript:parent.hit()'></iframe>",
    "<object data='data:text/html,<script>parent.hit()</script>'><embed src=//elsewhere.test/>",
    "<video><source onerror=hit()></video><details open ontoggle=hit()>",
    '<a href="javascript:hit()">here</a>',
    "javascript:hit()",
    "data:text/html,<script>hit()</script>",
    "<style>*{display:none!important}</style>",
    "<p style='width:expression(hit());background:url(//elsewhere.test/x)'>",
    "<link rel=stylesheet href=//elsewhere.test/x.css>",
    "<base href=//elsewhere.test/>",
    '<meta http-equiv=refresh content="0;url=//elsewhere.test/">',
    "<form id=lines action=//elsewhere.test/><input name=parentNode autofocus onfocus=hit()>",
    "<img id=canvas name=getElementById><img name=body>",
    "<template shadowrootmode=open><b>in a shadow</b></template>",
    "</template></textarea></title></style><b>out of it</b>",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "--></dd></dl></div></li></ul></section></main></body></html><b>behind it all</b>",
    "<!-- <script>hit()//--> ]]> --!>",
    "&lt;script&gt;&#60;b&#62;&amp;amp;&quot;&#x27;",
    "\uff1cscript\uff1ehit()\uff1c/script\uff1e +ADw-script+AD4-",
    "{{7*7}} ${hit()} <%= hit() %> #{hit()} {% raw %}{{ config }}",
    "{{constructor.constructor('hit()')()}}",
    "$& $' $` $$ $1 \\u003cb\\u003e \\x3cb\\x3e %3Cb%3E \\",
    "__proto__",
    "constructor",
    "'`|~!#$%&*+-.^_",
    '{"<img src=x onerror=hit()>": ["<script>hit()</script>", "</summary><b>bold</b>"]}',
    '{"__proto__": {"hit": 1}, "constructor": {"prototype": {"hit": 1}}}',
    "\u05e9\u05dc\u05d5\u05dd (1) <b>\u0645\u0631\u062d\u0628\u0627</b> 2",
    "Z" + "".join(map(chr, range(0x300, 0x334))),  # marks that stack
)
# And what is seen of what one would not see.
_UNSEEN = {
    "file\u202egnp.exe\u2066\u2069\u200f": r"file\u202egnp.exe\u2066\u2069\u200f",
    "zero\u200bwidth\ufeff\u00ad\u2060\U000e0041": r"zero\u200bwidth\ufeff\u00ad\u2060\u{e0041}",
    "\x1b[31mred\x1b]8;;//elsewhere.test/\x07\x7f": r"\x1b[31mred\x1b]8;;//elsewhere.test/\x07\x7f",
    "before\x00after\u009b31m\u0085": r"before\0after\u009b31m\u0085",
    "one\r\n\ttwo\u2028three\u2029": r"one\r\n\ttwo\u2028three\u2029",
    '{"file\u202egnp": "\u2066\u2069"}': r'{"file\u202egnp": "\u2066\u2069"}',
    # Bytes that are no UTF-8: never any, overlong, and half of a pair.
    "\udcff\udcfe<b>\udcc0\udcaf\udced\udca0\udc80": r"\xff\xfe<b>\xc0\xaf\xed\xa0\x80",
}

# RFC 9110 §5.5: what the value of a header field may not hold; §5.6.2: what no token holds.
_NOT_IN_A_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_A_TOKEN = re.compile(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]")
_NOT_UTF8 = re.compile(r"[\udc80-\udcff]")
# Browsers escape most of these in a target, other clients need not.
_IN_A_TARGET = "<>\"'`{}[]|\\^$&;:/?=()*!,@~%"
_CONTROL_FRAME = 125  # bytes of payload (RFC 6455 §5.5)


@dataclass(frozen=True, slots=True)
class Text:
    """What is sent, where surrogates are bytes that are no UTF-8, and how one sees it on a line."""

    sent: str
    shown: str

    @property
    def raw(self) -> bytes:
        return self.sent.encode("utf-8", "surrogateescape")

    @property
    def is_utf8(self) -> bool:
        return not _NOT_UTF8.search(self.sent)

    @property
    def field(self) -> bytes | None:
        """As the value of a header field, if it can be one."""
        return None if _NOT_IN_A_HEADER.search(self.sent) else self.raw

    @property
    def token(self) -> str:
        """What of it can be a subprotocol, or the name of a header field.

        It is short, as what is long may be redacted: it could be a secret.
        """
        return _NOT_IN_A_TOKEN.sub("", self.sent)[:15] or "none"

    @property
    def target(self) -> str:
        """As a path or a query, with as little of it escaped as a request line allows."""
        return quote(self.raw, safe=_IN_A_TARGET)[:2000]

    @property
    def reason(self) -> bytes | None:
        """As the reason of a close, if it can be one."""
        return self.raw if self.is_utf8 and len(self.raw) <= _CONTROL_FRAME - 2 else None

    @property
    def events(self) -> list[str]:
        """What a visit leaves behind: of each frame its direction and opcode."""
        end = ["in text", "out text", "in close"] if self.is_utf8 else ["in text"]
        frames = ["in binary", "out binary", "in ping", "out pong", *end, "out close"]
        return [*["refused"] * 3, "opened", *frames, "closed"]

    def shown_of(self, most: int, mark: str = "…") -> str:
        """How it is seen where no more than so many characters are."""
        return self.shown if len(self.sent) <= most else self.shown[:most] + mark


HOSTILE = (
    *(Text(sent, sent) for sent in _MARKUP),
    *(Text(sent, shown) for sent, shown in _UNSEEN.items()),
    Text(LONG, LONG),
)
# As different from each other as those are, but for what makes those dangerous.
HARMLESS = (
    Text("plain", "plain"),
    Text("Bonjour serveur", "Bonjour serveur"),
    Text('{"a": {"b": 1}, "c": []}', '{"a": {"b": 1}, "c": []}'),
    Text('{"a\u2003b": "c\u2003d"}', r'{"a\u2003b": "c\u2003d"}'),
    Text("a\ttab\x00and\x01others\n\u2003", r"a\ttab\0and\x01others\n\u2003"),
    Text("a\u2003wide space", r"a\u2003wide space"),
    Text("\x01first", r"\x01first"),
    Text("caf\udce9", r"caf\xe9"),
    Text("y" * 1200, "y" * 1200),
)


async def visit(port: int, text: Text) -> None:
    """Send a text in every field that a client controls: three refusals, then a conversation."""
    field = text.field or b"none"
    agent, other = ("User-Agent", field), (text.token, field)
    for target, header, status in (
        ("/ws", ("Origin", field), 403),
        (f"/{text.target}", ("X-Text", field), 404),
        ("/ws", ("Host", field), 421),
    ):
        async with dial(port, target, agent, other, header) as peer:
            assert peer.status == status, peer.answer
            await peer.rest()
    offer = ("Sec-WebSocket-Protocol", text.token)
    async with dial(port, f"/ws?{text.target}", agent, other, offer) as peer:
        assert peer.status == 101, peer.answer
        await echo(peer, text.raw, opcode=0x2)
        peer.send(0x9, text.raw[:_CONTROL_FRAME])
        assert await peer.receive() == (0x8A, text.raw[:_CONTROL_FRAME])
        if text.is_utf8:
            await echo(peer, text.raw)
            peer.send(0x8, (4000).to_bytes(2) + (text.reason or b""))
        else:
            peer.send(0x1, text.raw)
        await peer.rest()
