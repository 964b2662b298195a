"""What a definition looks like to the rest of Penna: values only, no tree behind them."""

from dataclasses import dataclass
from typing import Literal

from lsp_server.text import Span

Kind = Literal[
    "module",
    "namespace",
    "class",
    "struct",
    "enum",
    "interface",
    "trait",
    "type",
    "function",
    "method",
]
ParameterKind = Literal["positional", "keyword", "var_positional", "var_keyword", "positional_only"]

CALLABLES: frozenset[Kind] = frozenset({"function", "method"})
TYPES: frozenset[Kind] = frozenset({"class", "struct", "enum", "interface", "trait", "type"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as it is written; `name` is without `*`, `...`, `&` and the like.

    A Python receiver (`self`, `cls`) is a parameter; in other languages it is none.
    A destructured parameter has its pattern as its name.
    """

    name: str
    annotation: str | None = None
    default: str | None = None
    kind: ParameterKind = "positional"


@dataclass(frozen=True, slots=True)
class DocPlace:
    """Where a docstring or doc comment belongs.

    `offset` is the start of a line, unless `shares_line`: then code stands on the same line
    before it (`def f(): pass`, `int a; int f();`), and what is inserted must begin with a line
    end and `indent`, and close with a line end and `indent`. `indent` is what each line of the
    doc starts with; `after_signature` is true where the doc stands inside the body (Python).
    """

    offset: int
    indent: str
    shares_line: bool
    after_signature: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition.

    `span` covers decorators, attributes and `export` as well, but not a doc comment above.
    `definition_span` is without them. `signature_span` runs from `def` (`class`, `func`, ...) to
    just before the body (in Python, with the colon). `body_span` runs from the first statement
    or bracket to the last; it is empty where there is no body. `doc_span` is the docstring with
    its quotes or the doc comment with its markers.
    """

    kind: Kind
    name: str
    qualified_name: str
    span: Span
    definition_span: Span
    name_span: Span
    signature_span: Span
    body_span: Span
    doc_place: DocPlace
    doc_span: Span | None = None
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    parent: str | None = None
    is_async: bool = False
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A place where control flow forks: `kind` as the language names it, `condition` its text."""

    kind: str
    condition: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a definition does, without the definitions nested in it; each thing once, in order.

    `calls` are callees as written (`self.items.append`). `raises` are names of exceptions (or
    what is thrown, panicked with); a bare re-raise is "". `returns` and `yields` are expressions;
    a bare `return` is "". `reads` are names from outside that are not builtins; `writes` are
    names outside that are assigned. `attributes` are assigned targets reached through a name
    that is not local, parameters included (`self.x`, `CACHE[key]`); `mutations` are calls that
    change such a target (`CACHE.update`). `complexity` is McCabe's: 1 + forks.
    """

    calls: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    mutations: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    complexity: int = 1
