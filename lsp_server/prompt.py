"""What a model is asked: messages composed from Markdown files, and how it shall sample.

One file per prompt in `prompts/`, with `$name` where a part goes; `prompts/system.md` is the same
for all actions. Within a file what is stable comes first (project, file) and what is volatile
last (selection, instruction), so that the KV cache of one request serves the next. A section
(from one `## ` heading to the next) whose parts are all empty is left out.

Tokens are estimated here, on the high side; the host counts them and refuses what does not fit.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from string import Template
from typing import Literal

from lsp_server.errors import PromptTooLong

ELLIPSIS = "…"
N_TEMPLATE_TOKENS = 40
N_LEAST = 24
N_MARK = 4

SECTION = re.compile(r"^(?=## )", re.MULTILINE)
# As tokenizers of the Qwen and Llama families cut: words by about five letters, digits one by
# one, a run of spaces or line ends whole; a single space belongs to the word behind it.
TOKEN = re.compile(r"[A-Za-z_]{1,5}|\n+|[^\S\n]{2,}|[^\sA-Za-z_]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request. `system` is the same for all actions, so that its KV cache is reused.

    `user` has the stable parts first and the instruction last. `prediction` is the text that
    the reply will largely repeat, for speculative decoding.
    """

    system: str
    user: str
    prediction: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are picked. `max_tokens` None means: as many as the window has room for.

    `task` says which of the user's temperatures applies.
    """

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int | None = None
    stop: tuple[str, ...] = field(default=())
    seed: int | None = None
    task: Literal["code", "prose"] = "code"


PROSE = Sampling(temperature=0.7, task="prose")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands for `$name` in a prompt file.

    `rank` 0 is never cut (the selection, the instruction); of the others the highest rank is cut
    first. `keep` says which end of a text that is cut stays. `language` puts the text into a
    fence of that language, after cutting; None leaves it bare.
    """

    name: str
    text: str
    rank: int = 0
    keep: Literal["start", "end"] = "start"
    language: str | None = None

    @property
    def shown(self) -> str:
        """The text as it stands in the prompt."""
        if self.language is None or not self.text.strip():
            return self.text.strip("\n")
        return fenced(self.text, self.language)


def compose(name: str, parts: Sequence[Part], room: int, prediction: str = "") -> Prompt:
    """The prompt of `prompts/<name>.md`, its parts cut so that it has at most `room` tokens.

    Raises PromptTooLong where even the parts that are never cut do not fit.
    """
    taken = n_tokens(_template("system")) + n_tokens(_template(name)) + N_TEMPLATE_TOKENS
    fitted = fit(parts, room - taken)
    return replace(load(name, **{part.name: part.shown for part in fitted}), prediction=prediction)


def load(name: str, /, **parts: str) -> Prompt:
    """Fill `prompts/<name>.md`. A placeholder without a part raises KeyError."""
    sections = SECTION.split(_template(name))
    filled = [_filled(section, parts) for section in sections]
    return Prompt(_template("system"), "\n\n".join(text for text in filled if text))


def fit(parts: Sequence[Part], room: int) -> tuple[Part, ...]:
    """`parts`, the least important cut at a line or left out until `room` tokens hold all.

    A cut is marked with "…". Raises PromptTooLong if those of rank 0 are too long by themselves.
    """
    fitted = {part.name: part for part in parts}
    excess = sum(_n_tokens(part) for part in parts) - room
    for part in sorted(parts, key=lambda part: -part.rank):
        if excess <= 0 or not part.rank:
            break
        fitted[part.name] = _cut(part, _n_tokens(part) - excess)
        excess -= _n_tokens(part) - _n_tokens(fitted[part.name])
    if excess > 0:
        raise PromptTooLong(
            f"What is selected has about {excess:,} tokens more than the model's window has room "
            "for: select less, or raise n_ctx in the settings."
        )
    return tuple(fitted.values())


def n_tokens(text: str) -> int:
    """About how many tokens `text` has, rather too many than too few."""
    return sum(1 for _ in TOKEN.finditer(text))


def fenced(text: str, language: str) -> str:
    """`text` in a fence longer than any it holds."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    ending = "" if text.endswith("\n") else "\n"
    return f"{marks}{language}\n{text}{ending}{marks}"


@cache
def _template(name: str) -> str:
    from importlib import resources  # slow to import, and the server must start

    source = resources.files(__package__ or "lsp_server").joinpath("prompts", f"{name}.md")
    return source.read_text("utf-8").strip()


def _filled(section: str, parts: Mapping[str, str]) -> str:
    template = Template(section.strip())
    names = template.get_identifiers()
    text = template.substitute(parts)
    return text if not names or any(parts[name].strip() for name in names) else ""


def _n_tokens(part: Part) -> int:
    return n_tokens(part.shown)


def _cut(part: Part, whole: int) -> Part:
    """`part` with at most `whole` tokens: whole lines from the end it keeps, or nothing at all."""
    room = whole - max(0, n_tokens(part.shown) - n_tokens(part.text)) - N_MARK
    lines = part.text.splitlines(keepends=True)
    kept = list(_within(lines if part.keep == "start" else lines[::-1], room))
    if whole < N_LEAST or not kept:
        return replace(part, text="")
    if part.keep == "start":
        return replace(part, text="".join(kept) + ELLIPSIS)
    return replace(part, text=f"{ELLIPSIS}\n{''.join(kept[::-1])}")


def _within(lines: Sequence[str], room: int) -> Iterator[str]:
    for line in lines:
        room -= n_tokens(line)
        if room < 0:
            return
        yield line
