"""All actions on one selection ask with prompts that begin alike: what was read once is kept."""

import inspect
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from lsp_server.actions.menu import ACTIONS
from lsp_server.actions.offer import Context, Diagnostic, Offer
from lsp_server.errors import PromptTooLong
from lsp_server.project.workspace import Project
from lsp_server.prompt import TASK_SHARE, Prompt, Room, filled, n_tokens
from lsp_server.syntax import symbols
from lsp_server.syntax.shape import CALLABLES
from lsp_server.text import Snapshot, Span, common_prefix

MODULES = ["bisect", "shlex", "textwrap", "fractions"]
WINDOWS = [4_096, 8_192]
N_BIG = 1_500 + n_tokens(filled("system"))
MOST_QUOTING = 0.05
QUOTES = re.compile(
    r"^## The (lines to (correct|edit)|definition|function|code to (test|explain))$", re.MULTILINE
)
TEST = '''\
import unittest

from {name} import *


class Test{name}(unittest.TestCase):
    def test_it_is_there(self):
        """Nothing more."""
        self.assertTrue(True)
'''


@cache
def source(name: str) -> str:
    return inspect.getsource(import_module(name)).replace("\r\n", "\n")


def selections(text: str) -> Iterator[Span]:
    """Cursors, whole definitions, lines within functions, and functions in a row."""
    rng = random.Random(3)
    every = [each for each in symbols.symbols("python", text) if len(each.body_span)]
    functions = [each for each in every if each.kind in CALLABLES and len(each.span) < 3_000]
    for symbol in rng.sample(functions, min(5, len(functions))):
        yield Span(symbol.body_span.start, symbol.body_span.start)
        yield symbol.definition_span
        body = Snapshot("", 0, "python", text).whole_lines(symbol.body_span)
        lines = body.of(text).splitlines(keepends=True)
        first = rng.randrange(len(lines))
        start = body.start + sum(map(len, lines[:first]))
        yield Span(start, start + sum(map(len, lines[first : first + 4])))
    at = next((each.name_span.start for each in every if each not in functions), 0)
    yield Span(at, at)
    yield Span(0, 0)
    yield Span(functions[0].span.start, functions[1].span.end)


def context(root: Path, name: str, selection: Span, instruction: str | None) -> Context:
    path, text = root / f"{name}.py", source(name)
    path.write_text(text, "utf-8")
    (root / "tests").mkdir(exist_ok=True)
    (root / "tests" / f"test_{name}.py").write_text(TEST.format(name=name))
    snapshot = Snapshot(path.as_uri(), 1, "python", text)
    line = snapshot.line_span(snapshot.line_at(selection.start))
    found = (Diagnostic(line, "Incompatible types in assignment", "mypy", "assignment"),)
    return Context(snapshot, selection, Project(root), diagnostics=found, instruction=instruction)


def prompts(ctx: Context, room: Room) -> list[Prompt]:
    """Of the first step of every offered action."""
    offers = [action.offer(ctx) for action in ACTIONS]
    asked = []
    for offer in offers:
        # A small window does not hold a long function twice.
        with suppress(PromptTooLong):
            asked += [offer.steps()[0].prompt(room)] if isinstance(offer, Offer) else []
    return asked


def whole(prompt: Prompt) -> str:
    return f"{prompt.system}\n{prompt.user}"


@pytest.mark.parametrize("n_ctx", WINDOWS)
@pytest.mark.parametrize("name", MODULES)
def test_prompts_on_one_selection_differ_in_their_end_alone(
    name: str, n_ctx: int, tmp_path: Path
) -> None:
    """By a twelfth at most; but for a few that quote what the window had no room for."""
    room, n_quoting, n_seen = Room(n_ctx), 0, 0
    for selection in selections(source(name)):
        ctx = context(tmp_path, name, selection, "Make it shorter.")
        asked = [whole(each) for each in prompts(ctx, room)]
        for one in asked:
            n_seen += 1
            if QUOTES.search(one):
                n_quoting += 1
                continue
            n_most = max(n_tokens(one), N_BIG) / TASK_SHARE
            for other in asked:
                n_alike = common_prefix(one, other)
                assert one == other or n_tokens(one[n_alike:]) <= n_most, one[n_alike:]
    assert n_seen > 50
    assert n_quoting <= MOST_QUOTING * n_seen


@pytest.mark.parametrize("n_ctx", WINDOWS)
@pytest.mark.parametrize("name", MODULES)
def test_what_is_read_ahead_is_what_every_prompt_begins_with(
    name: str, n_ctx: int, tmp_path: Path
) -> None:
    room = Room(n_ctx)
    for selection in selections(source(name)):
        listed = context(tmp_path, name, selection, None)
        offers = [action.offer(listed) for action in ACTIONS]
        ahead = {
            offer.shared(room) for offer in offers if isinstance(offer, Offer) and offer.shared
        }
        assert len(ahead) == 1, "the same for every action"
        (begun,) = ahead
        chosen = context(tmp_path, name, selection, "Make it shorter, and keep what it does.")
        for prompt in prompts(chosen, Room(n_ctx, 1024)):
            assert prompt.system == begun.system
            assert prompt.user.startswith(f"{begun.user}\n\n## ")


@pytest.mark.parametrize("n_reply", [None, 64, 1024, 2048])
def test_the_cut_does_not_depend_on_how_long_the_reply_may_be(
    n_reply: int | None, tmp_path: Path
) -> None:
    text = source("argparse")
    cursor = Span(text.index("def parse_args"), text.index("def parse_args"))
    ctx = context(tmp_path, "argparse", cursor, "Shorter.")
    for one, other in zip(
        prompts(ctx, Room(8_192)), prompts(ctx, Room(8_192, n_reply)), strict=True
    ):
        assert one == other
        assert "…" in one.user


def test_a_report_in_a_class_too_long_for_the_window_can_be_fixed(tmp_path: Path) -> None:
    text = source("textwrap")
    at = text.index("unicode_whitespace_trans")
    ctx = context(tmp_path, "textwrap", Span(at, at), None)
    (fix,) = [each for each in prompts(ctx, Room(4_096)) if "## What is reported" in each.user]
    assert "unicode_whitespace_trans = " in fix.user[fix.user.index("## The lines to correct") :]
