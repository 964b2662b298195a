"""Log probabilities in JSON: of tokens that are no text, and of those that cannot come."""

import json

from lsp_server.host.token_logprobs import LOWEST, CompletionLogprobs, joined, of_chat
from lsp_server.host.work import TokenLogprob

NEVER = float("-inf")
TOKENS = (
    TokenLogprob(b"a", -0.5, ((b"a", -0.5), (b"\xff", NEVER))),
    TokenLogprob("世".encode()[:2], -1.0, ((b"b", -0.1), (b"\xfe", -2.0))),
    TokenLogprob("世".encode()[2:], NEVER),
    TokenLogprob(b"z", -3.0),
)


def test_a_token_that_cannot_come_has_a_number_that_json_knows() -> None:
    content = of_chat(TOKENS)["content"]
    assert isinstance(content, list)
    assert [each["logprob"] for each in content] == [-0.5, -1.0, LOWEST, -3.0]
    assert content[0]["top_logprobs"][1] == {"token": "\ufffd", "logprob": LOWEST, "bytes": [255]}
    json.dumps(content, allow_nan=False)


def test_two_tokens_never_have_the_same_name_in_the_older_form() -> None:
    told = CompletionLogprobs().of(TOKENS)
    assert told["tokens"] == ["a", "bytes:\\xe4\\xb8", "bytes:\\x96", "z"]
    assert told["top_logprobs"] == [
        {"a": -0.5, "bytes:\\xff": LOWEST}, {"b": -0.1, "bytes:\\xfe": -2.0}, {}, {}
    ]  # fmt: skip


def test_offsets_count_characters_wherever_the_pieces_are_cut() -> None:
    whole = CompletionLogprobs().of(TOKENS)
    assert whole["text_offset"] == [0, 1, 1, 2]
    for at in range(len(TOKENS) + 1):
        told = CompletionLogprobs()
        assert joined([told.of(TOKENS[:at]), told.of(TOKENS[at:])]) == whole
