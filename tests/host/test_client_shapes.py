"""Requests as the usual clients send them, and what they read of a reply."""

import json
from typing import Any

import pytest

from tests.host.conftest import SCRIPTS
from tests.hosting import RunningHost, text_of

GREET = [{"role": "user", "content": "greet"}]
READ = {
    "type": "function",
    "function": {
        "name": "read",
        "description": "Read a file.",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}},
            "required": ["path"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}

BODIES: dict[str, Any] = {
    "openai-python, chat.completions.create": {
        "model": "gpt-4o", "messages": GREET, "frequency_penalty": 0, "presence_penalty": 0,
        "logit_bias": {}, "logprobs": False, "top_logprobs": None, "max_completion_tokens": 100,
        "n": 1, "parallel_tool_calls": True, "reasoning_effort": "low", "seed": 1,
        "service_tier": "auto", "store": False, "metadata": {"a": "b"}, "user": "u",
        "prompt_cache_key": "k", "safety_identifier": "s", "verbosity": "low", "stop": None,
        "modalities": ["text"], "response_format": {"type": "text"}, "temperature": 1, "top_p": 1,
        "tool_choice": "auto", "tools": [],
    },
    "langchain ChatOpenAI": {
        "model": "local", "n": 1, "temperature": 0.7, "stream": False,
        "messages": [{"role": "system", "content": "Be brief."},
                     {"role": "user", "name": "Li",
                      "content": [{"type": "text", "text": "greet"}]}],
    },
    "continue, openai provider": {
        "model": "qwen3", "max_tokens": 2048, "temperature": 0.01, "top_p": 1,
        "messages": [{"role": "system", "content": "You are a coder."}, *GREET,
                     {"role": "assistant", "content": "Hi.", "refusal": None, "annotations": []},
                     {"role": "user", "content": "greet"}],
        "stop": ["/src/", "#- coding: utf-8"], "presence_penalty": 0, "frequency_penalty": 0,
    },
    "llama.cpp's own page": {
        "messages": GREET, "stream": False, "cache_prompt": True, "id_slot": -1, "top_k": 40,
        "dynatemp_range": 0, "typical_p": 1, "min_p": 0.05, "xtc_probability": 0, "mirostat": 0,
        "dry_multiplier": 0, "max_tokens": -1, "timings_per_token": False, "repeat_penalty": 1,
        "reasoning_format": "auto", "chat_template_kwargs": {"enable_thinking": False},
    },
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_clients_send_is_answered(host: RunningHost, body: Any) -> None:
    whole = host.posted(body)
    assert whole["object"] == "chat.completion" and isinstance(whole["created"], int)
    (choice,) = whole["choices"]
    assert choice["message"] == {"role": "assistant", "content": SCRIPTS["greet"]}
    assert choice["finish_reason"] == "stop" and choice["index"] == 0
    usage = whole["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_clients_send_is_streamed(host: RunningHost, body: Any) -> None:
    options = {"include_usage": True, "include_obfuscation": False}
    events = host.streamed({**body, "stream": True, "stream_options": options})
    assert text_of(events) == SCRIPTS["greet"]
    assert {event["object"] for event in events} == {"chat.completion.chunk"}
    assert all(event["choices"] for event in events[:-1])
    assert events[-1]["choices"] == [] and events[-1]["usage"]["total_tokens"] > 0


def test_a_run_of_an_agent_with_a_tool(host: RunningHost) -> None:
    """The message that came goes back as it is, as openai's clients dump it."""
    asked = {"role": "user", "content": "call read"}
    first = host.posted({"model": "m", "messages": [asked], "tools": [READ], "tool_choice": "auto"})
    message = first["choices"][0]["message"]
    (call,) = message["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"path": "世.py"}
    history = [
        asked,
        {"refusal": None, "audio": None, "function_call": None, **message},
        {"role": "tool", "tool_call_id": call["id"], "content": [{"type": "text", "text": "x"}]},
        {"role": "user", "content": "greet"},
    ]
    second = host.posted({"model": "m", "messages": history, "tools": [READ]})
    assert second["choices"][0]["message"]["content"] == SCRIPTS["greet"]


def test_a_parsed_reply_of_openai_python(noisy: RunningHost) -> None:
    """`chat.completions.parse` with a pydantic model sends its schema so."""
    schema = {
        "$defs": {
            "Step": {
                "properties": {"n": {"title": "N", "type": "integer"},
                               "ok": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}},
                "required": ["n", "ok"], "title": "Step", "type": "object",
                "additionalProperties": False,
            }
        },
        "properties": {
            "steps": {"items": {"$ref": "#/$defs/Step"}, "title": "Steps", "type": "array",
                      "maxItems": 3},
            "mood": {"enum": ["good", "bad"], "title": "Mood", "type": "string"},
        },
        "required": ["steps", "mood"], "title": "Answer", "type": "object",
        "additionalProperties": False,
    }  # fmt: skip
    named = {"schema": schema, "name": "Answer", "strict": True}
    form = {"type": "json_schema", "json_schema": named}
    body = {"model": "m", "messages": GREET, "response_format": form, "max_tokens": 900}
    value = json.loads(noisy.posted(body)["choices"][0]["message"]["content"])
    assert value["mood"] in ("good", "bad") and len(value["steps"]) <= 3
    assert all(set(step) == {"n", "ok"} for step in value["steps"])


def test_a_completion_of_openai_python_and_langchain(host: RunningHost) -> None:
    body = {
        "model": "m", "prompt": ["<|script0|>"], "best_of": 1, "echo": False, "logprobs": None,
        "frequency_penalty": 0, "presence_penalty": 0, "max_tokens": 256, "n": 1, "suffix": None,
        "temperature": 0.7, "top_p": 1, "logit_bias": {}, "user": "u",
    }  # fmt: skip
    whole = host.posted(body, "/v1/completions")
    assert whole["object"] == "text_completion"
    assert whole["choices"][0]["text"] == SCRIPTS["greet"]


ASKING_TOO_MUCH: dict[str, Any] = {
    "audio": {"voice": "alloy"}, "modalities": ["text", "audio"], "functions": [{"name": "f"}],
    "function_call": "auto", "web_search_options": {}, "typical_p": 0.5, "mirostat": 2,
    "dry_multiplier": 0.8, "ignore_eos": True, "chat_template_kwargs": {"enable_thinking": True},
}  # fmt: skip


@pytest.mark.parametrize("name", ASKING_TOO_MUCH)
def test_what_cannot_be_done_is_refused_and_never_ignored(host: RunningHost, name: str) -> None:
    response = host.post({"messages": GREET, name: ASKING_TOO_MUCH[name]})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "unsupported_value")
    assert name in error["message"]


def test_an_unknown_field_is_named(host: RunningHost) -> None:
    error = host.post({"messages": GREET, "telport": 1}).json()["error"]
    assert error["code"] == "unknown_field" and "'telport'" in error["message"]
    options = {"include_use": True}
    error = host.post({"messages": GREET, "stream_options": options}).json()["error"]
    assert "'stream_options.include_use'" in error["message"]
