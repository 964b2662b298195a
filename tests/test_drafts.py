"""Drafts on real files: the standard library of the Python that runs the tests."""

import re
import sysconfig
from pathlib import Path

import pytest

from lsp_server.actions import draft_docs, explain
from lsp_server.actions.offer import Context, InDocument, Offer
from lsp_server.project.workspace import Project
from lsp_server.settings import DocstringStyle, Style
from lsp_server.syntax.symbols import symbols
from lsp_server.text import Edit, Snapshot, Span

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = (
    *("abc", "argparse", "ast", "base64", "bisect", "calendar", "cmd", "codecs", "configparser"),
    *("contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "dis", "enum"),
    *("filecmp", "fileinput", "fnmatch", "fractions", "functools", "gettext", "glob", "graphlib"),
    *("heapq", "inspect", "ipaddress", "keyword", "locale", "mimetypes", "numbers", "optparse"),
    *("pathlib", "pprint", "queue", "random", "sched", "selectors", "shlex", "shutil", "signal"),
    *("socket", "ssl", "statistics", "string", "subprocess", "tempfile", "textwrap", "timeit"),
    *("tokenize", "traceback", "types", "typing", "uuid", "warnings", "weakref", "zipapp"),
)
PATHS = [path for name in FILES if (path := LIBRARY / f"{name}.py").is_file()]
SHORT = [path for path in PATHS if path.stat().st_size < 60_000]
STYLES: tuple[DocstringStyle, ...] = ("google", "numpy", "sphinx")


def context(path: Path, text: str, style: Style, at: Span | None = None) -> Context:
    snapshot = Snapshot(path.as_uri(), 1, "python", text)
    return Context(snapshot, at or Span(0, len(text)), Project(None), style)


def drafted(ctx: Context, offer: Offer) -> str:
    text = ctx.snapshot.text
    steps = sorted(offer.steps(), key=lambda step: _start(step.place), reverse=True)
    for step in steps:
        assert step.draft
        assert isinstance(step.place, InDocument)
        assert not len(step.place.span), "docs are inserted"
        text = Edit(step.place.span, step.draft()).apply(text)
    return text


def _start(place: object) -> int:
    assert isinstance(place, InDocument)
    return place.span.start


def test_there_are_files_to_look_at() -> None:
    assert len(PATHS) >= 40


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_drafted_docs_change_no_code_and_leave_nothing_to_do(path: Path) -> None:
    style = Style(docstring_style=STYLES[len(path.stem) % len(STYLES)])
    ctx = context(path, path.read_text("utf-8"), style)
    offer = draft_docs.offer(ctx)
    if not isinstance(offer, Offer):
        assert offer is None or "documented" in offer.reason["en"]
        return
    after = drafted(ctx, offer)
    assert after != ctx.snapshot.text
    assert [check(ctx.snapshot, after) for check in offer.checks] == [None] * len(offer.checks)
    assert not isinstance(draft_docs.offer(context(path, after, style)), Offer)


@pytest.mark.parametrize("path", SHORT[:6], ids=lambda path: path.stem)
def test_docs_of_a_windows_file_have_its_line_ends_and_else_say_the_same(path: Path) -> None:
    text = path.read_text("utf-8")
    plain, windows = (
        context(path, text, Style()),
        context(path, text.replace("\n", "\r\n"), Style()),
    )
    offers = [draft_docs.offer(ctx) for ctx in (plain, windows)]
    if all(isinstance(offer, Offer) for offer in offers):
        one, other = (
            drafted(ctx, offer)
            for ctx, offer in zip((plain, windows), offers, strict=True)
            if isinstance(offer, Offer)
        )
        assert other == one.replace("\n", "\r\n")


@pytest.mark.parametrize("path", SHORT[:40], ids=lambda path: path.stem)
def test_every_definition_is_explained_in_both_languages(path: Path) -> None:
    text = path.read_text("utf-8")
    places = [each.name_span for each in symbols("python", text)][::5]
    for at in (Span(0, 0), *(Span(place.start, place.start) for place in places)):
        for language in ("en", "zh"):
            ctx = context(path, text, Style(reply_language=language), at)
            offer = explain.offer(ctx)
            assert offer is not None
            (step,) = offer.steps()
            assert step.draft
            check_markdown(step.draft(), language)


def check_markdown(text: str, language: str) -> None:
    """Sections have bodies, fences are closed, Chinese is Chinese and English is not."""
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert not re.search(r"^## [^\n]+\n+(?=## |\Z)", text, re.MULTILINE), text
    assert not len(re.findall(r"^```", text, re.MULTILINE)) % 2
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert all(bool(re.search(r"[\u4e00-\u9fff]", each)) == (language == "zh") for each in headings)
