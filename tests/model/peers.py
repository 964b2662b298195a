"""How other servers of the protocol answer, as far as a client can tell them apart.

Each is a `Handler` for `http_server`. llama-server's words are recorded (the build that is in
llama-cpp-python 0.3.36); llama_cpp.server's are read from its source; vLLM's, Ollama's and OpenAI's
from their sources, documents and the reports of users.
"""

from collections.abc import Iterator

from tests.model.http_server import DONE, Handler, Request, Send, answer, event, head

WORDS = ("It", " adds", " two", " numbers", ".")
N_CTX = 8192
PING = b": ping - 2026-11-27 04:12:00.000000+00:00\r\n\r\n"


def chunk(delta: dict[str, object], finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"object": "chat.completion.chunk", "choices": [choice], **more})


def usage(**more: object) -> bytes:
    counts = {"prompt_tokens": 73, "completion_tokens": 5, "total_tokens": 78}
    return event({"choices": [], "usage": counts, **more})


def refusal(message: str, kind: str, code: object = None, status: int = 400) -> bytes:
    return answer(status, {"error": {"message": message, "type": kind, "code": code}})


def n_words(body: dict[str, object]) -> int:
    """As many as the request allows: one with no limit or a large one gets them all."""
    limit = body.get("max_tokens")
    return min(limit, len(WORDS)) if isinstance(limit, int) and limit > 0 else len(WORDS)


def is_long(body: dict[str, object]) -> bool:
    return len(str(body["messages"])) > N_CTX


async def _list_models(send: Send) -> None:
    await send(answer(200, {"object": "list", "data": [{"id": "served", "object": "model"}]}))


async def llama_server(request: Request, send: Send) -> None:
    """Knows all but `prediction` and `warm_up`, which it passes over. Writes one token for 0."""
    body = request.body
    if request.method == "GET":
        return await _list_models(send)
    if is_long(body):
        message = "request (9020 tokens) exceeds the available context size (8192 tokens)"
        error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
        return await send(answer(400, {"error": {**error, "n_prompt_tokens": 9020, "n_ctx": 8192}}))
    await send(head() + b":\n\n")
    role: dict[str, object] = {"role": "assistant", "content": None}
    for processed in (50, 73) if body.get("return_progress") else ():
        progress = {"total": 73, "cache": 50, "processed": processed, "time_ms": 0}
        await send(chunk(role, prompt_progress=progress))
    await send(chunk(role))
    for word in WORDS[: 1 if body.get("max_tokens") == 0 else n_words(body)]:
        await send(chunk({"content": word}))
    await send(chunk({}, "length" if body.get("max_tokens") == 0 else "stop"))
    timings = {"cache_n": 50, "prompt_n": 23, "prompt_per_second": 59.0, "predicted_n": 5}
    return await send(usage(timings={**timings, "predicted_per_second": 10.9}) + DONE)


async def vllm(request: Request, send: Send) -> None:
    """Passes over fields that it does not know. A limit of 0 is refused; so is a long prompt."""
    body = request.body
    if request.method == "GET":
        return await _list_models(send)
    if body.get("max_tokens") == 0:
        message = "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)"
        return await send(refusal(message, "BadRequestError", 400))
    if is_long(body):
        message = (
            "The decoder prompt (length 9020) is longer than the maximum model length of 8192. "
            "Make sure that `max_model_len` is no smaller than the number of text tokens."
        )
        return await send(answer(400, {"object": "error", "message": message, "code": 400}))
    await send(head() + chunk({"role": "assistant", "content": ""}))
    for word in WORDS[: n_words(body)]:
        await send(chunk({"content": word}, logprobs=None))
    await send(chunk({"content": ""}, "stop", stop_reason=None))
    return await send(usage() + DONE)


async def ollama(request: Request, send: Send) -> None:
    """Passes over what it does not know, cuts long prompts in silence; 0 is no limit to it."""
    if request.method == "GET":
        return await _list_models(send)
    await send(head())
    for thought in ("Hm", ", two"):
        await send(chunk({"role": "assistant", "content": "", "reasoning": thought}))
    for word in WORDS[: n_words(request.body)]:
        await send(chunk({"role": "assistant", "content": word}))
    await send(chunk({"role": "assistant", "content": ""}, "stop"))
    return await send(usage() + DONE)


async def llama_cpp_server(request: Request, send: Send) -> None:
    """No usage, no progress; 0 is no limit to it. What breaks, breaks after the head was sent."""
    if request.method == "GET":
        return await _list_models(send)
    await send(head(more="Transfer-Encoding: chunked\r\n"))
    for data in _llama_cpp_events(request.body):
        await send(b"%x\r\n%s\r\n" % (len(data), data))
    return await send(b"" if is_long(request.body) else b"0\r\n\r\n")


def _llama_cpp_events(body: dict[str, object]) -> Iterator[bytes]:
    if is_long(body):
        return
    yield PING
    yield chunk({"role": "assistant"})
    for word in WORDS[: n_words(body)]:
        yield chunk({"content": word})
    yield chunk({}, "stop") + DONE


def strict(*known: str) -> Handler:
    """OpenAI, and whoever is as strict: an unknown field is refused by name, and so is 0."""

    async def handler(request: Request, send: Send) -> None:
        if request.method == "GET":
            return await _list_models(send)
        given = ("messages", "model", "stream", "temperature", "top_p", "max_tokens", "stop")
        unknown = sorted(request.body.keys() - {*given, *known})
        if unknown:
            message = f"Unrecognized request arguments supplied: {', '.join(unknown)}"
            return await send(refusal(message, "invalid_request_error"))
        if request.body.get("max_tokens") == 0:
            message = "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1."
            code = "integer_below_min_value"
            return await send(refusal(message, "invalid_request_error", code))
        if is_long(request.body):
            message = "This model's maximum context length is 8192 tokens."
            code = "context_length_exceeded"
            return await send(refusal(message, "invalid_request_error", code))
        return await send(head() + chunk({"content": "".join(WORDS)}, "stop") + DONE)

    return handler


async def pydantic_500(request: Request, send: Send) -> None:
    """A server that wraps what its validation says in a 500, as llama_cpp.server does."""
    if request.method == "GET":
        return await _list_models(send)
    if "prediction" in request.body:
        message = "[{'type': 'extra_forbidden', 'loc': ('body', 'prediction'), 'input': {}}]"
        return await send(refusal(message, "internal_server_error", status=500))
    return await send(head() + chunk({"content": "".join(WORDS)}, "stop") + DONE)
