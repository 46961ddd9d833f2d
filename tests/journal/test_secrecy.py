"""Names of secrets, and what is random: told from names that only look like them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.journal.secrecy import credentials, is_literal, is_random, is_secret_name, redacted

SECRET_NAMES = """
    Authorization Proxy-Authorization Cookie Set-Cookie X-Api-Key x_api_key apikey APIKey apiKey
    ApiKeys access_token accessToken AccessToken ACCESS_TOKEN a.token token2 tokens id-token
    refreshtoken authtoken X-Auth X-Auth-Token auth oauth_signature Authentication password
    userPassword user_password passwd pwd pass passphrase old-pass secret clientSecret client_secret
    clientsecret key keys AWSAccessKeyId accesskey X-Amz-Signature X-Amz-Credential
    X-Amz-Security-Token credentials sid connect.sid session session_id sessionId JSESSIONID
    jsessionid PHPSESSID ASP.NET_SessionId jwt X-JWT-Assertion sig Signature hmac csrf X-CSRF-Token
    csrfmiddlewaretoken xsrf X-XSRF-TOKEN bearer otp totp ticket tickets user[token] to%6Ben_token
    userAuth oldPwd streamKey loginOTP sharePass roomTicket pw passcode user-pin tok userpass
    userpwd mypass dbpasswd appkey streamkey deploykey X-Privkey APIkeys max_token token_types_key
"""

OTHER_NAMES = """
    Host Origin Referer User-Agent Upgrade Connection Pragma Cache-Control Keep-Alive Accept
    Accept-Encoding Sec-WebSocket-Key sec-websocket-key Sec-WebSocket-Key1 Sec-WebSocket-Accept
    Sec-WebSocket-Version Sec-WebSocket-Extensions Sec-WebSocket-Protocol Sec-Fetch-Site
    Access-Control-Allow-Credentials Access-Control-Request-Headers WWW-Authenticate
    Content-Security-Policy X-Forwarded-For X-Request-Id Forwarded Via Date Content-Type
    author authority keyword keyboard monkey turnkey_ side sidebar inside signal design assign
    passenger compass bypass ticker topology hotplug room user name id page limit after try lang
    state code nonce assessment obsess keynote pwdx x y 1 _ -
    turkey primaryKey primary_key Idempotency-Key hotkey hotKey publicKey max_tokens maxTokens
    MAX_TOKENS max_output_tokens X-Amz-Signature-Version signature_version session_timeout
    token_type tokenType overpass pinned pwm stoke
"""


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_the_name_of_a_secret_is_known_however_its_words_are_joined(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", OTHER_NAMES.split())
def test_other_names_are_no_secret(name: str) -> None:
    assert not is_secret_name(name)


@given(st.sampled_from(["access_token", "X-Api-Key", "client.secret", "SID", "x-auth"]), st.data())
def test_capitals_do_not_hide_the_name_of_a_secret(name: str, data: st.DataObject) -> None:
    capitals = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    spelt = "".join(c.upper() if up else c.lower() for c, up in zip(name, capitals, strict=True))
    assert is_secret_name(spelt)


def test_a_long_name_is_looked_at_as_well() -> None:
    assert is_secret_name("x-" * 100 + "token")
    assert not is_secret_name("x-" * 100)


@pytest.mark.parametrize(
    "value",
    [
        "",
        *("null", "undefined", "None", "nil", "TRUE", "false", "NaN", '"null"'),
        *("[object Object]", "%5Bobject%20Object%5D", "[object+Object]"),
        *("Bearer null", "bearer+undefined"),
    ],
)
def test_what_stands_for_no_secret_is_none(value: str) -> None:
    assert is_literal(value)


@pytest.mark.parametrize("value", ["nulls", "0", "x null", "null,1", "object Object", "null" * 99])
def test_what_only_looks_like_that_may_be_a_secret(value: str) -> None:
    assert not is_literal(value)


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer abc", "abc"),
        ('"bearer  abc"', "abc"),
        ("Bearer+abc", "abc"),
        ("Bearer%20abc", "abc"),
        ("x, Bearer abcdefghijk1", "abcdefghijk1"),
        ("Basic dTpw", "dTpw"),
        ("is Basic dXNlcjpwYXNz==", "dXNlcjpwYXNz=="),
    ],
)
def test_credentials_are_known_by_their_scheme(value: str, token: str) -> None:
    assert [value[start:end] for start, end in credentials(value)] == [token]


@pytest.mark.parametrize(
    "value",
    [
        "Bearer null",
        "Bearer",
        'Bearer realm="Echoscope"',
        "Basic realm=x",
        "Basic auth",
        "the bearer of bad news",
        "x-bearer abcdefghijk1",
    ],
)
def test_other_words_behind_a_scheme_are_no_credentials(value: str) -> None:
    assert credentials(value) == []


# Of each as a program makes them, and of 16 characters or more.
RANDOM = """
    9f86d081884c7d65 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    123e4567-e89b-12d3-a456-426614174000 01ARZ3NDEKTSV4RRFFQ69G5FAV 507f1f77bcf86cd799439011
    demo-key-T3Xy9LkQv2Zr8WmN4bHc7DfG V1StGXR8_Z5jdHi6B-myT dGhpcyBpcyBhIHNlY3JldA
    4RZ7Q2XW9BT3LM5KC8VN 4111111111111111 mfzwizltoq4tsnzqgq2tmnjv qpwoeirutyalskdjfhgz
