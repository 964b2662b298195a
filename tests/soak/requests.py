"""Random requests, each with what must come back. The seed decides everything."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.soak.scripts import KEYS, TEXTS, TOKENS, expected

Leaving = Literal["never", "at once", "in prefill", "in decode"]

SYSTEMS = ("", "You are brief.", "You explain code to programmers. " * 4, "Be exact. " * 20)
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")
GRAMMAR_CHARS = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request. `text` and `finish` are of each choice; with `leaves_after` chunks of text
    seen, a client that leaves in decode closes its connection."""

    fields: Mapping[str, object]
    text: str
    finish: str
    streams: bool
    n: int = 1
    leaving: Leaving = "never"
    leaves_after: int = 0

    @property
    def body(self) -> bytes:
        return json.dumps(self.fields).encode()


@dataclass(frozen=True, slots=True)
class Plain:
    """Any other request: a bad one, or a look at the host."""

    method: str
    path: str
    body: bytes
    status: int


class Requests:
    """`features` are the optional fields that the host knows: see `OPTIONAL`."""

    def __init__(self, seed: object, n_ctx: int, features: frozenset[str]) -> None:
        self._random = random.Random(f"{seed}")
        self._n_ctx = n_ctx
        self._features = features

    def next(self) -> Asked | Plain:
        draw = self._random.random()
        if draw < 0.05:
            return self._bad()
        if draw < 0.09:
            paths = ("/health", "/v1/models", *self._features & {"metrics"})
            return Plain("GET", f"/{self._random.choice(paths).removeprefix('/')}", b"", 200)
        if draw < 0.13 and "warm_up" in self._features:
            return self._warm_up()
        return self._chat()

    def _chat(self) -> Asked:
        pick = self._random
        key = pick.choice(KEYS)
        fields: dict[str, object] = {"messages": self._messages(key)}
        max_tokens = pick.randint(1, len(TOKENS[key]) + 2) if pick.random() < 0.2 else None
        stop = self._stop(key) if pick.random() < 0.15 else []
        fields |= {"max_tokens": max_tokens} if max_tokens is not None else {}
        fields |= {"stop": stop} if stop else {}
        fields |= self._sampling() | self._prediction(key)
        streams = pick.random() < 0.65
        fields |= {"stream": True, **self._stream_options()} if streams else {}
        leaving = self._leaving(streams)
        n = self._choices(fields, max_tokens, stop)
        fields |= self._grammar(key, n)
        text, finish = expected(key, max_tokens, stop)
        if leaving in ("in prefill", "in decode"):
            fields["return_progress"] = True
        return Asked(fields, text, finish, streams, n, leaving, pick.randint(1, 6))

    def _messages(self, key: str) -> list[dict[str, str]]:
        pick = self._random
        n_words = pick.choice((1, 4, 10, 30)) if pick.random() < 0.97 else pick.randint(100, 500)
        # Few first words: many prompts begin alike, and some are the same.
        words = [pick.choice(WORDS[:3]), *pick.choices(WORDS, k=n_words)]
        messages = [{"role": "user", "content": f"{' '.join(words)} {key}"}]
        if system := pick.choice(SYSTEMS):
            messages.insert(0, {"role": "system", "content": system})
        return messages

    def _stop(self, key: str) -> list[str]:
        """Parts of the reply, cut anywhere, and texts that never come."""
        text = TEXTS[key]
        stop = ["never", "w9.9"][: self._random.randint(0, 2)]
        for _ in range(self._random.randint(1, 2)):
            at = self._random.randrange(len(text) - 1)
            stop.append(text[at : at + self._random.randint(2, 12)])
        return stop

    def _sampling(self) -> dict[str, object]:
        pick = self._random
        chosen: dict[str, object] = {}
        if pick.random() < 0.3:
            chosen |= {"temperature": pick.choice((0, 0.2, 0.7, 1)), "seed": pick.randrange(99)}
        if pick.random() < 0.1:
            chosen["cache_prompt"] = False
        if pick.random() < 0.1 and "logprobs" in self._features:
            chosen |= {"logprobs": True, "top_logprobs": pick.randint(0, 3)}
        return chosen

    def _prediction(self, key: str) -> dict[str, object]:
        """The reply itself, or one with a change in it, or another."""
        pick = self._random
        if pick.random() > 0.3:
            return {}
        text = TEXTS[key if pick.random() < 0.8 else pick.choice(KEYS)]
        if pick.random() < 0.5:
            at = pick.randrange(len(text))
            text = text[:at] + pick.choice(("", "other", "\n")) + text[at + pick.randint(0, 9) :]
        return {"prediction": {"type": "content", "content": text}}

    def _stream_options(self) -> dict[str, object]:
        chosen: dict[str, object] = {}
        if self._random.random() < 0.3:
            chosen["stream_options"] = {"include_usage": True}
        if self._random.random() < 0.3:
            chosen["return_progress"] = True
        return chosen

    def _leaving(self, streams: bool) -> Leaving:
        if self._random.random() > 0.18:
            return "never"
        return self._random.choice(("at once", "in prefill", "in decode")) if streams else "at once"

    def _choices(self, fields: dict[str, object], max_tokens: int | None, stop: list[str]) -> int:
        if "n" not in self._features or self._random.random() > 0.06:
            return 1
        fields["n"] = n = self._random.randint(2, 3)
        return n

    def _grammar(self, key: str, n: int) -> dict[str, object]:
        """A grammar that allows the reply and nothing else, or the reply among others."""
        if "grammar" not in self._features or self._random.random() > 0.04:
            return {}
        literals = [_literal(TEXTS[key])]
        if self._random.random() < 0.5:
            literals.insert(0, _literal(TEXTS[self._random.choice(KEYS)]))
        return {"grammar": f"root ::= {' | '.join(literals)}"}

    def _warm_up(self) -> Asked:
        fields = {"messages": self._messages(self._random.choice(KEYS)), "max_tokens": 0}
        leaving: Leaving = "at once" if self._random.random() < 0.2 else "never"
        return Asked(fields, "", "length", streams=False, leaving=leaving)

    def _bad(self) -> Plain:
        good = {"messages": [{"role": "user", "content": "hi"}]}
        too_long = {"messages": [{"role": "user", "content": "x" * (self._n_ctx + 10)}]}
        chat = "/v1/chat/completions"
        bad = (
            Plain("POST", chat, b"{", 400),
            Plain("POST", chat, b"[]", 400),
            Plain("POST", chat, json.dumps({**good, "no_such_field": 1}).encode(), 400),
            Plain("POST", chat, json.dumps({**good, "temperature": 9}).encode(), 400),
            Plain("POST", chat, json.dumps({"messages": []}).encode(), 400),
            Plain("POST", chat, json.dumps(too_long).encode(), 400),
            Plain("GET", chat, b"", 405),
            Plain("GET", "/nowhere", b"", 404),
        )
        return self._random.choice(bad)


OPTIONAL: Mapping[str, Mapping[str, object]] = {
    "n": {"n": 2},
    "grammar": {"grammar": 'root ::= "w"'},
    "logprobs": {"logprobs": True, "top_logprobs": 1},
    "warm_up": {"max_tokens": 0},
}
"""Fields that a host need not know, by an example. The soak leaves out what is refused."""


def _literal(text: str) -> str:
    return '"' + "".join(GRAMMAR_CHARS.get(char, char) for char in text) + '"'
