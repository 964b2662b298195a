"""Each of the servers that may stand in our host's place: replies, refusals, warm-ups."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from lsp_server.errors import HostFailed, PromptTooLong
from lsp_server.model.choose import Models
from lsp_server.model.client import HttpModel
from lsp_server.model.endpoint import BaseUrl, base_url
from lsp_server.model.protocol import Chunk, Ended, Event, Reading
from lsp_server.prompt import Prompt, Sampling
from lsp_server.settings import Settings
from tests.model import peers
from tests.model.http_server import (
    DONE,
    Handler,
    Request,
    Send,
    Server,
    answer,
    delta,
    event,
    head,
    on_loopback,
)

PROMPT = Prompt("Be brief.", "Explain 天.", prediction="It adds numbers.")
LONG = Prompt("", "x" * 9000)
PEERS = {
    "llama-server": peers.llama_server,
    "vLLM": peers.vllm,
    "Ollama": peers.ollama,
    "llama_cpp.server": peers.llama_cpp_server,
    "OpenAI": peers.strict(),
    "strict, but knows some": peers.strict("prediction", "stream_options", "seed"),
    "pydantic in a 500": peers.pydantic_500,
}


@dataclass(slots=True)
class Asked:
    """A model, and what its server was asked."""

    model: HttpModel
    server: Server

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [each.body for each in self.server.requests if each.method == "POST"]

    async def reply(self, prompt: Prompt = PROMPT) -> list[Event]:
        return [each async for each in self.model.reply(prompt, Sampling(seed=3))]

    async def text(self) -> str:
        return "".join(each.text for each in await self.reply() if isinstance(each, Chunk))


@asynccontextmanager
async def asking(handler: Handler) -> AsyncIterator[Asked]:
    async with on_loopback(handler) as server:
        yield Asked(HttpModel(base_url(server.url), 8192), server)


@pytest.mark.parametrize("name", PEERS)
async def test_a_reply_comes_from_every_server_and_what_it_refused_is_not_sent_again(
    name: str,
) -> None:
    async with asking(PEERS[name]) as asked:
        assert await asked.text() == "It adds two numbers."
        n_first = len(asked.bodies)
        assert await asked.text() == "It adds two numbers."
        assert len(asked.bodies) == n_first + 1
        assert asked.bodies[-1] == asked.bodies[n_first - 1], "as it was understood"
        assert n_first == (2 if name in ("OpenAI", "pydantic in a 500") or "strict" in name else 1)


@pytest.mark.parametrize("name", ["llama-server", "vLLM", "Ollama", "llama_cpp.server"])
async def test_a_server_that_passes_over_unknown_fields_gets_them_all(name: str) -> None:
    async with asking(PEERS[name]) as asked:
        await asked.reply()
        (body,) = asked.bodies
        assert body["prediction"] == {"type": "content", "content": "It adds numbers."}
        assert body["chat_template_kwargs"] == {"enable_thinking": False}
        assert body["return_progress"] is True
        assert body["model"] == "served"


async def test_only_what_a_strict_server_names_is_left_out() -> None:
    async with asking(PEERS["strict, but knows some"]) as asked:
        await asked.reply()
        assert {"prediction", "stream_options", "seed"} <= asked.bodies[-1].keys()
        assert "cache_prompt" not in asked.bodies[-1]


async def test_llama_server_tells_its_progress_without_what_it_knew_and_its_rates() -> None:
    async with asking(peers.llama_server) as asked:
        events = await asked.reply()
        assert [each for each in events if isinstance(each, Reading)] == [
            Reading(0, 23),
            Reading(23, 23),
        ]
        assert events[-1] == Ended("stop", 73, 50, 5, 59.0, 10.9)


@pytest.mark.parametrize("name", ["vLLM", "Ollama"])
async def test_usage_is_counted_where_nothing_is_timed(name: str) -> None:
    async with asking(PEERS[name]) as asked:
        end = (await asked.reply())[-1]
        assert isinstance(end, Ended)
        assert (end.n_prompt, end.n_reply) == (73, 5)


@pytest.mark.parametrize("name", ["llama-server", "vLLM", "OpenAI"])
async def test_a_prompt_that_is_too_long_is_one_in_every_servers_words(name: str) -> None:
    async with asking(PEERS[name]) as asked:
        with pytest.raises(PromptTooLong):
            await asked.reply(LONG)


async def test_a_window_smaller_than_the_settings_say_is_told_with_its_size() -> None:
    async with asking(peers.llama_server) as asked:
        asked.model.n_ctx = 16384
        with pytest.raises(PromptTooLong, match=r"n_ctx .* 16,384; set n_ctx to 8192\."):
            await asked.reply(LONG)


async def test_a_limit_that_vllm_made_below_zero_is_a_prompt_that_is_too_long() -> None:
    async def derived(request: Request, send: Send) -> None:
        message = "max_tokens must be at least 1, got -4677."
        await send(peers.refusal(message, "BadRequestError", 400))

    async with asking(derived) as asked:
        with pytest.raises(PromptTooLong):
            await asked.reply()
        assert len(asked.bodies) == 1


async def test_a_server_that_breaks_off_at_a_long_prompt_has_failed() -> None:
    async with asking(peers.llama_cpp_server) as asked:
        with pytest.raises(HostFailed, match="broke in the middle"):
            await asked.reply(LONG)


@pytest.mark.parametrize(
    "error",
    [
        event({"error": {"message": "CUDA out of memory", "type": "x", "code": 500}}),
        event({"object": "error", "error": "CUDA out of memory"}),
    ],
)
async def test_an_error_in_mid_stream_fails_though_the_stream_ends_in_order(error: bytes) -> None:
    async def failing(request: Request, send: Send) -> None:
        await send(head() + delta("It") + error + delta("", "stop") + DONE)

    async with asking(failing) as asked:
        with pytest.raises(HostFailed, match="CUDA out of memory"):
            await asked.reply()


# Warm-ups


@pytest.mark.parametrize(
    ("name", "n_first"), [("llama-server", 1), ("vLLM", 1), ("Ollama", 1), ("llama_cpp.server", 1)]
)
async def test_a_warm_up_asks_for_nothing_but_the_prompt(name: str, n_first: int) -> None:
    async with asking(PEERS[name]) as asked:
        await asked.model.warm_up(PROMPT)
        await asked.reply()
        assert len(asked.bodies) == n_first + 1
        ahead, after = asked.bodies[0], asked.bodies[-1]
        assert (ahead["max_tokens"], ahead["warm_up"], ahead["stream"]) == (0, True, True)
        for field in ("messages", "model", "chat_template_kwargs", "cache_prompt"):
            assert ahead[field] == after[field], "or the prompts' tokens differ"
        assert "warm_up" not in after


@pytest.mark.parametrize(
    ("name", "n_asked"),
    [
        ("llama-server", 3),
        ("vLLM", 1),  # refuses 0
        ("Ollama", 1),  # takes 0 for no limit
        ("llama_cpp.server", 1),
        ("OpenAI", 2),  # refuses the fields, then 0
    ],
)
async def test_a_server_that_cannot_be_warmed_up_is_not_asked_again(
    name: str, n_asked: int
) -> None:
    async with asking(PEERS[name]) as asked:
        for _ in range(3):
            await asked.model.warm_up(PROMPT)
        assert len(asked.bodies) == n_asked


@pytest.mark.parametrize(
    "piece", [delta("a"), event({"choices": [{"delta": {"reasoning_content": "a"}}]})]
)
async def test_a_server_that_writes_on_is_stopped_at_once(piece: bytes) -> None:
    async def endless(request: Request, send: Send) -> None:
        await send(head())
        while True:
            await send(piece)
            await asyncio.sleep(0)

    async with asking(endless) as asked:
        asked.model._model = "m"
        await asked.model.warm_up(PROMPT)
        await asyncio.wait_for(asked.server.closed.wait(), 1)


async def test_our_hosts_word_is_left_out_where_only_that_is_refused() -> None:
    async def older_host(request: Request, send: Send) -> None:
        if "warm_up" in request.body:
            message = "The field 'warm_up' is not known here; leave it out."
            return await send(peers.refusal(message, "invalid_request_error", "unknown_field"))
        return await send(head() + delta("", "length") + DONE)

    async with asking(older_host) as asked:
        asked.model._model = "m"
        for _ in range(2):
            await asked.model.warm_up(PROMPT)
        assert ["warm_up" in body for body in asked.bodies] == [True, False, False]
        assert all(body["max_tokens"] == 0 for body in asked.bodies)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
async def test_a_server_that_cannot_now_may_be_warmed_up_later(status: int) -> None:
    async def unwilling(request: Request, send: Send) -> None:
        await send(answer(status, {"error": {"message": "Not now."}}))

    async with asking(unwilling) as asked:
        for _ in range(2):
            await asked.model.warm_up(PROMPT)
        assert len(asked.bodies) == 2


async def test_a_prompt_too_long_to_be_read_ahead_is_not_held_against_the_server() -> None:
    async with asking(peers.llama_server) as asked:
        await asked.model.warm_up(LONG)
        await asked.model.warm_up(PROMPT)
        assert len(asked.bodies) == 2


async def test_cancelling_a_warm_up_closes_its_connection() -> None:
    async def reading(request: Request, send: Send) -> None:
        await send(head())
        await asyncio.Event().wait()

    async with asking(reading) as asked:
        asked.model._model = "m"
        task = asyncio.create_task(asked.model.warm_up(PROMPT))
        await asked.server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(asked.server.closed.wait(), 1)


async def test_nobody_to_warm_up_is_no_error() -> None:
    await HttpModel(BaseUrl("http://127.0.0.1:9/v1"), 8192).warm_up(PROMPT)


async def test_what_an_address_does_not_know_is_remembered_whatever_is_set_besides() -> None:
    models = Models()
    async with on_loopback(PEERS["OpenAI"]) as server:
        for n_ctx in (4096, 8192):
            model = models.get(Settings(base_url=server.url, n_ctx=n_ctx))
            assert model is not None
            await model.warm_up(PROMPT)
            assert [each async for each in model.reply(PROMPT, Sampling())]
        posts = [each for each in server.requests if each.method == "POST"]
        assert len(posts) == 2 + 2 + 1


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080/v1", True),
        ("http://[::1]:8080", True),
        ("http://127.8.9.1", True),
        ("http://192.168.1.7:8080", False),
        ("https://api.openai.com/v1", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
async def test_only_a_server_on_this_machine_is_at_hand(url: str, is_here: bool) -> None:
    assert await HttpModel(base_url(url), 8192).is_at_hand() is is_here
