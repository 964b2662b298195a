"""What a chat's reply may be asked to be: constrained, several, with its probabilities."""

import json
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from numpy.typing import NDArray

from tests.host.computed import NEARLY, Computed, computing
from tests.host.conftest import FILL_IN_THE_MIDDLE, SCRIPTS
from tests.host.schema_check import fits
from tests.hosting import N_CTX, RunningHost, chat, text_of

SHORT = {"max_tokens": 24}


@pytest.fixture(scope="module")
def computed(noisy: RunningHost) -> Iterator[Computed]:
    with computing(noisy.model) as made:
        yield made


def texts_of(events: list[Any], n: int) -> list[str]:
    return [
        text_of([{"choices": [c for e in events for c in e["choices"] if c["index"] == index]}])
        for index in range(n)
    ]


# --- several choices ------------------------------------------------------------------------


def test_n_choices_are_n_replies_each_with_an_index(noisy: RunningHost) -> None:
    whole = noisy.whole("several", {**SHORT, "n": 5})
    assert [choice["index"] for choice in whole["choices"]] == [0, 1, 2, 3, 4]
    texts = [choice["message"]["content"] for choice in whole["choices"]]
    assert len(set(texts)) == 5
    assert whole["usage"]["completion_tokens"] == 5 * 24


def test_a_stream_of_choices_holds_what_the_whole_reply_holds(noisy: RunningHost) -> None:
    fields = {**SHORT, "n": 3, "seed": 11, "stream_options": {"include_usage": True}}
    events = noisy.events("streamed", fields)
    whole = noisy.whole("streamed", fields)
    texts = [choice["message"]["content"] for choice in whole["choices"]]
    assert texts_of(events, 3) == texts
    roles = [c["index"] for e in events for c in e["choices"] if "role" in c["delta"]]
    ends = [(c["index"], c["finish_reason"]) for e in events for c in e["choices"]]
    assert sorted(roles) == [0, 1, 2]
    assert sorted(end for end in ends if end[1]) == [(n, "length") for n in range(3)]
    assert events[-1]["choices"] == [] and events[-1]["usage"]["completion_tokens"] == 3 * 24


def test_choices_have_the_seeds_that_follow(noisy: RunningHost) -> None:
    several = noisy.whole("seeds", {**SHORT, "n": 3, "seed": 40})
    single = [noisy.reply("seeds", {**SHORT, "seed": seed}) for seed in (40, 41, 42)]
    assert [choice["message"]["content"] for choice in several["choices"]] == single


def test_the_prompt_of_several_choices_is_read_once(noisy: RunningHost) -> None:
    message = "a prompt that nobody else asks " * 8
    whole = noisy.whole(message, {"max_tokens": 2, "n": 4})
    usage, timings = whole["usage"], whole["timings"]
    assert timings["cache_n"] + timings["prompt_n"] == usage["prompt_tokens"] > len(message)
    assert timings["prompt_n"] > len(message) // 2
    assert timings["predicted_n"] == usage["completion_tokens"] == 8


def test_choices_that_share_nothing_and_fit_one_by_one_are_made_one_by_one(
    noisy: RunningHost,
) -> None:
    """Both were let in for the room of one, and put each other out for ever."""
    fields = {"max_tokens": 9, "n": 2, "cache_prompt": False}
    whole = noisy.whole("nearly all that the window has " * 55, fields)
    assert whole["usage"]["completion_tokens"] == 18


def test_progress_of_several_choices_is_told_once(noisy: RunningHost) -> None:
    events = noisy.events("told once " * 30, {**SHORT, "n": 2, "return_progress": True})
    read = [e["prompt_progress"]["processed"] for e in events if "prompt_progress" in e]
    assert read == sorted(set(read)) and len(read) > 1


# --- how tokens are picked ------------------------------------------------------------------


def test_a_seed_makes_a_reply_again_and_another_one_another(noisy: RunningHost) -> None:
    first = noisy.reply("again", {**SHORT, "seed": 3})
    assert noisy.reply("again", {**SHORT, "seed": 3}) == first
    assert noisy.reply("again", {**SHORT, "seed": 4}) != first
    assert noisy.reply("again", SHORT) != noisy.reply("again", SHORT)


@pytest.mark.parametrize(
    "fields", [{"temperature": 0}, {"top_k": 1}, {"top_p": 0}, {"min_p": 1}], ids=str
)
def test_cutting_down_to_the_likeliest_token_picks_it(
    noisy: RunningHost, computed: Computed, fields: dict[str, object]
) -> None:
    said = noisy.reply("likeliest", {"max_tokens": 8, **fields})
    table = computed.logprobs(computed.chat_prompt("likeliest"), computed.tokens(said))
    assert [int(row.argmax()) for row in table] == computed.tokens(said)


