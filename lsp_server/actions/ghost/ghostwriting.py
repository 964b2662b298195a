"""One test at a time from Hypothesis's ghostwriter, for stand-ins.

A test that would need a strategy the ghostwriter cannot name, or a name that nothing imports, is
none. Hypothesis keeps its files in our own cache folder while it works, never in the folder that
the editor was started in. One draft at a time: the ghostwriter changes global tables.
"""

import ast
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from lsp_server.actions.ghost.stand_ins import without_first_hint

Style = Literal["pytest", "unittest"]
Call = Callable[..., None]
WRITING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Test:
    """One test: its name (a function's or a class's), its source, and the imports it needs."""

    __test__ = False

    name: str
    source: str
    imports: frozenset[tuple[str, str]]


@contextmanager
def writing() -> Iterator[None]:
    """Around all calls below."""
    from hypothesis.configuration import set_hypothesis_home_dir
    from platformdirs import user_cache_path

    with WRITING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        set_hypothesis_home_dir(user_cache_path("penna", appauthor=False) / "hypothesis")
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def fuzz(call: Call, style: Style) -> Test | None:
    """Calls it with values of its types."""
    from hypothesis.extra import ghostwriter

    return _test(lambda: ghostwriter.fuzz(call, style=style, annotate=False))


def roundtrip(there: Call, back: Call, style: Style) -> Test | None:
    """Says that `back` undoes `there`."""
    from hypothesis.extra import ghostwriter

    # The ghostwriter draws values for every parameter with a type, also for one that is passed
    # the result of the function before.
    passed = without_first_hint(back)
    return _test(lambda: ghostwriter.roundtrip(there, passed, style=style, annotate=False))


def idempotent(call: Call, style: Style) -> Test | None:
    """Says that doing it twice is doing it once."""
    from hypothesis.extra import ghostwriter

    return _test(lambda: ghostwriter.idempotent(call, style=style, annotate=False))


def equivalent(one: Call, other: Call, style: Style) -> Test | None:
    """Says that both give the same."""
    from hypothesis.extra import ghostwriter

    return _test(lambda: ghostwriter.equivalent(one, other, style=style, annotate=False))


def inverse_names(name: str) -> Iterator[str]:
    """What the function that undoes `name` may be called, as the ghostwriter pairs them."""
    from hypothesis.extra.ghostwriter import ROUNDTRIP_PAIRS

    for pattern, inverse in ROUNDTRIP_PAIRS:
        found = re.fullmatch(pattern, name)
        if found:
            yield inverse.format(*found.groups())


def _test(write: Callable[[], str]) -> Test | None:
    from hypothesis.errors import HypothesisException

    try:
        text = write()
        tree = ast.parse(text)
    except (
        HypothesisException, TypeError, ValueError, AttributeError, LookupError,
        NotImplementedError, SyntaxError, RecursionError,
    ):  # fmt: skip
        # What the ghostwriter raises where a type has no strategy or a strategy no source.
        return None
    if "nothing()" in text:
        return None
    imports = frozenset(_imports(tree))
    written = next(
        (each for each in tree.body if isinstance(each, ast.FunctionDef | ast.ClassDef)), None
    )
    if written is None or not _is_bound(tree):
        return None
    return Test(written.name, _source(text, written), imports)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module and what is imported from it ("" for the module itself)."""
    for each in tree.body:
        if isinstance(each, ast.Import):
            yield from ((alias.name, "") for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            for alias in each.names:
                yield each.module or "", ast.unparse(alias)


def _source(text: str, node: ast.FunctionDef | ast.ClassDef) -> str:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


def _is_bound(tree: ast.Module) -> bool:
    """Whether everything that the test names is imported."""
    from lsp_server.checks.names import unresolved

    return unresolved(ast.unparse(tree)) == ()
