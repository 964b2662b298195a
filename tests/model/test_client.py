"""The client against a real HTTP server that sends good, bad and broken replies."""

import asyncio
from pathlib import Path

import pytest

from lsp_server.errors import HostFailed, PromptTooLong, SettingsError
from lsp_server.model.client import HttpModel
from lsp_server.model.endpoint import BaseUrl, UnixSocket, base_url
from lsp_server.model.protocol import Chunk, Ended, Event, Reading
from lsp_server.prompt import Prompt, Sampling
from tests.model.http_server import (
    DONE,
    Handler,
    Request,
    Send,
    answer,
    delta,
    event,
    head,
    on_loopback,
    on_socket,
)

PROMPT = Prompt("Be brief.", "Explain 天 \u2028 this.")


def sending(*pieces: bytes) -> Handler:
    async def handler(_request: Request, send: Send) -> None:
        for piece in pieces:
            await send(piece)

    return handler


async def ask(model: HttpModel, prompt: Prompt = PROMPT) -> list[Event]:
    return [each async for each in model.reply(prompt, Sampling())]


async def reply_of(socket: Path, *pieces: bytes) -> list[Event]:
    async with on_socket(socket, sending(*pieces)):
        return await ask(HttpModel(UnixSocket(socket), 8192))


async def failure_of(socket: Path, *pieces: bytes) -> str:
    with pytest.raises(HostFailed) as caught:
        await reply_of(socket, *pieces)
    return str(caught.value)


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "s"


async def test_a_reply_is_chunks_and_then_its_end(socket: Path) -> None:
    timings = {
        "cache_n": 7, "prompt_n": 3, "predicted_n": 2,
        "prompt_per_second": 59.5, "predicted_per_second": 10.9,
    }  # fmt: skip
    events = await reply_of(
        socket,
        head(),
        event({"choices": [], "prompt_progress": {"total": 10, "cache": 7, "processed": 8}}),
        delta("天\u2028"),
        delta("b"),
        delta("", "stop"),
        event({"choices": [], "timings": timings}),
        DONE,
    )
    assert events == [
        Reading(1, 3),
        Chunk("天\u2028", 1),
        Chunk("b", 2),
        Ended("stop", 10, 7, 2, 59.5, 10.9),
    ]


async def test_the_usage_is_taken_where_there_are_no_timings(socket: Path) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": None}
    events = await reply_of(
        socket, head(), delta("a"), delta("b", "length"), event({"choices": [], "usage": usage})
    )
    end = events[-1]
    assert isinstance(end, Ended)
    assert (end.reason, end.n_prompt, end.n_reply) == ("length", 9, 4)
    assert end.decode_rate > 0


async def test_what_the_model_thinks_is_not_in_the_reply(socket: Path) -> None:
    thought = event({"choices": [{"delta": {"reasoning_content": "hm"}}]})
    events = await reply_of(socket, head(), thought, delta("a", "stop"), DONE)
    assert [each.text for each in events if isinstance(each, Chunk)] == ["a"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_a_reply_is_the_same_at_every_chunk_size(socket: Path, size: int) -> None:
    stream = delta("天") + b": still here\r\n\r\n" + delta("a\u2028b") + delta("", "stop") + DONE
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    events = await reply_of(socket, head(), *pieces)
    assert [each.text for each in events if isinstance(each, Chunk)] == ["天", "a\u2028b"]
    assert isinstance(events[-1], Ended)


async def test_a_stream_without_a_finish_reason_is_never_a_success(socket: Path) -> None:
    assert "stopped in the middle" in await failure_of(socket, head(), delta("a"), DONE)
    assert "stopped in the middle" in await failure_of(socket, head(), delta("a"))


async def test_a_reply_that_the_server_withholds_is_a_failure(socket: Path) -> None:
    said = await failure_of(socket, head(), delta("a"), delta("", "content_filter"), DONE)
    assert "content_filter" in said


async def test_an_error_in_mid_stream_is_a_failure_with_its_words(socket: Path) -> None:
    error = event({"error": {"message": "Out of memory.", "type": "server_error", "code": None}})
    said = await failure_of(socket, head(), delta("a"), error)
    assert "Out of memory" in said
    assert "middle of the reply" in said


async def test_bytes_that_are_no_chat_completion_are_a_failure(socket: Path) -> None:
    assert "does not speak" in await failure_of(socket, head(), b"data: {oops\n\n")
    assert "does not speak" in await failure_of(socket, head(), b"data: [1]\n\n")


async def test_a_connection_that_breaks_in_mid_reply_is_a_failure(socket: Path) -> None:
    chunked = head(more="Transfer-Encoding: chunked\r\n") + b"%x\r\n" % len(delta("a"))
    said = await failure_of(socket, chunked, delta("a") + b"\r\n")
    assert said == "The connection to the model host broke in the middle of the reply; ask again."


async def test_nobody_listening_is_a_failure_that_says_so(socket: Path) -> None:
    with pytest.raises(HostFailed, match="No connection to the model host"):
        await ask(HttpModel(UnixSocket(socket), 8192))


async def test_a_server_that_says_nothing_is_given_up(socket: Path) -> None:
    async def silent(_request: Request, send: Send) -> None:
        await send(head() + delta("a"))
        await asyncio.Event().wait()

    async with on_socket(socket, silent):
        with pytest.raises(HostFailed, match="Nothing has come"):
            await ask(HttpModel(UnixSocket(socket), 8192, stall_seconds=0.05))


async def test_closing_the_reply_closes_the_connection_at_once(socket: Path) -> None:
    async def endless(_request: Request, send: Send) -> None:
        await send(head())
        while True:
            await send(delta("a"))
            await asyncio.sleep(0)

    async with on_socket(socket, endless) as server:
        events = HttpModel(UnixSocket(socket), 8192).reply(PROMPT, Sampling())
        assert isinstance(await anext(events), Chunk)
        await events.aclose()
        await asyncio.wait_for(server.closed.wait(), 1)


async def test_cancelling_the_reader_closes_the_connection_at_once(socket: Path) -> None:
    async def silent(_request: Request, send: Send) -> None:
        await send(head())
        await asyncio.Event().wait()

    async with on_socket(socket, silent) as server:
        task = asyncio.create_task(ask(HttpModel(UnixSocket(socket), 8192)))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.closed.wait(), 1)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "context_length_exceeded", "message": "too long"},
        {"code": 400, "type": "exceed_context_size_error", "message": "too long"},
        {"code": 400, "message": "This model's maximum context length is 8192 tokens"},
    ],
)
async def test_a_prompt_that_is_too_long_is_told_apart(
    socket: Path, error: dict[str, object]
) -> None:
    error = {**error, "n_prompt_tokens": 9000, "n_ctx": 8192}
    with pytest.raises(PromptTooLong, match=r"9,000 tokens .* 8,192"):
        await reply_of(socket, answer(400, {"error": error}))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (302, "another address"),
        (401, "api_key_file"),
        (403, "does not allow"),
        (404, "base_url"),
        (429, "wait a little"),
        (500, "answered 500"),
        (503, "still loading"),
    ],
)
async def test_each_refusal_says_what_to_do(socket: Path, status: int, sentence: str) -> None:
    said = await failure_of(socket, answer(status, {"error": {"message": "No.\n Way"}}))
    assert sentence in said
    assert status == 302 or "No. Way" in said