@pytest.mark.parametrize("form", ["object", "pairs", "never"])
def test_a_bias_makes_or_forbids_tokens(noisy: RunningHost, form: str) -> None:
    n_vocab = 256 + 1 + len(FILL_IN_THE_MIDDLE)
    biased: dict[str, object] = {
        "object": {"122": 100},
        "pairs": [[122, 100.0]],
        "never": [[token, False] for token in range(n_vocab) if token != 122],
    }
    assert noisy.reply("bias", {"max_tokens": 5, "logit_bias": biased[form]}) == "zzzzz"
    greedy = noisy.reply("bias", {"max_tokens": 1, "temperature": 0})
    banned = {"max_tokens": 9, "temperature": 0, "logit_bias": {str(ord(greedy)): -100}}
    assert greedy not in noisy.reply("bias", banned)


@pytest.mark.parametrize("name", ["presence_penalty", "frequency_penalty", "repeat_penalty"])
def test_a_penalty_is_paid_for_what_was_said(
    noisy: RunningHost, computed: Computed, name: str
) -> None:
    said = noisy.reply("repeat", {"max_tokens": 50, "temperature": 0, name: 1.8})
    assert said != noisy.reply("repeat", {"max_tokens": 50, "temperature": 0})
    tokens = computed.tokens(said)
    table = computed.logits(computed.chat_prompt("repeat"), tokens)
    for at, (row, token) in enumerate(zip(table, tokens, strict=True)):
        counts = numpy.bincount(tokens[:at], minlength=len(row))
        row = penalized(row, counts, name)
        assert row[token] >= row.max() - NEARLY


def penalized(row: NDArray[Any], counts: NDArray[Any], name: str) -> NDArray[Any]:
    if name == "repeat_penalty":
        return numpy.asarray(numpy.where(counts, numpy.where(row > 0, row / 1.8, row * 1.8), row))
    paid = counts if name == "frequency_penalty" else counts > 0
    return numpy.asarray(row - 1.8 * paid)


# --- log probabilities ----------------------------------------------------------------------


@pytest.mark.parametrize("n_top", [0, 3, 20])
def test_logprobs_are_those_of_the_models_own_logits(
    noisy: RunningHost, computed: Computed, n_top: int
) -> None:
    fields = {**SHORT, "logprobs": True, "top_logprobs": n_top, "seed": 5, "temperature": 1.5}
    choice = noisy.whole("how likely", fields)["choices"][0]
    told = choice["logprobs"]["content"]
    said = computed.tokens(choice["message"]["content"])
    assert [each["bytes"] for each in told] == [[token] for token in said]
    table = computed.logprobs(computed.chat_prompt("how likely"), said)
    for each, token, row in zip(told, said, table, strict=True):
        assert abs(each["logprob"] - row[token]) < NEARLY
        assert each["token"] == chr(token)
        top = [one["logprob"] for one in each["top_logprobs"]]
        assert len(top) == n_top and top == sorted(top, reverse=True)
        wanted = numpy.sort(row)[::-1][:n_top]
        assert numpy.allclose(top, wanted, atol=NEARLY)


def test_a_streams_logprobs_are_those_of_the_whole_reply(noisy: RunningHost) -> None:
    fields = {**SHORT, "logprobs": True, "top_logprobs": 2, "seed": 6, "n": 2}
    whole = noisy.whole("streamed logprobs", fields)
    events = noisy.events("streamed logprobs", fields)
    for index, choice in enumerate(whole["choices"]):
        told = [each["bytes"] for each in choice["logprobs"]["content"]]
        assert streamed_bytes(events, index) == told


def streamed_bytes(events: list[Any], index: int) -> list[list[int]]:
    return [
        token["bytes"]
        for event in events
        for each in event["choices"]
        if each["index"] == index and each.get("logprobs")
        for token in each["logprobs"]["content"]
    ]


def test_a_character_cut_across_tokens_has_the_logprobs_of_both(host: RunningHost) -> None:
    choice = host.whole("pieces", {"logprobs": True})["choices"][0]
    told = choice["logprobs"]["content"]
    joined = b"".join(bytes(each["bytes"]) for each in told)
    assert joined.decode() == choice["message"]["content"] == "alpha beta 世界 gamma"
    assert "\ufffd" in "".join(each["token"] for each in told)
    assert streamed_bytes(host.events("pieces", {"logprobs": True}), 0) == [
        each["bytes"] for each in told
    ]


def test_who_does_not_ask_is_told_no_logprobs(noisy: RunningHost) -> None:
    assert "logprobs" not in noisy.whole("none", SHORT)["choices"][0]


# --- in a given form ------------------------------------------------------------------------

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "role": {"enum": ["admin", "用户"]},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2,4}$"},
                 "maxItems": 2},
    },
    "required": ["name", "age", "role", "tags"],
    "additionalProperties": False,
}  # fmt: skip


