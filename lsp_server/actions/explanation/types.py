"""What a class (struct, trait, enum, interface) holds and offers, as Markdown."""

import re

from lsp_server.actions.docs.summary import Voice, summary
from lsp_server.actions.explanation.function import (
    first_paragraph,
    first_sentence,
    joined,
    lines_of,
    named,
    titled,
)
from lsp_server.actions.flow import quoted
from lsp_server.actions.voice import said
from lsp_server.syntax import symbols
from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.shape import CALLABLES, Symbol
from lsp_server.syntax.symbols import caller_parameters

_NOUNS = {
    "class": ("a class", "类"),
    "struct": ("a struct", "结构体"),
    "enum": ("an enumeration", "枚举"),
    "interface": ("an interface", "接口"),
    "trait": ("a trait", "特征"),
    "type": ("a type", "类型"),
    "namespace": ("a namespace", "命名空间"),
    "module": ("a module", "模块"),
}
_ATTRIBUTE = re.compile(r"(\w+)(?:\s*:\s*([^=]+?))?(?:\s*=\s*([^=].*))?", re.DOTALL)
_OWN = re.compile(r"(?:self|this)\.(\w+)$")


def explained_type(language: str, text: str, symbol: Symbol, voice: str) -> list[str]:
    """Markdown lines below the heading."""
    inside = members(language, text, symbol)
    sections = (
        _opening(text, symbol, inside, voice),
        _fields(language, text, symbol, voice),
        _state(language, text, inside, voice),
        titled(said(voice, "What it offers", "成员"), table(language, text, inside, voice)),
    )
    return joined(sections)


def members(language: str, text: str, symbol: Symbol) -> list[Symbol]:
    """The methods and types directly inside, those of an `impl` elsewhere in the file as well."""
    every = symbols.symbols(language, text)
    return [each for each in every if each.parent == symbol.qualified_name]


def table(language: str, text: str, inside: list[Symbol], voice: str) -> list[str]:
    """One row a definition: its call, and the first sentence of its doc or of a draft of one."""
    if not inside:
        return []
    head = said(voice, "| Name | Line | What it does |", "| 名称 | 行 | 作用 |")
    rows = [_row(language, text, each, voice) for each in inside]
    return [head, "| --- | --- | --- |", *rows]


def _row(language: str, text: str, symbol: Symbol, voice: str) -> str:
    name = symbol.name
    if symbol.kind in CALLABLES:
        name += f"({', '.join(each.name for each in caller_parameters(symbol))})"
    start = len(text[: symbol.definition_span.start].splitlines()) + 1
    doc = first_sentence(text, symbol) or _undocumented(language, text, symbol, voice)
    return f"| {_cell(quoted(name, 60))} | {start} | {_cell(doc)} |"


def _undocumented(language: str, text: str, symbol: Symbol, voice: str) -> str:
    return summary(symbol, outline(language, text, symbol), Voice(voice, "third"))


def _cell(text: str) -> str:
    """Text that does not end a cell of a table."""
    short = text if len(text) <= 160 else f"{text[:159].rstrip()}…"
    return short.replace("|", r"\|").replace("\n", " ")


def _opening(text: str, symbol: Symbol, inside: list[Symbol], voice: str) -> list[str]:
    doc = first_paragraph(text, symbol)
    english, chinese = _NOUNS[symbol.kind]
    n_lines = lines_of(text, symbol)
    n_public = sum(not each.name.startswith("_") for each in inside)
    english = f"{quoted(symbol.name)} is {english} of {n_lines} lines"
    chinese = f"{quoted(symbol.name)} 是{chinese}，共 {n_lines} 行"
    if symbol.bases:
        english += f", based on {named(symbol.bases, 'en')}"
        chinese += f"，基于 {named(symbol.bases, 'zh')}"
    if inside:
        english += f". It has {_members(len(inside), n_public)}"
        chinese += f"。有 {len(inside)} 个成员，其中 {n_public} 个公开"
    if symbol.decorators:
        english += f". It is decorated with {named(symbol.decorators, 'en')}"
        chinese += f"。由 {named(symbol.decorators, 'zh')} 装饰"
    return [said(voice, english + ".", chinese + "。"), *(["", f"> {doc}"] if doc else [])]


def _members(n_members: int, n_public: int) -> str:
    noun = "member" if n_members == 1 else "members"
    return f"{n_members} {noun}, {n_public} of them public"


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _fields(language: str, text: str, symbol: Symbol, voice: str) -> list[str]:
    """What the class itself binds."""
    items = outline(language, text, symbol)
    lines = [line for item in items if item.kind == "do" and (line := _field(item, voice))]
    return titled(said(voice, "What it declares", "声明"), lines)


def _field(item: Item, voice: str) -> str:
    found = _ATTRIBUTE.fullmatch(item.text)
    if not found or not (found[2] or found[3]):
        is_declared = re.fullmatch(r"(?!del |return )[\w*&<>:,\[\] ]+ \w+", item.text)
        return f"- {quoted(item.text)}" if is_declared else ""
    kind = f" ({quoted(found[2])})" if found[2] else ""
    value = (
        said(voice, f": {quoted(found[3], 60)}", f"：{quoted(found[3], 60)}") if found[3] else ""
    )
    return f"- {quoted(found[1])}{kind}{value}"


def _state(language: str, text: str, inside: list[Symbol], voice: str) -> list[str]:
    """Which method assigns which attribute of the instance."""
    writers: dict[str, list[str]] = {}
    for method in inside:
        for target in symbols.facts(language, text, method).attributes:
            if match := _OWN.match(target):
                writers.setdefault(match[1], []).append(method.name)
    shared: dict[tuple[str, ...], list[str]] = {}
    for name, methods in writers.items():
        shared.setdefault(tuple(dict.fromkeys(methods)), []).append(name)
    lines = [
        said(
            voice,
            f"- {named(names, voice)} {_is(names)} assigned in {named(methods, voice)}.",
            f"- {named(names, voice)} 在 {named(methods, voice)} 中赋值。",
        )
        for methods, names in shared.items()
    ]
    return titled(said(voice, "What an instance keeps", "实例状态"), lines)
