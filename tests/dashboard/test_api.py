"""The API: the same shapes as the feed's, bounded, with mistakes answered in words."""

from typing import Any

import pytest

from tests.dashboard.conftest import Described
from tests.dashboard.described import DescribedClient as Client
from tests.peer import dial, eventually
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL


@pytest.fixture
async def client(described: Described) -> Client:
    return await described()


async def session(client: Client, messages: int, target: str = "/ws") -> None:
    assert client.port is not None
    async with dial(client.port, target) as peer:
        for number in range(messages):
            await peer.echoed(b"%d" % number)
    await eventually(lambda: not client.app[HUB].stats().open)


async def read(client: Client, **params: str | int) -> Any:
    response = await client.get("/api/events", params=params)
    assert response.status == 200
    assert response.content_type == "application/json"
    return await response.json()


async def test_connections_are_told_with_the_totals(client: Client) -> None:
    await session(client, 2, "/ws?one")
    response = await client.get("/api/connections")
    assert response.content_type == "application/json"
    told = await response.json()
    assert told.keys() == {"run", "connections", "omitted", "stats"}
    (row,) = told["connections"]
    assert (row["target"], row["state"], row["messages_in"]) == ("/ws?one", "closed", 2)
    assert row["ending"]["how"] == "end of stream"
    assert told["omitted"] == 0
    assert (told["stats"]["opened"], told["stats"]["recorded"]) == (1, 6)


async def test_events_are_told_oldest_first(client: Client) -> None:
    await session(client, 1)
    told = await read(client)
    assert told.keys() == {"cursor", "events", "forgotten", "skipped", "restarted"}
    assert [event["kind"] for event in told["events"]] == ["opened", "frame", "frame", "closed"]
    assert told["cursor"] == told["events"][-1]["cursor"]
    assert (told["forgotten"], told["skipped"], told["restarted"]) == (0, 0, False)


async def test_events_can_be_read_from_where_one_stopped(client: Client) -> None:
    await session(client, 1)
    first = await read(client)
    assert (await read(client, after=first["cursor"]))["events"] == []
    await session(client, 1)
    later = await read(client, after=first["cursor"])
    assert len(later["events"]) == 4
    assert later["events"] == (await read(client))["events"][4:]
    assert (await read(client, after="0badc0-3"))["restarted"]


async def test_events_of_one_connection_can_be_read_alone(client: Client) -> None:
    await session(client, 1)
    await session(client, 2)
    everything = await read(client)
    names = list(dict.fromkeys(event["connection"] for event in everything["events"]))
    assert len(names) == 2
    for name, count in zip(names, (4, 6), strict=True):
        told = await read(client, connection=name)
        assert {event["connection"] for event in told["events"]} == {name}
        assert len(told["events"]) == count


async def test_events_of_a_connection_that_nobody_knows_are_not_there(client: Client) -> None:
    await session(client, 1)
    for name in ("0badc0-1", "nonsense", f"{client.app[JOURNAL].run}-99"):
        for more in ({}, {"after": client.app[JOURNAL].cursor}):
            params = {"connection": name, **more}
            async with client.get("/api/events", params=params) as response:
                assert response.status == 404
                assert (await response.json())["error"].startswith("There is no such connection")
    async with client.get("/api/events", params={"connection": ""}) as response:
        assert response.status == 400
        assert await response.json() == {"error": "connection must be the id of one"}


async def test_a_connection_is_known_while_it_or_its_events_are(described: Described) -> None:
    """Its events may be forgotten first, or it."""
    client = await described(journal={"events": 1000, "connections": 1})
    await session(client, 1)
    first = (await read(client))["events"][0]["connection"]
    end = client.app[JOURNAL].cursor
    assert (await read(client, connection=first, after=end))["events"] == []
    await session(client, 1)  # now only one is remembered, but not the first
    assert client.app[HUB].find(first) is None
    assert len((await read(client, connection=first))["events"]) == 4
    assert (await read(client, connection=first, after=end))["events"] == []
    second = (await read(client))["events"][-1]["connection"]
    assert client.port is not None
    async with dial(client.port) as peer:
        for _ in range(510):
            await peer.echoed(b"x")
        assert client.app[HUB].find(second) is not None
        assert (await read(client, connection=second))["events"] == []
        async with client.get("/api/events", params={"connection": first}) as response:
            assert response.status == 404


async def test_there_is_a_limit_to_how_many_are_told_at_once(client: Client) -> None:
    await session(client, 600)
    for limit, shown in ((None, 200), (1, 1), (1000, 1000)):
        told = await read(client, **({} if limit is None else {"limit": limit}))
        assert len(told["events"]) == shown
        assert told["skipped"] == 1202 - shown
        assert told["events"][-1]["kind"] == "closed"


@pytest.mark.parametrize(
    "limit",
    ["0", "1001", "-1", "many", "", "1.5", "1_0", " 1", "\u0661", "\u00b2", "1" * 5000, "%80"],
)
async def test_a_limit_that_is_none_is_refused_in_words(client: Client, limit: str) -> None:
    response = await client.get("/api/events", params={"limit": limit})
    assert response.status == 400
    assert await response.json() == {"error": "limit must be a number from 1 to 1000"}


@pytest.mark.parametrize("cursor", ["", "here", "run-", "run-x", "<script>alert(1)</script>"])
async def test_a_cursor_that_is_none_is_refused_in_words(client: Client, cursor: str) -> None:
    response = await client.get("/api/events", params={"after": cursor})
    assert response.status == 400
    assert (await response.json())["error"].endswith("is no cursor of this journal")


