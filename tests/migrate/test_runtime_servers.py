"""What shows only under a real server: many clients at once, slow ones, and ones that leave."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from lsp_server.migrate.runtime.app import App
from lsp_server.migrate.runtime.context import g, request
from lsp_server.migrate.runtime.response import Response

NO_BODY = {"type": "http.request"}


class Client:
    """One request of a server; `received` are the messages after the head of the request."""

    def __init__(
        self,
        path: str,
        method: str = "GET",
        headers: Any = (),
        received: Sequence[Message] = (),
    ) -> None:
        self.scope = {
            **{"type": "http", "method": method, "path": path, "query_string": b""},
            "headers": list(headers),
            "client": ("127.0.0.1", 50001),
        }
        self.received = list(received)
        self.sent: list[Message] = []
        self.has_more = asyncio.Event()

    async def receive(self) -> Message:
        while not self.received:
            await asyncio.sleep(0.005)
        return self.received.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def ask(self, app: App) -> str:
        await asyncio.wait_for(app(self.scope, self.receive, self.send), 10)
        return b"".join(message.get("body", b"") for message in self.sent).decode()


@pytest.fixture
def no_test_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that no test runner started, as a server's."""
    monkeypatch.delitem(sys.modules, "pytest")


@pytest.mark.usefixtures("no_test_run")
def test_a_context_that_is_held_around_the_server_is_not_shared_by_requests() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> str:
        g.n = g.get("n", 0) + 1
        return str(g.n)

    async def ask() -> list[str]:
        return [await Client("/").ask(app) for _ in range(2)]

    with app.app_context():
        g.n = 5
        assert asyncio.run(ask()) == ["1", "1"]
        assert app.test_client().get("/").text == "6"


def test_what_a_test_put_into_the_context_it_holds_is_used_in_its_own_thread() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> str:
        return str(g.connection.execute("SELECT 5").fetchone()[0])

    with app.app_context(), closing(sqlite3.connect(":memory:")) as g.connection:
        assert asyncio.run(Client("/", received=[NO_BODY]).ask(app)) == "5"
        assert app.test_client().get("/").text == "5"


def test_a_test_holds_its_context_around_requests_though_the_app_does_not_know_of_tests() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> str:
        return str(g.get("n"))

    with app.app_context():
        g.n = 5
        assert asyncio.run(Client("/", received=[NO_BODY]).ask(app)) == "5"


def test_an_async_view_that_blocks_keeps_nobody_waiting() -> None:
    app = App(__name__)
    together = threading.Barrier(3, timeout=5)

    @app.get("/")
    async def index() -> str:
        await asyncio.sleep(0)
        together.wait()
        return request.path

    async def ask() -> list[str]:
        return await asyncio.gather(*(Client("/").ask(app) for _ in range(3)))

    assert asyncio.run(ask()) == ["/"] * 3


def test_streams_keep_no_request_from_being_answered() -> None:
    app = App(__name__)
    app.request_threads = 2
    over = threading.Event()

    @app.get("/stream")
    def stream() -> Any:
        yield "begun"
        over.wait(10)
        yield "over"

    @app.get("/")
    def index() -> str:
        return "plain"

    async def ask() -> list[str]:
        streams = [asyncio.create_task(Client("/stream").ask(app)) for _ in range(3)]
        plain = await Client("/").ask(app)
        over.set()
        return [plain, *await asyncio.gather(*streams)]

    assert asyncio.run(ask()) == ["plain", *["begunover"] * 3]


def test_an_answer_is_closed_in_its_thread_if_the_server_does_not_take_it() -> None:
    app = App(__name__)
    closed: list[int] = []

    @app.get("/")
    def index() -> Any:
        thread = threading.get_ident()
        response = Response(iter(["a", "b"]))
        response.call_on_close(lambda: closed.append(threading.get_ident() - thread))
        return response

    class Refusing(Client):
        async def send(self, message: Message) -> None:
            raise OSError("too much data")

    async def ask() -> None:
        with pytest.raises(OSError, match="too much"):
            await Refusing("/").ask(app)
        assert closed == [0]

    asyncio.run(ask())


def test_a_body_that_the_client_did_not_finish_is_no_whole_one() -> None:
    app = App(__name__)
    read: list[Any] = []

    @app.post("/")
    def index() -> str:
        read.append(request.get_data())
        return ""

    async def ask() -> Client:
        client = Client("/", "POST", [(b"transfer-encoding", b"chunked")])
        client.received = [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]
        await client.ask(app)
        return client

    assert asyncio.run(ask()).sent[0]["status"] == 500
    assert read == []


LENGTHS: list[tuple[Callable[[], Response], list[tuple[bytes, bool]]]] = [
    (lambda: Response("plain"), [(b"plain", False)]),
    (lambda: Response(""), [(b"", False)]),
    (lambda: Response(iter(["a", "", "b"])), [(b"a", True), (b"b", True), (b"", False)]),
    (lambda: Response(["a", "b"], headers={"Content-Length": "2"}), [(b"a", True), (b"b", False)]),
    (lambda: Response(["too much"], headers={"Content-Length": "3"}), [(b"too", False)]),
    (lambda: Response(["few"], headers={"Content-Length": "9"}), [(b"few", True), (b"", False)]),
    (lambda: Response(iter(["", "late"])), [(b"", True), (b"late", True), (b"", False)]),
]


@pytest.mark.parametrize(("made", "bodies"), LENGTHS)
def test_an_answer_is_over_with_the_last_byte_that_it_told_of(
    made: Callable[[], Response], bodies: list[tuple[bytes, bool]]
) -> None:
    app = App(__name__)
    app.get("/")(made)
    client = Client("/")
    asyncio.run(client.ask(app))
    assert [(each["body"], each["more_body"]) for each in client.sent[1:]] == bodies


def test_headers_are_sent_without_space_around_them() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> Response:
        return Response("", headers={"X-A": " a b ", "X-Empty": " "})

    client = Client("/")
    asyncio.run(client.ask(app))
    headers = dict(client.sent[0]["headers"])
    assert (headers[b"x-a"], headers[b"x-empty"]) == (b"a b", b"")


def test_the_environment_tells_the_clients_port() -> None:
    app = App(__name__)

    @app.get("/")
    def index() -> str:
        return f"{request.environ['REMOTE_PORT']}"

    assert asyncio.run(Client("/").ask(app)) == "50001"


@pytest.mark.parametrize(("asked", "n_sent"), [(None, 600_000), (b"bytes=10-399999", 399_990)])
def test_large_files_are_sent_in_few_pieces(
    tmp_path: Path, asked: bytes | None, n_sent: int
) -> None:
    (tmp_path / "large.bin").write_bytes(b"x" * 600_000)
    app = App(__name__, static_folder=tmp_path, static_url_path="/files")
    client = Client("/files/large.bin", headers=[(b"range", asked)] if asked else ())
    assert len(asyncio.run(client.ask(app))) == n_sent
    assert len(client.sent) <= 5
