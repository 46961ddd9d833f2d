"""Redaction: whatever is put into a secret's place is not told, and nothing else is changed."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gate.refusals import visible
from webapp.journal.findings import Findings
from webapp.journal.redaction import Redactor
from webapp.journal.secrecy import redacted

REDACTOR = Redactor(["X-Customer", " tenant "])

CANARY = "cAnary+7"
THIS = redacted(CANARY)
QUOTED = f'"a;b={CANARY}"'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl-_"


def target(text: str) -> str:
    return REDACTOR.target(text, Findings())


def field(name: str, value: str) -> str:
    told, value = REDACTOR.fields(f"{name}\n{value}", Findings()).split("\n")
    assert told == name
    return value


# Targets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/ws?token={CANARY}", f"/ws?token={THIS}"),
        (f"/ws?try=1&access_token={CANARY}&x=2", f"/ws?try=1&access_token={THIS}&x=2"),
        (f"/ws?try=1;SID={CANARY};x=2", f"/ws?try=1;SID={THIS};x=2"),
        (f"/ws?%74oke%6E={CANARY}", f"/ws?%74oke%6E={THIS}"),
        (f"/ws?%2574oken={CANARY}", f"/ws?%2574oken={THIS}"),
        (f"/ws?api+key={CANARY}", f"/ws?api+key={THIS}"),
        (f"/ws?user[password]={CANARY}", f"/ws?user[password]={THIS}"),
        (f"/ws?Tenant={CANARY}&x-customer={CANARY}", f"/ws?Tenant={THIS}&x-customer={THIS}"),
        (f"/ws;jsessionid={CANARY}?x=2", f"/ws;jsessionid={THIS}?x=2"),
        (f"/ws#access_token={CANARY}", f"/ws#access_token={THIS}"),
        (f"/ws?token={QUOTED}&x=2", f"/ws?token={redacted(QUOTED)}&x=2"),
        (f"/ws?token=a;{CANARY}&x=2", f"/ws?token={redacted('a;' + CANARY)}&x=2"),
        (f"/ws?code={CANARY}&state=x", f"/ws?code={THIS}&state=x"),
        # As a whole, because of what they hold.
        (f"/ws?next=/a?token={CANARY}", f"/ws?next={redacted('/a?token=' + CANARY)}"),
        (f"/ws?a=token%3d{CANARY}&x=2", f"/ws?a={redacted('token%3d' + CANARY)}&x=2"),
        (f"/ws?a=%25%37%34oken%253D{CANARY}", f"/ws?a={redacted('%25%37%34oken%253D' + CANARY)}"),
        (f"/ws?a=%7B%22token%22:{CANARY}", f"/ws?a={redacted('%7B%22token%22:' + CANARY)}"),
        (f"/ws?a=%2F%2Fu:{CANARY}%40h", f"/ws?a={redacted(f'%2F%2Fu:{CANARY}%40h')}"),
        (f"/ws?a=%252525253d{CANARY}", f"/ws?a={redacted('%252525253d' + CANARY)}"),
        (f"/ws?a=%65yJ{JWT[3:]}", f"/ws?a={redacted('%65yJ' + JWT[3:])}"),
        (f"/ws?a=%7B%22token%22:b={CANARY}", f"/ws?a={redacted(f'%7B%22token%22:b={CANARY}')}"),
        (f"/ws?%7B%22token%22:{CANARY}", f"/ws?{redacted('%7B%22token%22:' + CANARY)}"),
        (f"/ws?a={{token:{CANARY}}}", f"/ws?a={redacted(f'{{token:{CANARY}}}')}"),
        (f"/ws?a=password:{CANARY}", f"/ws?a={redacted('password:' + CANARY)}"),
        (f"/ws?a=x_token:{CANARY}", f"/ws?a={redacted('x_token:' + CANARY)}"),
        (f"/ws?a=tenant:{CANARY}", f"/ws?a={redacted('tenant:' + CANARY)}"),
        (f"/ws?pw={CANARY}&userpass={CANARY}", f"/ws?pw={THIS}&userpass={THIS}"),
        ("/ws?token=nullify", f"/ws?token={redacted('nullify')}"),
        # As members of what was named.
        (f"/ws?tenant[]={CANARY}&b=2", f"/ws?tenant[]={THIS}&b=2"),
        (f"/ws?tenant[id]={CANARY}", f"/ws?tenant[id]={THIS}"),
        (f"/ws?a.Tenant={CANARY}", f"/ws?a.Tenant={THIS}"),
        (f"/ws?a%5Btenant%5D%5B0%5D={CANARY}", f"/ws?a%5Btenant%5D%5B0%5D={THIS}"),
        # By their looks.
        (f"/ws?a=Bearer+{CANARY}", f"/ws?a={redacted('Bearer+' + CANARY)}"),
        (f"/ws?a=Bearer%20{CANARY}", f"/ws?a={redacted('Bearer%20' + CANARY)}"),
        ("/ws?a=Basic%20dTpw", f"/ws?a={redacted('Basic%20dTpw')}"),
        (f"/ws/{JWT}", f"/ws/{redacted(JWT)}"),
        (f"/ws?a={JWT}&x=2", f"/ws?a={redacted(JWT)}&x=2"),
        # By their place.
        (f"http://u:{CANARY}@h/ws?x=1", f"http://{redacted('u:' + CANARY)}@h/ws?x=1"),
        (f"http://u:{CANARY}@@h/ws", f"http://{redacted(f'u:{CANARY}@')}@h/ws"),
        (f"http://u:a/{CANARY}@h/ws", f"http://{redacted(f'u:a/{CANARY}')}@h/ws"),
        (f"//{CANARY}@h/ws", f"//{THIS}@h/ws"),
        (f"/ws?a=wss://{CANARY}@h/&b=2", f"/ws?a=wss://{THIS}@h/&b=2"),
        (f"{CANARY}@h:443", f"{THIS}@h:443"),
    ],
)  # fmt: skip
def test_what_is_secret_in_a_target_is_told_by_its_length_alone(text: str, expected: str) -> None:
    assert target(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "/ws",
        "*",
        "/",
        "localhost:8080",
        "/ws?",
        "/ws?try=1&room=blue%20sky",
        "/ws?token",
        "/ws?token=&key=",
        "/ws?keyword=a&author=b&monkey=c",
        "/ws?code=1000&reason=bye",
        "/ws?a=b=c;d;e&f",
        "/ws?next=https%3A%2F%2Fexample.com%2F%3Fx%3D1",
        "/ws?share=100%&q=%zz",
        "/ws?token=null&key=undefined&sid=%5Bobject%20Object%5D&pw=NaN&auth=none",
        "/ws?access_token=true&jwt=false&session=nil&Tenant=null",
        "/ws?max_tokens=5&signature_version=4&session_timeout=5&token_type=bearer",
        "/ws?primaryKey=5&Idempotency-Key=5",
        "/ws?sort=key:asc&l=token:string",
        '/ws?filter={"key":"a"}',
        "/ws?filter=%7B%22key%22:%22a%22%7D",
        "/ws?my-tenant=5&tenants=5",
        "/ws?plan=Basic+monthly&a=the+bearer+of",
        "/ws?mail=a@b.example",
        "/@me?x=1",
        "http://h:8080/@me?x=a@b",
        "http://h/ws?x=1",
        "/ws?x=eyJ",
        "/ws?state=x",
        "/%74oken/token/1",
    ],
)
def test_what_is_no_secret_in_a_target_stays_as_it_is(text: str) -> None:
    assert target(text) == text


# Header fields


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", f"Bearer {CANARY}", redacted(f"Bearer {CANARY}")),
        ("COOKIE", f"a={CANARY}", redacted(f"a={CANARY}")),
        ("X-Api-Key", CANARY, THIS),
        ("x-customer", CANARY, THIS),
        ("X-CUSTOMER", f"{CANARY}@h", redacted(f"{CANARY}@h")),
        ("Referer", f"https://u:{CANARY}@h/?x=1", f"https://{redacted('u:' + CANARY)}@h/?x=1"),
        ("Referer", f"https://h/?x=1&token={CANARY}", f"https://h/?x=1&token={THIS}"),
        ("referer", f"https://h/#access_token={CANARY}", f"https://h/#access_token={THIS}"),
        ("Referer", f"https://h/?tenant={CANARY}", f"https://h/?tenant={THIS}"),
        ("Origin", f"https://u:{CANARY}@h", f"https://{redacted('u:' + CANARY)}@h"),
        ("Origin", f"{CANARY}@h", f"{THIS}@h"),
        ("Origin", f"token={CANARY}", f"token={THIS}"),
        ("Host", f"u:{CANARY}@h:80", f"{redacted('u:' + CANARY)}@h:80"),
        ("X-Original-URI", f"/ws?token={CANARY}", f"/ws?token={THIS}"),
        ("Forwarded", f"for=1.2.3.4;secret={CANARY}", f"for=1.2.3.4;secret={THIS}"),
        ("X-Info", f"this is tenant={CANARY}", f"this is tenant={THIS}"),
        ("User-Agent", f"curl/8 {JWT}", f"curl/8 {redacted(JWT)}"),
        ("User-Agent", f"app (token={CANARY}", f"app (token={THIS}"),
        ("Sec-WebSocket-Extensions", f"x; token={CANARY}", f"x; token={THIS}"),
        ("X-Params", f'{{"token":"{CANARY}"}}', redacted(f'{{"token":"{CANARY}"}}')),
        ("X-Params", f'{{"token":"a={CANARY}"}}', redacted(f'{{"token":"a={CANARY}"}}')),
        ("X-Forward", f"Bearer {CANARY}", f"Bearer {THIS}"),
        ("X-Forward", "basic dTpw", f"basic {redacted('dTpw')}"),
        ("baggage", f"session.id={CANARY},user=1", f"session.id={THIS},user=1"),
        ("baggage", f"user=1,session.id={CANARY}", f"user=1,session.id={THIS}"),
        ("X-Info", f"token=a,{CANARY}", f"token={redacted('a,' + CANARY)}"),
        ("X-Info", f"token=a,{CANARY}==,b=1", f"token={redacted(f'a,{CANARY}==')},b=1"),
        ("X-Uri", f"/?token=a,b={CANARY}", f"/?token={redacted('a,b=' + CANARY)}"),
        ("Sec-WebSocket-Protocol", f"mqtt, pw_{CANARY}", f"mqtt, pw_{THIS}"),
        ("Sec-WebSocket-Protocol", f"bearer, {CANARY}", f"bearer, {THIS}"),
    ],
)
def test_what_is_secret_in_a_header_field_is_told_by_its_length_alone(
    name: str, value: str, expected: str
) -> None:
    assert field(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "localhost:8080"),
        ("Origin", "http://localhost:8080"),
        ("Origin", "null"),
        ("Referer", "https://example.com/a?x=1#y"),
        ("Sec-WebSocket-Key", "eyJhbGciOiJIUzI1NiJ9ab=="),
        ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=15"),
        ("Sec-WebSocket-Protocol", "chat, v12.stomp"),
        ("User-Agent", "Mozilla/5.0 (X11; rv:140.0) a@b x=1"),
        ("From", "somebody@example.com"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Authorization", ""),
        ("Authorization", "Bearer undefined"),
        ("X-Api-Key", "null"),
        ("X-Customer", "[object Object]"),
        ("Sec-WebSocket-Protocol", "bearer, undefined, [object Object], null"),
        ("Sec-WebSocket-Protocol", "bearer.null"),
        ("WWW-Authenticate", 'Bearer realm="Echoscope"'),
        ("X-Max-Tokens", "5"),
        ("Idempotency-Key", "5"),
        ("X-Params", '{"key":"a"}'),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Request-Id", "9f86d081884c7d659a2feaa0c55ad015"),
        ("", "x"),
    ],
)
def test_what_is_no_secret_in_a_header_field_stays_as_it_is(name: str, value: str) -> None:
    assert field(name, value) == value


def test_a_list_of_subprotocols_is_one_over_all_its_fields() -> None:
    fields = f"Sec-WebSocket-Protocol\nbearer\nX\ny\nsec-websocket-protocol\n{CANARY}"
    assert REDACTOR.fields(fields, Findings()) == fields.replace(CANARY, THIS)


def test_any_field_can_be_named_as_one_with_a_secret() -> None:
    redactor = Redactor(["Origin", "HOST", "sec-websocket-key", "Sec-WebSocket-Protocol"])
    fields = ["Origin", "a", "host", "b", "Sec-WebSocket-Key", "c", "SEC-WEBSOCKET-PROTOCOL", "d"]
    told = redactor.fields("\n".join(fields), Findings()).split("\n")
    assert told[::2] == fields[::2]
    assert told[1::2] == [redacted("x")] * 4


def test_no_field_is_no_field() -> None:
    assert REDACTOR.fields("", Findings()) == ""


def test_what_is_looked_at_one_by_one_has_an_end() -> None:
    findings = Findings()
    many = "&".join(["b=%25"] * 150)
    assert REDACTOR.target(f"/ws?{many}", findings) == f"/ws?{many}"
    assert findings.complete
    told = REDACTOR.fields(f"X-A\nb\nX-B\n{many}\nReferer\nhttp://h/?a=b", findings)
    assert told == f"X-A\nb\nX-B\n{redacted(many)}\nReferer\n{redacted('http://h/?a=b')}"
    assert not findings.complete


# All of them at once

SECRET_NAMES = st.sampled_from(
    ["token", "access_token", "apikey", "SID", "X-Auth", "client-secret", "password", "tenant"]
)
HARMLESS_NAMES = st.sampled_from(["a", "try", "room", "state", "x-y", "keyword", "author", ""])
HARMLESS_VALUES = st.text("abcXYZ0129-._~", max_size=6)
# Nothing that ends a value, and at least so much that it is nowhere else by chance.
CANARIES = st.text("abcdefXYZ0123456789-._~!*+$", min_size=5, max_size=12).map("cAnArY".__add__)


@st.composite
def spelt(draw: st.DrawFn, text: str, times: int = 2) -> str:
    """In small letters and capitals, and some of them percent-encoded, and of that some."""
    text = "".join(draw(st.sampled_from([c.lower(), c.upper()])) for c in text)
    for _ in range(draw(st.integers(0, times))):
        text = "".join(draw(st.sampled_from([c, f"%{ord(c):02x}"])) for c in text)
    return text


@st.composite
def parameters(draw: st.DrawFn, *among: str) -> str:
    """Harmless ones, and the given among them, in any order."""
    harmless = st.tuples(HARMLESS_NAMES, HARMLESS_VALUES).map("=".join)
    all_of_them = draw(st.permutations([*draw(st.lists(harmless, max_size=4)), *among]))
    first, *rest = all_of_them or [""]
    return first + "".join(draw(st.sampled_from("&;")) + each for each in rest)


@st.composite
def queries(draw: st.DrawFn, canary: str) -> str:
    secret = f"{draw(spelt(draw(SECRET_NAMES)))}={canary}"
    if draw(st.booleans()):
        secret = f"next={_encoded(draw, f'https://h.example/?{secret}')}"
    return draw(parameters(secret))


def _encoded(draw: st.DrawFn, text: str) -> str:
    for _ in range(draw(st.integers(1, 3))):
        text = quote(text, safe="")
    return text


@st.composite
def targets(draw: st.DrawFn, canary: str) -> str:
    query = draw(parameters())
    match draw(st.integers(0, 2)):
        case 0:
            return f"/ws?{draw(queries(canary))}"
        case 1:
            return f"/ws;{draw(spelt('jsessionid', 0))}={canary}?{query}"
        case _:
            user = draw(st.sampled_from(["", "user:", "user%3A"]))
            scheme = draw(st.sampled_from(["http://", "WSS://", "//", ""]))
            return f"{scheme}{user}{canary}@h.example:80/?{query}" if scheme else f"{canary}@h:80"


SECRET_FIELDS = st.sampled_from(
    ["Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-API-KEY", "x-customer"]
)
MARKERS = st.sampled_from(["bearer", "access_token", "Authorization", "jwt", "token", "x-api-key"])
OFFERED = st.lists(st.sampled_from(["chat", "v12.stomp", "graphql-ws", "x.y+json"]), max_size=2)


@st.composite
def secret_fields(draw: st.DrawFn, canary: str) -> list[tuple[str, str]]:
    match draw(st.integers(0, 4)):
        case 0:
            name = draw(spelt(draw(SECRET_FIELDS), 0))
            return [(name, draw(st.sampled_from(["", "Basic ", "a=b; c="])) + canary)]
        case 1:
            return [("Referer", f"https://h.example/?{draw(queries(canary))}")]
        case 2:
            name = draw(st.sampled_from(["Origin", "Referer"]))
            return [(name, f"https://u:{canary}@h.example")]
        case 3:
            parts = [*draw(OFFERED), draw(spelt(draw(MARKERS), 0)), canary, *draw(OFFERED)]
            separator = draw(st.sampled_from([", ", ",", " ", " ,\t", "; "]))
            cut = draw(st.integers(0, len(parts)))
            lists = [separator.join(part) for part in (parts[:cut], parts[cut:]) if part]
            return [("Sec-WebSocket-Protocol", each) for each in lists]
        case _:
            marked = draw(spelt(draw(MARKERS), 0)) + draw(st.sampled_from(".-_:|")) + canary
            parts = [*draw(OFFERED), marked, *draw(OFFERED)]
            return [("Sec-WebSocket-Protocol", ", ".join(parts))]


HARMLESS_FIELDS = st.lists(
    st.tuples(
        st.sampled_from(["Host", "Origin", "User-Agent", "X-Request-Id", "Sec-WebSocket-Key", "X"]),
        st.text(st.characters(exclude_characters="@=\n", exclude_categories=["Cs"]), max_size=9),
    ),
    max_size=4,
)


def holds(text: str, canary: str) -> bool:
    """Whether text holds a canary, however often it is encoded."""
    for _ in range(7):
        if canary.lower() in text.lower():
            return True
        text = unquote(text)
    return False


@given(CANARIES, st.data())
def test_a_canary_in_a_secrets_place_of_a_target_is_not_told(
    canary: str, data: st.DataObject
) -> None:
    text = data.draw(targets(canary))
    findings = Findings()
    assert holds(text, canary)
    assert not holds(REDACTOR.target(text, findings), canary)
    assert any(holds(secret, canary) for secret in findings.secrets)


@given(CANARIES, st.data())
def test_a_canary_in_a_secrets_place_of_the_fields_is_not_told(
    canary: str, data: st.DataObject
) -> None:
    secret, harmless = data.draw(secret_fields(canary)), data.draw(HARMLESS_FIELDS)
    place = data.draw(st.integers(0, len(harmless)))
    fields = [*harmless[:place], *secret, *harmless[place:]]
    findings = Findings()
    told = REDACTOR.fields("\n".join(part for pair in fields for part in pair), findings).split(
        "\n"
    )
    assert not any(holds(part, canary) for part in told)
    assert any(holds(each, canary) for each in findings.secrets)
    # All others are as they were.
    pairs = list(zip(told[::2], told[1::2], strict=True))
    assert pairs[:place] == harmless[:place]
    assert pairs[place + len(secret) :] == harmless[place:]
    assert told[::2] == [name for name, _ in fields]


@given(parameters(), HARMLESS_FIELDS)
def test_what_is_no_secret_comes_back_as_it_was(query: str, fields: list[tuple[str, str]]) -> None:
    findings = Findings()
    assert REDACTOR.target(f"/ws?{query}", findings) == f"/ws?{query}"
    text = "\n".join(part for pair in fields for part in pair)
    assert REDACTOR.fields(text, findings) == text
    assert findings.secrets == []


# ASCII alone makes no names, but bytes that are not UTF-8 and half-encoded ones do not raise.
ANYTHING = st.text(st.characters(exclude_characters="\n"), max_size=40)


@given(st.text("/?&;#=%@:.,\"' eyJtoken25Aa\udcff\0"), st.lists(st.tuples(ANYTHING, ANYTHING)))
def test_nothing_raises_and_no_field_is_lost(text: str, fields: list[tuple[str, str]]) -> None:
    REDACTOR.target(text, Findings())
    fields = [*fields, ("Referer", text), ("Sec-WebSocket-Protocol", text), ("x", text)]
    parts = [part for pair in fields for part in pair]
    told = REDACTOR.fields("\n".join(parts), Findings()).split("\n")
    assert told[::2] == parts[::2]


# Elsewhere


@pytest.mark.parametrize(
    ("name", "value", "quoted"),
    [
        ("X-Customer", "https://Canary.example:8443/x", "canary.example"),
        ("Authorization", "Bearer cAnary+7", "cAnary+7"),
        ("Origin", "https://user:cAnary+7@h", "cAnary+7"),
        ("Sec-WebSocket-Protocol", "chat, bearer cAnary+7", "cAnary+7"),
        ("Referer", "https://h/?token=c%41nary%2B7", "cAnary+7"),
        ("Forwarded", 'for=1.2.3.4;secret="cAnary+7"', "cAnary+7"),
    ],
)
def test_parts_of_a_secret_are_hidden_as_well(name: str, value: str, quoted: str) -> None:
    findings = Findings()
    REDACTOR.fields(f"{name}\n{value}", findings)
    assert findings.hide(f"came: {quoted}.", visible) == f"came: {redacted(quoted)}."


def test_words_that_stand_beside_secrets_stay_readable() -> None:
    findings = Findings()
    REDACTOR.fields("Authorization\nBearer cAnary+7\nCookie\ntheme=localhost; a=b", findings)
    text = "expected Bearer, from http://localhost"
    assert findings.hide(text, visible) == text
