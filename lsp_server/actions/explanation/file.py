"""What a file, or a selection of several definitions, is made of, as Markdown."""

import re
from collections.abc import Iterable

from lsp_server.actions.explanation.calls import flattened, imports, is_import, top_level
from lsp_server.actions.explanation.function import first_paragraph, joined, named, titled
from lsp_server.actions.explanation.types import table
from lsp_server.actions.flow import quoted
from lsp_server.actions.voice import said
from lsp_server.syntax import symbols
from lsp_server.syntax.outline import Item
from lsp_server.syntax.shape import CALLABLES, Symbol

_MAIN = re.compile(r"__name__\s*==\s*['\"]__main__['\"]")
_ENTRY_MARKS = re.compile(r"\b(route|get|post|put|delete|command|cli|task|main|test|fixture)\b")
_RUNS = re.compile(r"(?:await\s+)?[\w.:]+\(.*\);?", re.DOTALL)


def explained_file(language: str, text: str, name: str, voice: str) -> list[str]:
    """Markdown lines below the heading."""
    every = symbols.symbols(language, text)
    outer = _outermost(every)
    items = top_level(language, text)
    sections = (
        _opening(language, text, name, outer, voice),
        _imports(language, text, voice),
        titled(said(voice, "What it defines", "定义"), table(language, text, outer, voice)),
        _entries(text, outer, items, voice),
        _on_import(language, items, voice),
    )
    return joined(sections)


def explained_selection(language: str, text: str, inside: list[Symbol], voice: str) -> list[str]:
    """Several definitions at once."""
    outer = _outermost(inside)
    english = f"The selection holds {len(outer)} definitions."
    opening = [said(voice, english, f"选区包含 {len(outer)} 个定义。")]
    what = titled(said(voice, "What it defines", "定义"), table(language, text, outer, voice))
    return joined((opening, what))


def _outermost(every: Iterable[Symbol]) -> list[Symbol]:
    """Those not inside another, but for modules and namespaces, which only group; in order."""
    outer: list[Symbol] = []
    for each in every:
        inside = bool(outer) and each.span.start < outer[-1].span.end
        if not inside and each.kind not in ("module", "namespace"):
            outer.append(each)
    return outer


def _opening(language: str, text: str, name: str, outer: list[Symbol], voice: str) -> list[str]:
    n_lines = len(text.splitlines())
    n_functions = sum(each.kind in CALLABLES for each in outer)
    n_types = len(outer) - n_functions
    english = (
        f"{quoted(name)} is {_article(language)} file of {n_lines} lines with "
        f"{_counted(n_types, 'type')} and {_counted(n_functions, 'function')} at its top level."
    )
    chinese = (
        f"{quoted(name)} 是 {n_lines} 行的 {language} 文件，顶层有 {n_types} 个类型和 "
        f"{n_functions} 个函数。"
    )
    doc = first_paragraph(text, symbols.module(language, text))
    return [said(voice, english, chinese), *(["", f"> {doc}"] if doc else [])]


def _article(language: str) -> str:
    spelled = {"python": "Python", "javascript": "JavaScript", "typescript": "TypeScript"}
    spelled |= {"go": "Go", "rust": "Rust", "java": "Java", "c": "C", "cpp": "C++"}
    spelled |= {"javascriptreact": "JavaScript", "typescriptreact": "TypeScript"}
    return f"a {spelled.get(language, language)}"


def _counted(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"{number or 'no'} {noun}s"


def _imports(language: str, text: str, voice: str) -> list[str]:
    by_module: dict[str, list[str]] = {}
    for name, module in imports(language, text).items():
        by_module.setdefault(module, []).append(name)
    lines = [
        f"- {quoted(module)}" if _is_whole(module, names) else _taken(module, names, voice)
        for module, names in by_module.items()
    ]
    return titled(said(voice, "What it imports", "导入"), lines)


def _is_whole(module: str, names: list[str]) -> bool:
    return all(name.strip("<>") in (module, module.partition(".")[0]) for name in names) or (
        names == [module.rpartition("/")[2]]
    )


def _taken(module: str, names: list[str], voice: str) -> str:
    taken = named(names, voice)
    return said(voice, f"- {taken} from {quoted(module)}", f"- 从 {quoted(module)} 导入 {taken}")


def _entries(text: str, outer: list[Symbol], items: tuple[Item, ...], voice: str) -> list[str]:
    """Where running begins: a main guard, `main`, what a decorator registers."""
    lines = []
    for item in items:
        if item.kind == "if" and _MAIN.search(item.text):
            runs = named([each.text for each in flattened(item.items) if each.kind == "do"], voice)
            english = (
                f"- Run as a script, it does {runs}." if runs else "- It can be run as a script."
            )
            lines.append(said(voice, english, f"- 作为脚本运行时执行 {runs}。"))
    for symbol in outer:
        if symbol.name == "main" and symbol.kind == "function":
            lines.append(said(voice, "- `main` is where it starts.", "- 从 `main` 开始。"))
        for mark in symbol.decorators:
            if _ENTRY_MARKS.search(mark):
                english = f"- {quoted(symbol.name)} is registered by {quoted(mark)}."
                lines.append(
                    said(voice, english, f"- {quoted(symbol.name)} 由 {quoted(mark)} 注册。")
                )
    return titled(said(voice, "Where it starts", "入口"), lines)


def _on_import(language: str, items: tuple[Item, ...], voice: str) -> list[str]:
    """What runs as soon as a Python or JavaScript file is loaded, besides definitions."""
    if language not in ("python", "javascript", "typescript"):
        return []
    plain = [item.text for item in items if item.kind == "do" and not is_import(item.text)]
    calls = [text for text in plain if _RUNS.fullmatch(text)]
    if not calls:
        return []
    loaded = named(calls, voice)
    lines = [said(voice, f"It calls {loaded}.", f"调用 {loaded}。")]
    return titled(said(voice, "What happens when it is loaded", "加载时"), lines)
