"""Who may ask: names, origins, keys and sizes, in front of an application that answers all."""

import asyncio
import string
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from lsp_server.host.guard import LOOPBACK_NAMES, MAX_BODY, Door, Guard

Header = tuple[str, str]
PREFLIGHT = (("access-control-request-method", "POST"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` in lower case."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def is_let_in(self) -> bool:
        return self.body == "in"


def ask(
    door: Door, headers: Sequence[Header], method: str = "POST", version: str = "1.1"
) -> Answer:
    """One request that came in at 192.168.1.5, port 8080."""
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope: Scope = {
        "type": "http",
        "method": method,
        "http_version": version,
        "path": "/",
        "headers": encoded,
        "server": ("192.168.1.5", 8080),
    }
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    async def receive() -> Message:
        raise AssertionError("the guard reads no body")

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Guard(app, door)(scope, receive, send))
    told = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, sent[1]["body"].decode())


LOCAL = Door(hosts=LOOPBACK_NAMES)
OPEN = Door(hosts=LOOPBACK_NAMES, origins=frozenset({"https://notes.example"}))
ANYONE = Door(key="k", hosts=LOOPBACK_NAMES, origins=frozenset({"*"}))
LOCKED = Door(key="secret", hosts=LOOPBACK_NAMES)
HERE = ("host", "localhost:8080")


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "192.168.1.5:80"]
)
def test_our_own_names_are_let_in(host: str) -> None:
    assert ask(LOCAL, [("host", host)]).is_let_in


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example:8080",
        "localhost@evil.example",
        "localhost:8080.evil.example",
        "localhost evil.example",
        "localhost,evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "[::1",
        "::1",
        "localhost:x",
    ],
)
def test_a_name_that_is_not_ours_is_refused(host: str) -> None:
    answer = ask(LOCAL, [("host", host)])
    assert answer.status == 403 and "--allow-host" in answer.body


def test_a_request_without_a_host_is_refused() -> None:
    assert ask(LOCAL, [], version="1.0").status == 403


@given(st.text(string.ascii_letters + string.digits + ".-:[]@/ %_,#?", max_size=30))
def test_no_other_text_is_a_name_of_ours(host: str) -> None:
    name = host.lower().rpartition(":")[0] if host[-1:].isdigit() and ":" in host else host.lower()
    ours = LOOPBACK_NAMES | {"192.168.1.5"}
    if name.removesuffix(":") not in ours and host.lower() not in ours:
        assert ask(LOCAL, [("host", host)]).status == 403


def test_where_no_browser_can_connect_any_name_will_do() -> None:
    assert ask(Door(), [("host", "evil.example"), ("origin", "https://evil.example")]).is_let_in


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://localhost:8080"])
def test_our_own_page_may_ask(origin: str) -> None:
    answer = ask(LOCAL, [HERE, ("origin", origin)])
    assert answer.is_let_in
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("host", "origin"),
    [("localhost", "http://localhost:80"), ("localhost:443", "https://localhost")],
)
def test_a_port_that_goes_without_saying_is_the_same(host: str, origin: str) -> None:
    assert ask(LOCAL, [("host", host), ("origin", origin)]).is_let_in


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "*",
        "https://evil.example",
        "http://localhost",
        "http://localhost:8081",
        "file://localhost:8080",
        "http://localhost:8080.evil.example",
        "http://evil.example@localhost:8080",
        "http://127.0.0.1:8080",
    ],
)
def test_a_foreign_page_is_refused(origin: str) -> None:
    answer = ask(LOCAL, [HERE, ("origin", origin)])
    assert answer.status == 403 and "--allow-origin" in answer.body
    assert "access-control-allow-origin" not in answer.headers


def test_a_second_origin_does_not_slip_in_behind_the_first() -> None:
    both = [HERE, ("origin", "http://localhost:8080"), ("origin", "https://evil.example")]
    assert ask(LOCAL, both).status == 403


def test_an_allowed_page_is_told_that_it_may_read_the_answer() -> None:
    answer = ask(OPEN, [HERE, ("origin", "https://notes.example")])
    assert answer.is_let_in
    assert answer.headers["access-control-allow-origin"] == "https://notes.example"
    assert answer.headers["vary"].lower() == "origin"
    assert "access-control-allow-credentials" not in answer.headers


def test_any_page_is_answered_with_a_star_and_never_with_credentials() -> None:
    key = ("authorization", "Bearer k")
    answer = ask(ANYONE, [HERE, ("origin", "https://some.example"), key])
    assert answer.is_let_in
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_of_an_allowed_page_needs_no_key_and_lets_nothing_in() -> None:
    wanted = ("access-control-request-headers", "authorization, x-stainless-lang")
    headers = [HERE, ("origin", "https://some.example"), wanted, *PREFLIGHT]
    answer = ask(ANYONE, headers, "OPTIONS")
    assert (answer.status, answer.body) == (204, "")
    assert answer.headers["access-control-allow-headers"] == wanted[1]
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_a_preflight_of_a_foreign_page_is_refused() -> None:
    headers = [HERE, ("origin", "https://evil.example"), *PREFLIGHT]
    assert ask(OPEN, headers, "OPTIONS").status == 403


def test_options_without_a_page_s_question_pass_no_lock() -> None:
    assert ask(LOCKED, [HERE], "OPTIONS").status == 401
    assert ask(LOCKED, [HERE, *PREFLIGHT], "OPTIONS").status == 401


@pytest.mark.parametrize(
    "given", ["", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secret ", "bearer é"]
)
def test_a_wrong_key_is_refused(given: str) -> None:
    answer = ask(LOCKED, [HERE, ("authorization", given)])
    assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer"


def test_the_right_key_is_let_in() -> None:
    assert ask(LOCKED, [HERE, ("authorization", "Bearer secret")]).is_let_in


def test_a_name_is_looked_at_before_the_key() -> None:
    right = ("authorization", "Bearer secret")
    assert ask(LOCKED, [("host", "evil.example"), right]).status == 403


def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    assert ask(LOCAL, [HERE, ("content-length", str(MAX_BODY))]).is_let_in
    assert ask(LOCAL, [HERE, ("content-length", str(MAX_BODY + 1))]).status == 413


def test_a_length_told_in_two_ways_is_refused_and_the_connection_closed() -> None:
    both = [HERE, ("content-length", "4"), ("transfer-encoding", "chunked")]
    answer = ask(LOCAL, both)
    assert answer.status == 400 and answer.headers["connection"] == "close"
    assert ask(LOCAL, [HERE, ("transfer-encoding", "chunked")]).is_let_in
    assert ask(LOCAL, [HERE, ("transfer-encoding", "chunked")], version="1.0").status == 400