def in_form(schema: Any) -> dict[str, object]:
    named = {"name": "answer", "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


@pytest.mark.parametrize("seed", range(6))
def test_a_reply_in_the_form_of_a_schema_parses_and_fits(noisy: RunningHost, seed: int) -> None:
    fields = {**in_form(PERSON), "seed": seed, "temperature": 1.2, "max_tokens": 800}
    whole = noisy.whole("someone", fields)["choices"][0]
    assert whole["finish_reason"] == "stop"
    assert fits(json.loads(whole["message"]["content"]), PERSON, PERSON)
    streamed = text_of(noisy.events("someone", fields))
    assert fits(json.loads(streamed), PERSON, PERSON)


@pytest.mark.parametrize(
    "fields",
    [
        {"response_format": {"type": "json_object", "schema": PERSON}},
        {"response_format": {"type": "json_schema", "schema": PERSON}},
        {"json_schema": PERSON},
    ],
)
def test_llama_servers_ways_to_give_a_schema_mean_the_same(
    noisy: RunningHost, fields: dict[str, object]
) -> None:
    more = {"seed": 1, "max_tokens": 800}
    same = noisy.reply("someone", {**in_form(PERSON), **more})
    assert noisy.reply("someone", {**fields, **more}) == same


def test_json_mode_makes_an_object(noisy: RunningHost) -> None:
    closing = {str(ord(char)): 12 for char in '"}]'}
    fields = {"response_format": {"type": "json_object"}, "logit_bias": closing}
    reply = noisy.reply("an object", {**fields, "max_tokens": 800, "temperature": 1.5})
    assert isinstance(json.loads(reply), dict)


def test_text_mode_is_no_constraint(noisy: RunningHost) -> None:
    fields = {**SHORT, "seed": 8}
    asked = {"response_format": {"type": "text"}, "grammar": "", **fields}
    assert noisy.reply("free", asked) == noisy.reply("free", fields)


def test_a_grammar_is_kept(noisy: RunningHost) -> None:
    grammar = 'root ::= ("ja" | "nein") " "? [0-9]{3} "\\n"'
    for seed in range(4):
        reply = noisy.reply("kept", {"grammar": grammar, "seed": seed})
        assert reply.removeprefix("ja").removeprefix("nein").strip().isdigit()
        assert reply.endswith("\n")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"grammar": "root ::= ("}, "Grammar, line 1"),
        ({"grammar": "root ::= root"}, "left recursion"),
        ({"grammar": 'root ::= "a"{50}{50}'}, "refuses the grammar"),
        ({"grammar": "\ud800"}, "surrogate"),
        ({"grammar": 7}, "'grammar' must be a string"),
        ({"grammar": 'root ::= "a"', "json_schema": {}}, "only one of"),
        ({"response_format": {"type": "xml"}}, "'response_format.type'"),
        ({"response_format": "json"}, "'response_format' must be an object"),
        ({"response_format": {"type": "json_schema"}}, "schema' is missing"),
        (in_form({"$ref": "http://127.0.0.1:9/"}), "must point into the schema"),
        (in_form({"type": "string", "pattern": "("}), "cannot be read"),
        (in_form({"type": "array", "uniqueItems": True}), "'uniqueItems'"),
        ({"logit_bias": {"257000": 1}}, "the model has"),
        ({"n": 17}, "'n' must be"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    noisy: RunningHost, fields: dict[str, object], words: str
) -> None:
    response = noisy.post(chat("refuse me", fields))
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, "invalid_request_error")
    assert words in error["message"] and "\n" not in error["message"]


def test_a_client_with_a_lenient_schema_gets_what_can_be_enforced(noisy: RunningHost) -> None:
    schema = {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True, "maxItems": 3}
    lenient = {"type": "json_schema", "json_schema": {"schema": schema, "strict": False}}
    reply = json.loads(noisy.reply("lenient", {"response_format": lenient}))
    assert len(reply) <= 3 and set(reply) <= {1, 2}


# --- tools ----------------------------------------------------------------------------------

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("read", "write")
]


def choosing(name: str) -> dict[str, object]:
    return {"type": "function", "function": {"name": name}}


def called(calls: list[Any]) -> list[tuple[str, str]]:
    assert all(call["type"] == "function" and call["id"].startswith("call_") for call in calls)
    return [(call["function"]["name"], call["function"]["arguments"]) for call in calls]


