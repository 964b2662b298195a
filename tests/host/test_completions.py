"""Completions without a chat, and the middle of a text, from the request's bytes to the reply's."""

import json
from collections.abc import Iterator
from typing import Any

import numpy
import pytest

from lsp_server.host.completion_request import parse
from lsp_server.host.json_fields import BadRequest
from tests.host.computed import NEARLY, Computed, computing
from tests.host.conftest import FILL_IN_THE_MIDDLE, SCRIPTS
from tests.hosting import RunningHost

PATH = "/v1/completions"


@pytest.fixture(scope="module")
def computed(noisy: RunningHost) -> Iterator[Computed]:
    with computing(noisy.model) as made:
        yield made


def completed(host: RunningHost, prompt: object, **fields: object) -> Any:
    return host.posted({"prompt": prompt, "max_tokens": 16, **fields}, PATH)


def text_of(events: list[Any], index: int = 0) -> str:
    choices = [choice for event in events for choice in event["choices"]]
    return "".join(choice["text"] for choice in choices if choice["index"] == index)


def test_a_prompt_is_gone_on_with(noisy: RunningHost, computed: Computed) -> None:
    whole = completed(noisy, "def f(", temperature=0)
    said = computed.tokens(whole["choices"][0]["text"])
    table = computed.logprobs(computed.tokens("def f("), said)
    assert [int(row.argmax()) for row in table] == said
    assert whole["object"] == "text_completion" and whole["id"].startswith("cmpl-")
    assert whole["choices"][0] == {
        "index": 0, "text": whole["choices"][0]["text"], "logprobs": None, "finish_reason": "length"
    }  # fmt: skip
    assert whole["usage"]["prompt_tokens"] == len("def f(")


def test_a_prompt_may_hold_the_models_own_markers(host: RunningHost) -> None:
    prompt = "<|im_start|>user\ngreet<|im_end|>\n<|im_start|>assistant\n<|script0|>"
    markers = completed(host, prompt, max_tokens=99)
    assert markers["choices"][0]["text"] == SCRIPTS["greet"]
    assert markers["choices"][0]["finish_reason"] == "stop"


def test_tokens_are_as_good_as_their_text(noisy: RunningHost, computed: Computed) -> None:
    fields = {"seed": 4}
    text = completed(noisy, "世界 are two", **fields)
    tokens = completed(noisy, computed.tokens("世界 are two"), **fields)
    assert tokens["choices"] == text["choices"]


def test_several_prompts_have_their_replies_in_order(noisy: RunningHost) -> None:
    prompts = ["one", "three"]
    several = completed(noisy, prompts, temperature=0, n=2)
    single = [completed(noisy, each, temperature=0)["choices"][0]["text"] for each in prompts]
    texts = [choice["text"] for choice in several["choices"]]
    assert texts == [single[0], single[0], single[1], single[1]]
    assert several["usage"]["prompt_tokens"] == len("one") + len("three")
    assert several["usage"]["completion_tokens"] == 4 * 16


def test_a_stream_holds_what_the_whole_reply_holds(noisy: RunningHost) -> None:
    body = {"prompt": ["a", "b"], "max_tokens": 16, "seed": 9, "logprobs": 2, "n": 2}
    whole = noisy.posted(body, PATH)
    asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
    events = noisy.streamed(asked, PATH)
    for index, choice in enumerate(whole["choices"]):
        assert text_of(events, index) == choice["text"]
        parts = [c for e in events for c in e["choices"] if c["index"] == index]
        told = [part["logprobs"]["text_offset"] for part in parts if part["logprobs"]]
        offsets = [at for each in told for at in each]
        assert offsets == choice["logprobs"]["text_offset"]
        assert [part["finish_reason"] for part in parts][-1] == choice["finish_reason"]
    assert events[-1]["usage"] == whole["usage"]
    assert {event["object"] for event in events} == {"text_completion"}


def test_the_older_logprobs_are_those_of_the_models_own_logits(
    noisy: RunningHost, computed: Computed
) -> None:
    choice = completed(noisy, "how likely", logprobs=4, seed=2)["choices"][0]
    told, said = choice["logprobs"], computed.tokens(choice["text"])
    table = computed.logprobs(computed.tokens("how likely"), said)
    assert told["tokens"] == list(choice["text"])
    assert told["text_offset"] == list(range(len(said)))
    for row, token, logprob, top in zip(
        table, said, told["token_logprobs"], told["top_logprobs"], strict=True
    ):
        assert abs(row[token] - logprob) < NEARLY
        assert numpy.allclose(sorted(top.values()), numpy.sort(row)[-4:], atol=NEARLY)


def test_a_token_that_is_no_text_is_named_by_its_bytes(host: RunningHost) -> None:
    number = list(SCRIPTS).index("pieces")
    choice = completed(host, f"<|script{number}|>", logprobs=0)["choices"][0]
    assert choice["text"] == "alpha beta 世界 gamma"
    names, offsets = choice["logprobs"]["tokens"], choice["logprobs"]["text_offset"]
    assert any(name.startswith("bytes:\\x") for name in names)
    assert offsets == sorted(offsets) and offsets[-1] == choice["text"].index(names[-1])
    assert choice["logprobs"]["top_logprobs"] == [{} for _ in names]


