"""What a body means, and the sentence for one that means nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.host.chat_request import parse
from lsp_server.host.chat_template import Message, ToolCall
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.options import MAX_STOP_STRINGS
from lsp_server.host.sampling import Sampling

HELLO = {"messages": [{"role": "user", "content": "hello"}]}


TOOL = {"type": "function", "function": {"name": "read"}}


def calling(calls: object) -> dict[str, object]:
    return {"messages": [{"role": "assistant", "content": None, "tool_calls": calls}]}


def parsed(**fields: object) -> object:
    return parse(json.dumps(HELLO | fields).encode())


def refused(body: bytes) -> str:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return str(caught.value)


def test_a_body_with_messages_alone_gets_the_defaults() -> None:
    request = parse(json.dumps(HELLO).encode())
    assert request.messages == (Message("user", "hello"),)
    options = request.options
    assert (options.sampling, options.max_tokens, options.stop) == (Sampling(), None, ())
    assert (options.n, options.n_logprobs, request.tools) == (1, None, ())
    assert options.reuses_prefix and not options.streams


def test_every_field_is_taken() -> None:
    body = HELLO | {
        "temperature": 0, "top_p": 0.5, "top_k": 3, "min_p": 0.1, "seed": 7, "stop": "x",
        "max_tokens": 5, "stream": True, "stream_options": {"include_usage": True},
        "return_progress": True, "cache_prompt": False, "model": "any", "n": 1,
        "prediction": {"type": "content", "content": "before"}, "speculative.n_max": 0,
    }  # fmt: skip
    options = parse(json.dumps(body).encode()).options
    assert options.sampling == Sampling(0.0, 3, 0.5, 0.1, 7)
    assert (options.stop, options.max_tokens, options.prediction) == (("x",), 5, "before")
    assert options.streams and options.includes_usage and options.returns_progress
    assert not options.reuses_prefix and options.n_draft_max == 0


def test_a_request_for_no_tokens_is_a_warm_up_by_either_name() -> None:
    for fields in ({"max_tokens": 0}, {"warm_up": True}, {"warm_up": True, "max_tokens": 9}):
        options = parse(json.dumps(HELLO | fields).encode()).options
        assert (options.is_warm_up, options.max_tokens) == (True, 0)
    assert not parse(json.dumps(HELLO | {"warm_up": False}).encode()).options.is_warm_up


def test_what_a_reply_may_be_is_taken() -> None:
    body = HELLO | {
        "n": 3, "logprobs": True, "top_logprobs": 2, "grammar": 'root ::= "x"',
        "logit_bias": {"7": -100, "9": 1.5}, "repeat_penalty": 1.1, "presence_penalty": 1,
        "frequency_penalty": -1,
    }  # fmt: skip
    options = parse(json.dumps(body).encode()).options
    assert (options.n, options.n_logprobs) == (3, 2)
    sampling = options.sampling
    assert (sampling.grammar, sampling.logit_bias) == ('root ::= "x"', ((7, -100.0), (9, 1.5)))
    assert (sampling.repeat_penalty, sampling.presence_penalty) == (1.1, 1.0)
    assert sampling.frequency_penalty == -1.0


def test_llama_servers_biases_come_in_pairs_and_false_is_never() -> None:
    body = HELLO | {"logit_bias": [[7, False], [8, 0.5]]}
    sampling = parse(json.dumps(body).encode()).options.sampling
    assert sampling.logit_bias == ((7, float("-inf")), (8, 0.5))


def test_a_talk_with_tools_is_taken() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "read", "arguments": "{oops"}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "x", "name": "read"},
    ]
    request = parse(json.dumps({"messages": messages, "tools": [TOOL]}).encode())
    assert request.messages == (
        Message("assistant", "", (ToolCall("c", "read", "{oops"),)),
        Message("tool", "x", (), "c", "read"),
    )
    assert request.tools == (TOOL,)
    untold = {"messages": messages, "tools": [TOOL], "tool_choice": "none"}
    assert parse(json.dumps(untold).encode()).tools == ()


def test_a_body_nested_deeply_is_refused_where_it_may_have_any_form() -> None:
    deep: object = 1
    for _ in range(80):
        deep = [deep]
    for name in ("tools", "json_schema"):
        assert "nested" in refused(json.dumps(HELLO | {name: [deep]}).encode())


def test_null_means_not_given() -> None:
    assert parsed(max_tokens=None, seed=None, stop=None, stream_options=None) == parsed()


def test_content_may_come_in_parts_and_a_developer_is_the_system() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    request = parse(json.dumps({"messages": [{"role": "developer", "content": parts}]}).encode())
    assert request.messages == (Message("system", "ab"),)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"messages": []}, "at least one message"),
        ({"messages": "hello"}, "must be a list"),
        ({"messages": ["hello"]}, "messages[0]"),
        ({"messages": [{"role": "robot", "content": ""}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": ""}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "surrogate"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "text parts"),
        ({"temperature": "hot"}, "'temperature' must be a number"),
        ({"temperature": 3}, "from 0 to 2"),
        ({"temperature": True}, "'temperature'"),
        ({"top_p": float("nan")}, "'top_p'"),
        ({"max_tokens": 1.5}, "'max_tokens' must be a whole number"),
        ({"max_tokens": -2}, "'max_tokens'"),
        ({"seed": "x"}, "'seed'"),
        ({"stream": "yes"}, "'stream' must be true or false"),
        ({"stream_options": 1}, "'stream_options' must be an object"),
        ({"stop": [1]}, "'stop'"),
        ({"stop": ""}, "'stop'"),
        ({"stop": ["\ud800"]}, "surrogate"),
        ({"stop": ["x"] * (MAX_STOP_STRINGS + 1)}, "at most"),
        ({"prediction": "x"}, "'prediction' must be an object"),
        ({"prediction": {"type": "content", "content": 1}}, "'prediction.content'"),
        ({"warm_up": 1}, "'warm_up' must be true or false"),
        ({"n": 0}, "'n' must be a whole number from 1"),
        ({"n": 17}, "from 1 to 16"),
        ({"teleport": 1}, "'teleport' is not known"),
        ({"logprobs": 1}, "'logprobs' must be true or false"),
        ({"logprobs": True, "top_logprobs": 21}, "'top_logprobs'"),
        ({"top_logprobs": 2}, "needs 'logprobs'"),
        ({"logit_bias": 1}, "'logit_bias' must be an object"),
        ({"logit_bias": [[1]]}, "pairs of a token id"),
        ({"logit_bias": {"word": 1}}, "token ids"),
        ({"logit_bias": {"-1": 1}}, "token ids"),
        ({"logit_bias": {"²": 1}}, "token ids"),
        ({"logit_bias": [[True, 1]]}, "token ids"),
        ({"logit_bias": {"1": 101}}, "from -100 to 100"),
        ({"logit_bias": {"1": float("-inf")}}, "from -100 to 100"),
        ({"logit_bias": {"1": True}}, "from -100 to 100"),
        ({"logit_bias": [[1, 1]] * 1025}, "at most"),
        ({"tools": {}}, "'tools' must be a list"),
        ({"tools": [TOOL] * 129}, "at most 128"),
        ({"tools": [{"type": "browser"}]}, "'tools[0]' must be an object of type 'function'"),
        ({"tools": ["read"]}, "'tools[0]'"),
        ({"tools": [TOOL, {"type": "function", "function": {}}]}, "'tools[1].function'"),
        ({"tools": [{**TOOL, "x": "\ud800"}]}, "surrogate"),
        ({"tools": [{**TOOL, "\ud800": "x"}]}, "surrogate"),
        ({"tools": [TOOL], "tool_choice": "any"}, "'tool_choice'"),
        ({"tools": [TOOL], "json_schema": {}}, "cannot call tools"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": 1}]}, "'tool_call_id'"),
        ({"messages": [{"role": "tool"}]}, "messages[0].content"),
        ({"messages": [{"role": "assistant"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "x", "name": []}]}, "'name'"),
        (calling(1), "messages[0].tool_calls' must be a list"),
        (calling([1]), "messages[0].tool_calls[0]"),
        (calling([{"function": {"name": 1}}]), "must have a name"),
        (calling([{"function": {"name": "f", "arguments": {}}}]), "arguments as a text"),
        (calling([{"function": {"name": "f", "arguments": "\ud800"}}]), "surrogate"),
        (calling([{"function": {"name": "f", "arguments": '{"a": "\\ud800"}'}}]), "surrogate"),
        (calling([{"function": {"name": "f", "arguments": "[" * 80 + "]" * 80}}]), "nested"),
        ({"chat_template_kwargs": {"enable_thinking": True}}, "'chat_template_kwargs.enable"),
        ({"stream_options": {"x": 1}}, "'stream_options.x'"),
    ],
)
def test_a_wrong_field_is_named_in_one_sentence(fields: dict[str, object], words: str) -> None:
    sentence = refused(json.dumps(HELLO | fields).encode())
    assert words in sentence
    assert sentence.endswith(".") and "\n" not in sentence


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' + b"9" * 9999]
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    assert "body" in refused(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([
    "messages", "stop", "temperature", "seed", "prediction", "n", "stream", "tools", "logit_bias",
    "grammar", "json_schema", "response_format", "tool_choice", "logprobs", "functions",
])  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, JSON))
def test_no_body_does_anything_but_parse_or_be_refused(fields: dict[str, object]) -> None:
    try:
        parse(json.dumps(HELLO | fields).encode())
    except BadRequest:
        return