def test_a_tool_call_is_told_as_one(host: RunningHost) -> None:
    choice = host.whole("call read", {"tools": TOOLS})["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == "I look."
    assert called(choice["message"]["tool_calls"]) == [("read", '{"path": "世.py"}')]


def test_a_streamed_tool_call_comes_whole_behind_the_text(host: RunningHost) -> None:
    events = host.events("call read", {"tools": TOOLS})
    assert text_of(events) == "I look."
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    assert [call["index"] for call in calls] == [0]
    assert called(calls) == [("read", '{"path": "世.py"}')]
    assert events[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_several_calls_and_no_text(host: RunningHost) -> None:
    message = host.whole("call twice", {"tools": TOOLS})["choices"][0]["message"]
    assert message["content"] is None
    assert called(message["tool_calls"]) == [("read", '{"n": 1}'), ("write", '{"n": 2}')]
    events = host.events("call twice", {"tools": TOOLS})
    calls = [c for e in events for d in e["choices"] for c in d["delta"].get("tool_calls", [])]
    assert [call["index"] for call in calls] == [0, 1]


def test_a_client_that_wants_one_call_gets_one(host: RunningHost) -> None:
    fields = {"tools": TOOLS, "parallel_tool_calls": False}
    choice = host.whole("call twice", fields)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert called(choice["message"]["tool_calls"]) == [("read", '{"n": 1}')]


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("call nobody", {"tools": TOOLS}),
        ("call read", {}),
        ("call read", {"tools": TOOLS, "tool_choice": "none"}),
        ("greet", {"tools": TOOLS, "tool_choice": "auto"}),
    ],
)
def test_what_is_no_call_stays_text(
    host: RunningHost, message: str, fields: dict[str, object]
) -> None:
    choice = host.whole(message, fields)["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": SCRIPTS[message]}
    assert choice["finish_reason"] == "stop"
    assert text_of(host.events(message, fields)) == SCRIPTS[message]


def test_a_call_that_was_cut_off_is_text_and_says_so(host: RunningHost) -> None:
    choice = host.whole("call read", {"tools": TOOLS, "max_tokens": 9})["choices"][0]
    assert choice["finish_reason"] == "length" and "tool_calls" not in choice["message"]


def test_a_talk_with_calls_and_results_is_read(host: RunningHost) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "greet"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "<|im_end|>"},
    ]
    whole = host.posted({"messages": messages, "tools": TOOLS})
    assert whole["choices"][0]["message"]["content"] == SCRIPTS["greet"]
    plain = host.posted({"messages": messages[:1], "tools": TOOLS})
    n_more = whole["usage"]["prompt_tokens"] - plain["usage"]["prompt_tokens"]
    assert n_more > len("<|im_end|>") * 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tools": TOOLS, "grammar": 'root ::= "a"'}, "cannot call tools"),
        ({"tools": TOOLS, "tool_choice": "any"}, "'tool_choice' must be"),
        ({"tools": TOOLS, "tool_choice": {"type": "function"}}, "'tool_choice' must be"),
        ({"tools": TOOLS, "tool_choice": choosing("steal")}, "no such function"),
        ({"tool_choice": "required"}, "no such function"),
    ],
)
def test_tools_that_cannot_be_had_are_refused(
    host: RunningHost, fields: dict[str, object], words: str
) -> None:
    response = host.post(chat("call read", fields))
    assert response.status_code == 400 and words in response.json()["error"]["message"]


@pytest.mark.parametrize("choice", ["required", choosing("write")], ids=str)
def test_a_call_that_is_demanded_is_made_and_fits(
    noisy_with_tools: RunningHost, choice: object
) -> None:
    """By a model that says anything at all."""
    reading = {"$ref": "#/$defs/where", "$defs": {"where": {"type": "object", "properties": {
        "path": {"type": "string", "maxLength": 5}}, "required": ["path"]}}}  # fmt: skip
    writing = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3,
        "uniqueItems": True}}, "required": ["n"], "additionalProperties": False}  # fmt: skip
    schemas = {"read": reading, "write": writing}
    tools = [{"type": "function", "function": {"name": name, "parameters": schema}}
             for name, schema in schemas.items()]  # fmt: skip
    fields = {"tools": tools, "tool_choice": choice, "max_tokens": 400, "temperature": 1.3}
    for seed in range(4):
        reply = noisy_with_tools.whole("do it", {**fields, "seed": seed})["choices"][0]
        assert reply["finish_reason"] == "tool_calls" and reply["message"]["content"] is None
        ((name, arguments),) = called(reply["message"]["tool_calls"])
        assert fits(json.loads(arguments), schemas[name], schemas[name])
        assert choice == "required" or name == "write"


def test_a_model_that_knows_no_tools_says_so(noisy: RunningHost) -> None:
    response = noisy.post(chat("call read", {"tools": TOOLS}))
    assert response.status_code == 400 and "knows no tools" in response.text


def test_a_prompt_that_tools_make_too_long_is_refused(host: RunningHost) -> None:
    long = [{"type": "function", "function": {"name": "x", "description": "y" * N_CTX}}]
    response = host.post(chat("greet", {"tools": long}))
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "context_length_exceeded"