"""

# Of the registry of IANA, and of programs; what is known by name is known for its place, and has to
# pass here, too.
NAMES = """
    MBWS.huawei.com MBLWS.huawei.com soap wamp v10.stomp v11.stomp v12.stomp ocpp1.2 ocpp1.5
    ocpp1.6 OCPP1.6 ocpp2.0 ocpp2.0.1 ocpp2.1 rfb sip
    notificationchannel-netapi-rest.openmobilealliance.org wpcp amqp mqtt mqttv3.1 jsflow rwpcp xmpp
    ship mielecloudconnect v10.pcp.sap.com msrp v1.saltyrtc.org TLCP-2.0.0.lightstreamer.com bfcp
    sldp.softvelum.com opcua+uacp opcua+uajson v1.swindon-lattice+json v1.usp mles-websocket coap
    TLCP-2.1.0.lightstreamer.com sqlnet.oracle.com oneM2M.R2.0.json oneM2M.R2.0.xml oneM2M.R2.0.cbor
    transit 2016.serverpush.dash.mpeg.org 2018.mmt.mpeg.org clue webrtc.softvelum.com cobra.v2.json
    drp hub.bsc.bacnet.org dc.bsc.bacnet.org jmap t140 done TLCP-2.2.0.lightstreamer.com
    collection-update text.ircv3.net binary.ircv3.net chat superchat echo-protocol graphql-ws
    graphql-transport-ws subscriptions-transport-ws WAMP.2.json wamp.2.msgpack wamp.2.json.batched
    vnd.example.v2+json actioncable-v1-json actioncable-unsupported v5.channel.k8s.io
    base64.binary.k8s.io json.reliable.webpubsub.azure.v1 openai-beta.realtime-v1 vite-hmr
    janus-protocol lws-minimal-proxy dumb-increment-protocol ws+meta.nchan com.example.chat.v2024-01
    ThisIsACamelCaseProtocolName2 my-very-long-subprotocol-name-with-many-words-v10
    kurento-jsonrpc-2.0 h264-aac-mp4-v2 trading.fix44.json.v3 jsonrpc2.0-over-websocket-transport
    iso15118-20 com.microsoft.xbox.live.rta.v2 mcp-2025-06-18 protobuf-v3.21.12-lite
    '`|~!#$%&'*+-.^_ __proto__ constructor
"""


@pytest.mark.parametrize("text", RANDOM.split())
def test_what_a_program_drew_is_random(text: str) -> None:
    assert is_random(text)


@pytest.mark.parametrize("text", NAMES.split())
def test_what_somebody_thought_of_is_not(text: str) -> None:
    assert not is_random(text)


@pytest.mark.parametrize(
    ("alphabet", "length", "share"),
    [
        ("0123456789abcdef", 16, 0.9),
        ("0123456789abcdef", 32, 1.0),
        ("abcdefghijklmnopqrstuvwxyz234567", 32, 1.0),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16, 0.9),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32, 1.0),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 20, 0.85),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 43, 0.99),
    ],
)
def test_most_random_texts_are_found(alphabet: str, length: int, share: float) -> None:
    """The figures that the documentation gives, of 2,000 texts each."""
    # The same ones each time: a test that fails once in a while is none.
    drawn = Random(f"{alphabet} {length}")
    texts = ["".join(drawn.choices(alphabet, k=length)) for _ in range(2000)]
    assert sum(map(is_random, texts)) >= share * len(texts)


def test_what_is_told_of_a_secret_is_its_length() -> None:
    assert redacted("hunter2") == "(redacted, 7 characters)"