async def test_a_cursor_from_beyond_the_newest_event_is_refused(client: Client) -> None:
    await session(client, 1)
    run = client.app[JOURNAL].run
    assert (await read(client, after=f"{run}-4"))["events"] == []
    for ahead in (f"{run}-5", f"{run}-4.1"):
        async with client.get("/api/events", params={"after": ahead}) as response:
            assert response.status == 400
            told = await response.json()
        assert told == {"error": f"'{ahead}' is beyond the newest event of this run"}


@pytest.mark.parametrize("path", ["/api/connections", "/api/events"])
async def test_pages_of_other_origins_are_refused(client: Client, path: str) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = await client.get(path, headers=headers)
        assert response.status == 403
    own = {"Origin": f"http://127.0.0.1:{client.port}", "Sec-Fetch-Site": "same-origin"}
    assert (await client.get(path, headers=own)).status == 200


async def test_whoever_follows_a_cursor_gets_everything_page_by_page(client: Client) -> None:
    await session(client, 20)
    whole = await read(client, limit=1000)
    run = whole["cursor"].partition("-")[0]
    events, cursor = [], f"{run}-0"
    while True:
        page = await read(client, after=cursor, limit=7)
        assert (page["skipped"], page["forgotten"]) == (0, 0)
        if not page["events"]:
            break
        events += page["events"]
        cursor = page["cursor"]
    assert events == whole["events"]
    assert cursor == whole["cursor"]


async def test_one_connection_can_be_followed(client: Client) -> None:
    await session(client, 3)
    await session(client, 3)
    whole = await read(client)
    name = whole["events"][-1]["connection"]
    run = name.partition("-")[0]
    first = await read(client, after=f"{run}-0", connection=name, limit=1)
    assert [event["kind"] for event in first["events"]] == ["opened"]
    rest = await read(client, after=first["cursor"], connection=name)
    assert len(first["events"] + rest["events"]) == len(whole["events"]) / 2


async def test_a_connection_is_told_with_its_handshake_open_or_ended(client: Client) -> None:
    assert client.port is not None
    async with dial(client.port, "/ws?mine") as peer:
        await peer.echoed(b"x")
        rows = (await (await client.get("/api/connections")).json())["connections"]
        name = rows[0]["id"]
        told = await (await client.get(f"/api/connections/{name}")).json()
        assert told["connection"]["state"] == "open"
        assert told["began"]["kind"] == "opened"
        assert told["began"]["request"]["line"] == "GET /ws?mine HTTP/1.1"
    await eventually(lambda: not client.app[HUB].stats().open)
    told = await (await client.get(f"/api/connections/{name}")).json()
    assert told["connection"]["state"] == "closed"
    assert told["began"]["response"]["line"].startswith("HTTP/1.1 101")


async def test_a_connection_of_another_run_is_not_found_in_words(client: Client) -> None:
    response = await client.get("/api/connections/000000-1")
    assert response.status == 404
    assert "earlier run" in (await response.json())["error"]


async def test_a_connection_is_told_with_its_round_trips_open_or_ended(client: Client) -> None:
    assert client.port is not None
    async with dial(client.port) as peer:
        name = (await (await client.get("/api/connections")).json())["connections"][0]["id"]
        stream = client.app[HUB].stream(name)
        assert stream is not None
        for _ in range(2):
            stream.ping()
            _, payload = await peer.receive()
            peer.send(0xA, payload)
        await peer.echoed(b"by now")
        told = await (await client.get(f"/api/connections/{name}")).json()
        first, last = told["round_trips"]
        assert first["time"] <= last["time"]
        row = told["connection"]
        assert (row["round_trip_at"], row["round_trip"]) == (last["time"], last["round_trip"])
        assert told["ending"] is None
        assert row["quiet_since"] >= last["time"]
    await eventually(lambda: not client.app[HUB].stats().open)
    after = await (await client.get(f"/api/connections/{name}")).json()
    assert after["round_trips"] == told["round_trips"]
    assert after["connection"]["ending"]["quiet"] >= 0
    assert "without a close frame" in after["ending"]["sentence"]


async def test_a_refused_attempt_is_told_with_its_refusal(client: Client) -> None:
    assert client.port is not None
    async with dial(client.port, "/ws", ("Origin", "https://evil.example")):
        pass
    rows = (await (await client.get("/api/connections")).json())["connections"]
    told = await (await client.get(f"/api/connections/{rows[0]['id']}")).json()
    assert told["began"]["refusal"]["check"] == "origin"
    assert (told["round_trips"], told["ending"]) == ([], None)


async def test_what_is_not_there_is_told_as_an_error_of_the_api(client: Client) -> None:
    for path in ("/api/", "/api/nothing", "/api/connections/a/b", "/api/events/"):
        response = await client.get(path)
        assert response.status == 404
        assert "/api/openapi.json" in (await response.json())["error"]
    for path, allowed in (
        ("/api/connections/000000-1/ping", "POST"),
        ("/api/broadcast", "POST"),
    ):
        response = await client.get(path)
        assert (response.status, response.headers["Allow"]) == (405, allowed)
        assert await response.json() == {"error": f"This path does not take GET, only {allowed}."}
    response = await client.put("/api/events")
    assert response.status == 405
    assert await response.json() == {"error": "This path does not take PUT, only GET or HEAD."}
    assert (await client.get("/nothing")).content_type == "text/plain"


async def test_whoever_is_not_let_in_is_told_as_an_error_of_the_api(described: Described) -> None:
    client = await described(access={"token": "a-token-for-these-tests"})
    for headers, status in (
        ({}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
    ):
        response = await client.get("/api/events", headers=headers)
        assert response.status == status
        told = await response.json()
        assert told["error"] == told["reason"]
    async with client.get("/api/events", headers={"Accept": "text/html"}) as page:
        assert (page.status, page.content_type) == (401, "text/html")
