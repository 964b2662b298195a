"""What a model is asked: messages composed from Markdown files, and how it shall sample.

A prompt is the system prompt, then the material (project, file, selection), then the task. The
first two are the same for every action on one selection, cut to the window in the same way
whatever the action needs besides, so that the KV cache of one request serves the next. The task
is kept short: what may be cut of it is cut to a twelfth of the prompt.

One file per piece in `prompts/`, with `$name` where a part goes. A section (from one `## ` heading
to the next) whose parts are all empty is left out.

Tokens are estimated here, on the high side; the host counts them and refuses what does not fit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from string import Template
from typing import Literal

from lsp_server.errors import PromptTooLong

ELLIPSIS = "…"
N_TEMPLATE_TOKENS = 40
N_LEAST = 24
N_MARK = 4
N_REPLY = 2048
"""Tokens that every action on a selection leaves to a reply."""
N_TASK = 150
TASK_SHARE = 12
"""A task may take that many tokens, or a twelfth of the material where that is more."""
N_TASK_RESERVE = 256

SECTION = re.compile(r"^(?=## )", re.MULTILINE)
# As tokenizers of the Qwen and Llama families cut: words by about five letters, digits one by
# one, a run of spaces or line ends whole; a single space belongs to the word behind it.
TOKEN = re.compile(r"[A-Za-z_]{1,5}|\n+|[^\S\n]{2,}|[^\sA-Za-z_]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request. `system` is the same for all actions, so that its KV cache is reused.

    `user` has the stable parts first and the instruction last. `prediction` is the text that
    the reply will largely repeat, for speculative decoding; `n_expected` about how many tokens
    the reply will have, None where that cannot be known.
    """

    system: str
    user: str
    prediction: str = ""
    n_expected: int | None = None


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
class Room:
    """A model's window in tokens, and how many the reply may take of it.

    `n_reply` None means: as many as there is room for.
    """

    n_ctx: int
    n_reply: int | None = None

    @property
    def n_prompt(self) -> int:
        """What the reply does not need, and half of the window at least."""
        return self.n_ctx - min(self.n_reply or self.n_ctx // 4, self.n_ctx // 2)

    def n_material(self, n_selected: int) -> int:
        """The same for every action, however long its task and its reply are."""
        n_reply = max(N_REPLY, self.n_ctx // 4, n_selected * 3 // 2)
        n_prompt = self.n_ctx - min(n_reply, self.n_ctx // 2)
        return n_prompt - max(N_TASK_RESERVE, n_prompt // TASK_SHARE)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands for `$name` in a prompt file.

    `rank` 0 is never cut (the selection, the instruction); of the others the highest rank is cut
    first. `keep` says which end of a text that is cut stays. `language` puts the text into a
    fence of that language, after cutting; None leaves it bare. `spare`: it repeats what the
    material has, and is left out of a task unless the material is cut there.
    """

    name: str
    text: str
    rank: int = 0
    keep: Literal["start", "end"] = "start"
    language: str | None = None
    spare: bool = False

    @property
    def shown(self) -> str:
        """The text as it stands in the prompt."""
        if self.language is None or not self.text.strip():
            return self.text.strip("\n")
        return fenced(self.text, self.language)


@dataclass(frozen=True, slots=True)
class Material:
    """What all actions on one selection show the model first: the parts of `prompts/<name>.md`.

    Parts of rank 0 and 1 are the selection itself.
    """

    name: str
    parts: tuple[Part, ...]

    def whole(self) -> "Material":
        """The same with a selection that is never cut, for a task that rewrites it."""
        parts = (replace(part, rank=0) if part.rank == 1 else part for part in self.parts)
        return Material(self.name, tuple(parts))


def compose(material: Material, name: str, task: Sequence[Part], room: Room) -> Prompt:
    """The material, and behind it the task of `prompts/<name>.md`, cut so that the room holds both.

    Raises PromptTooLong where even the parts that are never cut do not fit.
    """
    parts, n_most = _fitted(material, room), room.n_prompt - _n_frame(material, name)
    asked = _without_repeats(task, material, parts)
    n_needed = _n_needed(asked)
    n_left = n_most - sum(map(_n_tokens, parts))
    if n_needed > n_left:
        # The task is unusually long. It must be read anyway, so nothing is shared.
        asked, n_needed = list(task), _n_needed(task)
        parts = fit(material.parts, n_most - n_needed)
        n_left = n_needed
    n_share = sum(map(_n_tokens, parts)) // TASK_SHARE
    n_task = max(N_TASK, n_share) - n_tokens(_template(name))
    own = fit(asked, min(n_left, max(n_needed, n_task)))
    shown = filled(material.name, **{part.name: part.shown for part in parts})
    told = filled(name, **{part.name: part.shown for part in own})
    return Prompt(_template("system"), f"{shown}\n\n{told}")


def shared(material: Material, room: Room) -> Prompt:
    """What the prompts of all actions on one selection begin with, without any task."""
    parts = _fitted(material, room)
    return Prompt(
        _template("system"), filled(material.name, **{part.name: part.shown for part in parts})
    )


def filled(name: str, /, **parts: str) -> str:
    """`prompts/<name>.md`, filled. A placeholder without a part raises KeyError."""
    sections = SECTION.split(_template(name))
    texts = [_filled(section, parts) for section in sections]
    return "\n\n".join(text for text in texts if text)


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


def _fitted(material: Material, room: Room) -> tuple[Part, ...]:
    n_selected = sum(_n_tokens(part) for part in material.parts if part.rank <= 1)
    return fit(material.parts, room.n_material(n_selected) - _n_frame(material))


def _without_repeats(task: Sequence[Part], material: Material, parts: Sequence[Part]) -> list[Part]:
    """The task, what is spare left out of it where `parts`, the material as it is cut, show it."""
    is_whole = tuple(parts) == material.parts
    texts = [part.text for part in parts]
    return [
        replace(part, text="")
        if part.spare and (is_whole or any(part.text in text for text in texts))
        else part
        for part in task
    ]


def _n_needed(task: Iterable[Part]) -> int:
    return sum(_n_tokens(part) for part in task if not part.rank)


def _n_frame(material: Material, *names: str) -> int:
    """Tokens of what stands around the parts."""
    return N_TEMPLATE_TOKENS + sum(
        n_tokens(_template(each)) for each in ("system", material.name, *names)
    )


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
