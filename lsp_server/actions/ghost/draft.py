"""The text of a drafted test file, or of what is added to one.

Pairs come first: functions whose names say that one undoes the other, that doing it twice is
doing it once, or that both do the same. What is left is called with values of its types; that it
raises nothing but what it says is all that such a test can tell. Functions without a test are
listed with the reason.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lsp_server.actions.ghost import ghostwriting
from lsp_server.actions.ghost.ghostwriting import Style, Test
from lsp_server.actions.ghost.names import names_of
from lsp_server.actions.ghost.targets import Target, targets
from lsp_server.errors import OfferError

IDEMPOTENT = re.compile(
    r"(normali[sz]e|canonicali[sz]e|sanitize|dedupe|deduplicate|simplify)(_.+)?"
)
VARIANT = re.compile(r"(.+)_(fast|slow|naive|reference|simple|iterative|recursive)")
NO_STRATEGY = "its parameters do not tell what to pass"
N_REASONS = 40


@dataclass(frozen=True, slots=True)
class Source:
    """What is tested: the qualified names `wanted`, or all that is public."""

    module: str
    text: str
    wanted: frozenset[str] | None = None


def draft(source: Source, existing: str, style: Style) -> str:
    """Tests that `existing` does not have, with imports that it lacks; LF line ends.

    Raises OfferError, with what to do, where there is nothing to write.
    """
    tree = _parsed(source)
    found = targets(names_of(tree, source.module), source.wanted)
    with ghostwriting.writing():
        tests, left_out = _tests(found, style)
    old = _bound_at_top(existing)
    fresh = [test for test in tests if test.name not in old]
    if not fresh:
        raise OfferError(_nothing(source, tests, left_out))
    return _text(source, existing, fresh, left_out)


def _parsed(source: Source) -> ast.Module:
    try:
        return ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise OfferError(
            f"The tests cannot be drafted while the file has a syntax error: {error}."
        ) from error


def _tests(found: list[Target], style: Style) -> tuple[list[Test], list[tuple[str, str]]]:
    """Tests in the order of the source, and what has none with the reason."""
    by_name = {each.name: each for each in found if each.call is not None}
    tests: list[Test] = []
    left_out = [(each.name, each.reason) for each in found if each.call is None]
    paired: set[str] = set()
    for test, names in _pairs(by_name, style):
        if not paired & set(names):
            tests.append(test)
            paired |= set(names)
    for name, target in by_name.items():
        if name in paired or target.call is None:
            continue
        fuzz = ghostwriting.fuzz(target.call, style) if _takes_something(target) else None
        if fuzz is not None:
            tests.append(fuzz)
        else:
            reason = NO_STRATEGY if _takes_something(target) else "it takes nothing to vary"
            left_out.append((name, reason))
    return tests, left_out


def _pairs(by_name: dict[str, Target], style: Style) -> Iterator[tuple[Test, tuple[str, ...]]]:
    for name, target in by_name.items():
        owner, dot, short = name.rpartition(".")
        assert target.call, "only what can be called is paired"
        for inverse in ghostwriting.inverse_names(short):
            other = by_name.get(owner + dot + inverse)
            if other and other.call and _fits(target, other):
                test = ghostwriting.roundtrip(target.call, other.call, style)
                if test:
                    yield test, (name, other.name)
        variant = VARIANT.fullmatch(short)
        same = by_name.get(owner + dot + variant[1]) if variant else None
        if same and same.call and _parameters(same) == _parameters(target):
            test = ghostwriting.equivalent(same.call, target.call, style)
            if test:
                yield test, (same.name, name)
        if IDEMPOTENT.fullmatch(short) and _n_required(target) == 1:
            test = ghostwriting.idempotent(target.call, style)
            if test:
                yield test, (name,)


def _fits(there: Target, back: Target) -> bool:
    """Whether what one returns is what the other takes, as far as annotations tell."""
    if _n_required(there) != 1 or _n_required(back) != 1 or "." in there.name:
        return False
    taken = [each.annotation for each in _positional(back)][:1]
    returned = there.node.returns
    if returned is None or not taken or taken[0] is None:
        return True
    return ast.unparse(returned) == ast.unparse(taken[0])


def _positional(target: Target) -> list[ast.arg]:
    return [*target.node.args.posonlyargs, *target.node.args.args]


def _n_required(target: Target) -> int:
    arguments = target.node.args
    keywords = sum(each is None for each in arguments.kw_defaults)
    return len(_positional(target)) - len(arguments.defaults) + keywords


def _parameters(target: Target) -> list[str]:
    return [each.arg for each in (*_positional(target), *target.node.args.kwonlyargs)]


def _takes_something(target: Target) -> bool:
    import inspect

    return target.call is not None and bool(inspect.signature(target.call).parameters)


def _nothing(source: Source, tests: list[Test], left_out: list[tuple[str, str]]) -> str:
    if tests:
        return "Every test that can be drafted without a model is there already."
    if not left_out:
        return f"`{source.module}` has no public function to test: select one, or use a model."
    name, reason = left_out[0]
    return (
        f"No test can be drafted without a model: of `{name}`, {reason}; "
        "run `penna model pull` to get one."
    )


def _text(source: Source, existing: str, tests: list[Test], left_out: list[tuple[str, str]]) -> str:
    wanted = {imported for test in tests for imported in test.imports}
    imports = _import_lines(source, wanted - imported_by(existing))
    body = "\n\n\n".join(test.source for test in tests)
    if existing.strip():
        return "\n\n\n".join(part for part in ("\n".join(imports), body) if part) + "\n"
    head = f'"""Tests of `{source.module}`, drafted from its signatures."""'
    parts = [f"{head}\n\n" + "\n".join(imports), *_reasons(left_out), body]
    return "\n\n".join(parts[:-1]) + f"\n\n\n{body}\n"


def _reasons(left_out: list[tuple[str, str]]) -> list[str]:
    if not left_out:
        return []
    lines = [f"# {name}: {reason}." for name, reason in left_out[:N_REASONS]]
    more = len(left_out) - N_REASONS
    ending = [f"# and {more} more."] if more > 0 else []
    return ["\n".join(["# Without a test:", *lines, *ending])]


def imported_by(text: str) -> set[tuple[str, str]]:
    """What the top of a file imports, as `Test.imports` has it."""
    found: set[tuple[str, str]] = set()
    for node in _body(text):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names if alias.asname is None}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {(node.module or "", ast.unparse(alias)) for alias in node.names}
    return found


def end_of_imports(text: str) -> int:
    """The number of lines up to the end of the imports at the top, or of the docstring."""
    lines = 0
    for node in _body(text):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        if isinstance(node, ast.Try | ast.If):
            is_import = any(isinstance(each, ast.Import | ast.ImportFrom) for each in node.body)
        if not (is_docstring or is_import):
            break
        lines = node.end_lineno or lines
    return lines


def _body(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _bound_at_top(text: str) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in _body(text) if isinstance(node, kinds)}


def _import_lines(source: Source, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Import lines: the standard library's, those installed, and the project's, each sorted."""
    names: dict[str, list[str]] = {}
    for module, name in wanted:
        names.setdefault(module, []).append(name)
    groups: dict[int, list[str]] = {}
    for module, imported in sorted(names.items()):
        lines = groups.setdefault(_group(source, module), [])
        if "" in imported:
            lines.append(f"import {module}")
        if taken := sorted(name for name in imported if name):
            lines.append(f"from {module} import {', '.join(taken)}")
    blocks = ["\n".join(groups[group]) for group in sorted(groups)]
    return ["\n\n".join(blocks)] if blocks else []


def _group(source: Source, module: str) -> int:
    top = module.partition(".")[0]
    if top == source.module.partition(".")[0]:
        return 2
    return 0 if top in sys.stdlib_module_names else 1
