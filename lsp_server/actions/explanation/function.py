"""What a function does, read off its syntax, as Markdown."""

import re
from collections.abc import Iterable, Iterator

from lsp_server.actions.docs.parameters import parameter_text
from lsp_server.actions.explanation.calls import Calls, sorted_calls
from lsp_server.actions.explanation.steps import steps
from lsp_server.actions.flow import Leave, condition, leaves, listed, quoted
from lsp_server.actions.voice import said
from lsp_server.syntax import symbols
from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.shape import Facts, Parameter, Symbol
from lsp_server.syntax.symbols import caller_parameters

_MOST_NAMED = 12
_COMPLEX = 10
_IO = re.compile(
    r"(?:^|[.:])(open|print|input|fopen|fprintf|printf|puts|scanf|println!?|eprintln!?|fetch|"
    r"read_text|write_text|read_bytes|write_bytes|unlink|mkdir|rmdir|rename|connect|send|sendall|"
    r"recv|urlopen|request|system|popen|Popen|run|execute|commit|Printf|Println|ReadFile|WriteFile)$"
)
_STARS = {"var_positional": "*", "var_keyword": "**"}


def explained_function(language: str, text: str, symbol: Symbol, voice: str) -> list[str]:
    """Markdown lines below the heading."""
    facts = symbols.facts(language, text, symbol)
    items = outline(language, text, symbol)
    sections = (
        _opening(text, symbol, facts, items, voice),
        _parameters(language, text, symbol, voice),
        titled(said(voice, "What it does", "做什么"), steps(items, voice)),
        _results(symbol, facts, items, voice),
        _called(sorted_calls(language, text, _without_errors(facts)), voice),
        side_effects(facts, voice),
    )
    return joined(sections)


def _without_errors(facts: Facts) -> tuple[str, ...]:
    """Making an exception is told where it is raised."""
    return tuple(call for call in facts.calls if call not in facts.raises)


def joined(sections: Iterable[list[str]]) -> list[str]:
    """Sections with a blank line between those that say something."""
    lines: list[str] = []
    for section in sections:
        lines += ([""] if lines and section else []) + section
    return lines


def titled(title: str, body: list[str]) -> list[str]:
    """A section, or nothing where it would be empty."""
    return [f"## {title}", "", *body] if body else []


def named(names: Iterable[str], voice: str) -> str:
    """Names in backticks, cut where there are many."""
    every = list(dict.fromkeys(names))
    shown = [quoted(name, 60) for name in every[:_MOST_NAMED]]
    n_more = len(every) - len(shown)
    return listed(
        [*shown, said(voice, f"{n_more} more", f"另外 {n_more} 个")] if n_more else shown, voice
    )


def lines_of(text: str, symbol: Symbol) -> int:
    """How many lines the definition has."""
    return len(symbol.span.of(text).splitlines())


def first_paragraph(text: str, symbol: Symbol) -> str:
    """The first paragraph of the symbol's doc without quotes and markers; "" without a doc."""
    if symbol.doc_span is None:
        return ""
    doc = re.sub(r'^[rRuUbB]?("""|' + r"'''|\"|')|(\"\"\"|'''|\"|')$", "", symbol.doc_span.of(text))
    # Old docs begin with the call and say what it does below it.
    call = rf"\s*(\w+\.)?{re.escape(symbol.name)}\s*\([^()]*\)(\s*->[^\n]*)?\s*?\n"
    doc = re.sub(call, "", doc, count=1) if symbol.name and re.match(call, doc) else doc
    lines = (re.sub(r"^\s*(/\*\*?|\*(?!/)|///?!?|\*/)\s?", "", line) for line in doc.splitlines())
    paragraph: list[str] = []
    for line in (" ".join(line.replace("*/", "").split()) for line in lines):
        if paragraph and (not line or re.match(r"[@:][a-z]", line)):
            break
        paragraph += [line] if line else []
    return " ".join(paragraph)


def first_sentence(text: str, symbol: Symbol) -> str:
    """The first sentence of the symbol's doc; "" without a doc."""
    paragraph = first_paragraph(text, symbol)
    ended = re.match(r".{12,}?[.!?](?=\s+[A-Z\"'`(])|.+?。", paragraph)
    return ended.group() if ended else paragraph


def _opening(
    text: str, symbol: Symbol, facts: Facts, items: tuple[Item, ...], voice: str
) -> list[str]:
    doc = first_paragraph(text, symbol)
    quote = ["", f"> {doc}"] if doc else []
    n_lines = lines_of(text, symbol)
    english = f"{quoted(symbol.name)} is {_kind(symbol, items, voice)} of {n_lines} lines"
    chinese = f"{quoted(symbol.name)} 是{_kind(symbol, items, voice)}，共 {n_lines} 行"
    if symbol.parent:
        english += f" in {quoted(symbol.parent)}"
        chinese += f"，属于 {quoted(symbol.parent)}"
    if facts.complexity > _COMPLEX:
        english += f"; with a cyclomatic complexity of {facts.complexity} it is involved"
        chinese += f"；圈复杂度为 {facts.complexity}，较复杂"
    return [
        said(voice, english + ".", chinese + "。").replace(" of 1 lines", " of one line"),
        *quote,
    ]