def test_a_suffix_asks_for_what_stands_between(noisy: RunningHost, computed: Computed) -> None:
    """Marks inside the texts are text."""
    before, after = "def f():\n    <|fim_suffix|>", "\n    return 世\n"
    choice = completed(noisy, before, suffix=after, temperature=0)["choices"][0]
    prefix, suffix, middle = map(computed.tokens, FILL_IN_THE_MIDDLE)
    assert [len(each) for each in (prefix, suffix, middle)] == [1, 1, 1]

    def plain(text: str) -> list[int]:
        return list(text.encode())

    prompt = [*prefix, *plain(before), *suffix, *plain(after), *middle]
    said = computed.tokens(choice["text"])
    assert [int(row.argmax()) for row in computed.logprobs(prompt, said)] == said


def test_an_empty_suffix_is_none(host: RunningHost) -> None:
    choice = completed(host, "<|script0|>", suffix="", max_tokens=99)["choices"][0]
    assert choice["text"] == SCRIPTS["greet"]


def test_a_model_that_cannot_fill_in_says_so(host: RunningHost) -> None:
    response = host.post({"prompt": "a", "suffix": "b"}, PATH)
    assert response.status_code == 400 and "fill-in-the-middle" in response.text


def test_grammar_stop_and_bias_hold_here_too(noisy: RunningHost) -> None:
    formed = completed(noisy, "x", grammar='root ::= "only this"')["choices"][0]
    assert formed["text"] == "only this"
    biased = {"logit_bias": {"122": 100}, "stop": "zzz", "max_tokens": 9}
    stopped = completed(noisy, "x", **biased)["choices"][0]
    assert (stopped["text"], stopped["finish_reason"]) == ("", "stop")


def test_no_tokens_is_a_warm_up(noisy: RunningHost) -> None:
    prompt = "a prompt for later " * 10
    warm = completed(noisy, prompt, max_tokens=0)
    assert warm["choices"][0]["text"] == "" and warm["usage"]["completion_tokens"] == 0
    assert completed(noisy, prompt)["timings"]["prompt_n"] == 1


def test_a_prediction_changes_nothing(noisy: RunningHost) -> None:
    plain = completed(noisy, "predicted", temperature=0)["choices"][0]["text"]
    prediction = {"type": "content", "content": plain}
    again = completed(noisy, "predicted", temperature=0, prediction=prediction)
    assert again["choices"][0]["text"] == plain


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "'prompt' must be"),
        ({"prompt": None}, "'prompt' must be"),
        ({"prompt": []}, "'prompt' must be"),
        ({"prompt": {}}, "'prompt' must be"),
        ({"prompt": [["a"]]}, "'prompt' must hold"),
        ({"prompt": [1, "a"]}, "'prompt' must hold"),
        ({"prompt": [True]}, "'prompt' must hold"),
        ({"prompt": [-1]}, "'prompt' must hold"),
        ({"prompt": [2**31]}, "'prompt' must hold"),
        ({"prompt": [[]]}, "'prompt' must hold"),
        ({"prompt": ["a"] * 17}, "at most 16"),
        ({"prompt": "\ud800"}, "surrogate"),
        ({"prompt": "a", "suffix": 1}, "'suffix' must be a string"),
        ({"prompt": [1, 2], "suffix": "b"}, "must be a text"),
        ({"prompt": "a", "echo": True}, "'echo' asks for what this server cannot do"),
        ({"prompt": "a", "best_of": 2}, "'best_of'"),
        ({"prompt": "a", "logprobs": True}, "'logprobs' must be a whole number"),
        ({"prompt": "a", "logprobs": 21}, "'logprobs'"),
        ({"prompt": "a", "messages": []}, "'messages' is not known"),
        ({"prompt": "a", "tools": []}, "'tools' is not known"),
    ],
)
def test_a_wrong_field_is_named_in_one_sentence(body: Any, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(json.dumps(body).encode())
    assert words in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"prompt": ""}, None, "empty"),
        ({"prompt": "x" * 3000}, "context_length_exceeded", "3000 tokens"),
        ({"prompt": ["a", "x" * 3000]}, "context_length_exceeded", "3000 tokens"),
        ({"prompt": [5, 260000]}, None, "names token 260000"),
        ({"prompt": ["a"] * 9, "n": 2}, None, "18 replies"),
    ],
)
def test_what_the_model_cannot_take_is_refused(
    noisy: RunningHost, body: Any, code: str | None, words: str
) -> None:
    response = noisy.post(body, PATH)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, code)
    assert words in error["message"]


def test_only_posts_are_answered(noisy: RunningHost) -> None:
    assert noisy.get(PATH).status_code == 405