async def test_a_refused_extension_is_left_out_from_then_on() -> None:
    async def strict(request: Request, send: Send) -> None:
        if request.method == "GET":
            await send(answer(200, {"data": [{"id": "served"}]}))
        elif "prediction" in request.body:
            await send(answer(422, {"detail": [{"loc": ["body", "prediction"]}]}))
        else:
            await send(head() + delta("a", "stop") + DONE)

    async with on_loopback(strict) as server:
        model = HttpModel(base_url(server.url), 8192)
        for _ in range(2):
            await ask(model, Prompt("", "x", prediction="y"))
        bodies = [request.body for request in server.requests if request.method == "POST"]
        assert ["prediction" in body for body in bodies] == [True, False, False]
        assert all("return_progress" in body for body in bodies)
        assert {body["model"] for body in bodies} == {"served"}


async def test_all_extensions_are_left_out_when_the_refusal_names_none() -> None:
    async def strict(request: Request, send: Send) -> None:
        bad = "cache_prompt" in request.body
        await send(answer(400, {"error": "Bad"}) if bad else head() + delta("a", "stop") + DONE)

    async with on_loopback(strict) as server:
        await ask(HttpModel(base_url(server.url), 8192, "m"))
        assert "return_progress" not in server.requests[-1].body
        assert len(server.requests) == 2


async def test_a_request_that_stays_refused_fails_with_the_servers_words() -> None:
    async with on_loopback(sending(answer(400, {"error": {"message": "no such model"}}))) as server:
        with pytest.raises(HostFailed, match="no such model"):
            await ask(HttpModel(base_url(server.url), 8192, "m"))
        assert len(server.requests) == 2


async def test_the_key_of_the_file_is_sent_and_never_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sesame\n")
    async with on_loopback(sending(answer(401, {"error": {"message": "bad key"}}))) as server:
        with pytest.raises(HostFailed) as caught:
            await ask(HttpModel(base_url(server.url, tmp_path / "key"), 8192, "m"))
        assert server.requests[0].headers["authorization"] == "Bearer sesame"
        assert "sesame" not in str(caught.value)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with on_loopback(sending(head() + delta("a", "stop") + DONE)) as server:
        assert len(await ask(HttpModel(base_url(server.url), 8192, "m"))) == 2


async def test_half_a_surrogate_pair_in_the_prompt_breaks_nothing(socket: Path) -> None:
    async with on_socket(socket, sending(head() + delta("a", "stop") + DONE)):
        await ask(HttpModel(UnixSocket(socket), 8192), Prompt("", "a\ud800b"))


async def test_the_whole_sampling_is_sent(socket: Path) -> None:
    async with on_socket(socket, sending(head() + delta("a", "stop") + DONE)) as server:
        sampling = Sampling(0.8, 0.9, 100, ("\n\n",), 7)
        async for _ in HttpModel(UnixSocket(socket), 8192).reply(PROMPT, sampling):
            pass
        body = server.requests[0].body
        names = ("temperature", "top_p", "max_tokens", "stop", "seed")
        assert [body[name] for name in names] == [0.8, 0.9, 100, ["\n\n"], 7]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("http://h/v1/", "http://h/v1"),
        (" https://h/api/v3 ", "https://h/api/v3"),
    ],
)
def test_a_base_url_is_taken_as_users_write_it(written: str, url: str) -> None:
    assert base_url(written) == BaseUrl(url)


@pytest.mark.parametrize("written", ["", "localhost:8080", "ftp://h", "http://", "http://h:x"])
def test_a_base_url_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match="base URL"):
        base_url(written)


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        base_url("http://h", tmp_path / "nowhere")
    (tmp_path / "empty").write_text("")
    with pytest.raises(SettingsError, match="the key alone"):
        base_url("http://h", tmp_path / "empty")


def test_a_password_in_the_url_is_never_told() -> None:
    assert BaseUrl("http://me:secret@h/v1").name == "http://h/v1"
