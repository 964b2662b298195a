"""What a body means, and the sentence for one that means nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.chat_request import MAX_STOP_STRINGS, parse
from lsp_server.host.chat_template import Message
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.sampling import Sampling

HELLO = {"messages": [{"role": "user", "content": "hello"}]}


def parsed(**fields: object) -> object:
    return parse(json.dumps(HELLO | fields).encode())


def refused(body: bytes) -> str:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return str(caught.value)


def test_a_body_with_messages_alone_gets_the_defaults() -> None:
    request = parse(json.dumps(HELLO).encode())
    assert request.messages == (Message("user", "hello"),)
    assert (request.sampling, request.max_tokens, request.stop) == (Sampling(), None, ())
    assert request.reuses_prefix and not request.streams


def test_every_field_is_taken() -> None:
    body = HELLO | {
        "temperature": 0, "top_p": 0.5, "top_k": 3, "min_p": 0.1, "seed": 7, "stop": "x",
        "max_tokens": 5, "stream": True, "stream_options": {"include_usage": True},
        "return_progress": True, "cache_prompt": False, "model": "any", "n": 1,
        "prediction": {"type": "content", "content": "before"},
    }  # fmt: skip
    request = parse(json.dumps(body).encode())
    assert request.sampling == Sampling(0.0, 3, 0.5, 0.1, 7)
    assert (request.stop, request.max_tokens, request.prediction) == (("x",), 5, "before")
    assert request.streams and request.includes_usage and request.returns_progress
    assert not request.reuses_prefix


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
        ({"n": 2}, "'n' must be 1"),
        ({"teleport": 1}, "'teleport' is not known"),
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
NAMES = st.sampled_from(["messages", "stop", "temperature", "seed", "prediction", "n", "stream"])


@given(st.dictionaries(NAMES, JSON))
def test_no_body_does_anything_but_parse_or_be_refused(fields: dict[str, object]) -> None:
    try:
        parse(json.dumps(HELLO | fields).encode())
    except BadRequest:
        return