def _kind(symbol: Symbol, items: tuple[Item, ...], voice: str) -> str:
    kinds = {"function": ("function", "函数"), "method": ("method", "方法")}
    english, chinese = kinds[symbol.kind]
    if leaves(items, "yield"):
        english, chinese = "generator", "生成器"
    if symbol.is_async:
        return said(voice, f"an asynchronous {english}", f"异步{chinese}")
    if any(each.endswith("property") for each in symbol.decorators):
        return said(voice, "a property", "属性")
    return said(voice, f"a {english}", chinese)


def _parameters(language: str, text: str, symbol: Symbol, voice: str) -> list[str]:
    own = caller_parameters(symbol)
    lines = [_parameter(language, text, symbol, each, voice) for each in own]
    return titled(said(voice, "What it takes", "参数"), lines)


def _parameter(language: str, text: str, symbol: Symbol, each: Parameter, voice: str) -> str:
    name = quoted(_STARS.get(each.kind, "") * (language == "python") + each.name)
    notes = [quoted(each.annotation)] if each.annotation else []
    if each.kind == "keyword":
        notes.append(said(voice, "keyword only", "仅限关键字"))
    if each.kind == "positional_only":
        notes.append(said(voice, "positional only", "仅限位置"))
    if each.default:
        notes.append(said(voice, f"default {quoted(each.default)}", f"默认 {quoted(each.default)}"))
    told = f" ({', '.join(notes)})" if notes else ""
    use = parameter_text(language, text, symbol, each, voice) if each.name.isidentifier() else ""
    return f"- {name}{told}: {use}" if use else f"- {name}{told}"


def _results(symbol: Symbol, facts: Facts, items: tuple[Item, ...], voice: str) -> list[str]:
    lines = []
    if symbol.returns:
        declared = quoted(symbol.returns)
        lines.append(
            said(voice, f"- It is declared to return {declared}.", f"- 声明返回 {declared}。")
        )
    if values := [value for value in facts.returns if value]:
        lines.append(
            said(voice, f"- It returns {named(values, voice)}.", f"- 返回 {named(values, voice)}。")
        )
    if facts.yields:
        yields = named([value or "None" for value in facts.yields], voice)
        lines.append(said(voice, f"- It yields {yields}.", f"- 产出 {yields}。"))
    lines += [_raised(leave, voice) for leave in leaves(items, "raise") if leave.item.text]
    return titled(said(voice, "How it ends", "结果"), list(dict.fromkeys(lines)))


def _raised(leave: Leave, voice: str) -> str:
    when = condition(leave.guards, voice)
    error = quoted(leave.item.text, 70)
    if not when:
        return said(voice, f"- It raises {error}.", f"- 抛出 {error}。")
    return said(voice, f"- It raises {error} if {when}.", f"- 若 {when}，抛出 {error}。")


def _called(calls: Calls, voice: str) -> list[str]:
    lines = []
    if calls.own:
        own = named(calls.own, voice)
        lines.append(said(voice, f"- From this file: {own}.", f"- 本文件：{own}。"))
    for module in dict.fromkeys(module for _, module in calls.imported):
        callees = named((name for name, source in calls.imported if source == module), voice)
        source = quoted(module)
        lines.append(said(voice, f"- From {source}: {callees}.", f"- 来自 {source}：{callees}。"))
    if calls.builtin:
        builtin = named(calls.builtin, voice)
        lines.append(said(voice, f"- Built in: {builtin}.", f"- 内置：{builtin}。"))
    if calls.methods:
        methods = named(calls.methods, voice)
        lines.append(said(voice, f"- On values: {methods}.", f"- 值的方法：{methods}。"))
    if calls.elsewhere:
        others = named(calls.elsewhere, voice)
        lines.append(said(voice, f"- From elsewhere: {others}.", f"- 其他：{others}。"))
    return titled(said(voice, "What it calls", "调用"), lines)


def side_effects(facts: Facts, voice: str) -> list[str]:
    """What changes outside; a sentence where nothing does."""
    return titled(
        said(voice, "What it changes outside", "对外部的影响"), list(_effects(facts, voice))
    )


def _effects(facts: Facts, voice: str) -> Iterator[str]:
    outside = [call for call in facts.calls if _IO.search(call)]
    if facts.attributes:
        places = named(facts.attributes, voice)
        yield said(voice, f"- It assigns {places}.", f"- 对 {places} 赋值。")
    if facts.mutations:
        calls = named(facts.mutations, voice)
        yield said(
            voice, f"- It changes a value in place by {calls}.", f"- 通过 {calls} 就地修改。"
        )
    if facts.writes:
        names = named(facts.writes, voice)
        yield said(
            voice, f"- It assigns names from outside: {names}.", f"- 对外部名字赋值：{names}。"
        )
    if outside:
        calls = named(outside, voice)
        yield said(
            voice, f"- It looks like input or output: {calls}.", f"- 看起来有输入输出：{calls}。"
        )
    if not (outside or facts.attributes or facts.mutations or facts.writes):
        yield said(
            voice,
            "Nothing that its own syntax shows; what it calls may change more.",
            "从其自身语法看不出影响；被调用者可能另有影响。",
        )
