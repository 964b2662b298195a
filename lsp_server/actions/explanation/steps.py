"""A body as a nested list: what happens, in which order, under which condition.

Statements keep their source in backticks: what a name means is for the reader. Runs of plain
statements become one line, deep nesting and long bodies are cut with a line that says so.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from lsp_server.actions.flow import exception, listed, quoted
from lsp_server.actions.voice import said
from lsp_server.syntax.outline import Item

_DEEPEST = 4
_MOST_LINES = 40
_LONGEST = 80
_ASSIGNED = re.compile(
    r"(?:(?:const|let|var|auto|final|mut|let mut)\s+)?([\w.\[\]'\", *&>-]+?)(?:\s*:\s*[^=]+?)?"
    r"\s*(?::=|(?<![-=!<>+*/%&|^@])=(?!=))\s*(.+)",
    re.DOTALL,
)
_CALLED = re.compile(r"(?:await\s+)?([\w.:>-]+!?)\(.*\)[?;]?", re.DOTALL)
_UPDATED = re.compile(r"([\w.\[\]'\", *>-]+?)\s*([-+*/%&|^@<>]{1,3}=)\s*(.+)", re.DOTALL)
_SKIPPED = {"pass", "...", "break;", ""}
_PLAIN = {
    "break": ("Breaks out.", "跳出。"),
    "continue": ("Goes on with the next round.", "继续下一轮。"),
}


def steps(items: tuple[Item, ...], language: str) -> list[str]:
    """Markdown list lines; empty for an empty body."""
    lines = list(_lines(items, language, 0))
    if len(lines) <= _MOST_LINES:
        return lines
    n_left = len(lines) - _MOST_LINES
    return [
        *lines[:_MOST_LINES],
        said(language, f"- … and {n_left} more.", f"- ……另有 {n_left} 步。"),
    ]


def _lines(items: tuple[Item, ...], language: str, depth: int) -> Iterator[str]:
    margin = "  " * depth
    for is_plain, run in groupby(items, key=lambda item: item.kind == "do"):
        if is_plain:
            yield from (f"{margin}- {text}" for text in _plain(list(run), language))
            continue
        for item in run:
            below = list(_lines(item.items, language, depth + 1))
            sentence = _sentence(item, language)
            if not below and sentence.endswith((":", "：")):
                sentence += said(language, " nothing is done.", "不做任何事。")
            yield f"{margin}- {sentence}"
            yield from below if depth + 1 < _DEEPEST else [f"{margin}  - …"][: len(below)]


def _sentence(item: Item, language: str) -> str:
    text = quoted(item.text, _LONGEST) if item.text else ""
    match item.kind:
        case "return" | "raise" | "yield" | "assert" | "defer" | "define":
            return _leaf(item, text, language)
        case "if":
            return said(language, f"If {text}:", f"若 {text}：")
        case "elif":
            return said(language, f"Else if {text}:", f"否则若 {text}：")
        case "else":
            return said(language, "Otherwise:", "否则：")
        case "for" if ";" in item.text:
            return said(language, f"Loops with {text}:", f"以 {text} 循环：")
        case "for":
            return said(language, f"For each {text}:", f"对每个 {text}：")
        case "while":
            return said(language, f"While {text}:", f"当 {text} 时循环：")
        case "loop":
            return said(language, "Repeats:", "循环：")
        case _:
            return _guarded(item, text, language)


def _guarded(item: Item, text: str, language: str) -> str:
    match item.kind:
        case "try":
            return said(language, "Tries:", "尝试：")
        case "except":
            caught = quoted(exception(item.text)) if item.text else ""
            english = f"On {caught}:" if caught else "On any exception:"
            return said(language, english, f"遇到 {caught or '任何异常'}：")
        case "finally":
            return said(language, "In the end, whatever happened:", "无论如何最后：")
        case "with":
            return said(language, f"Within {text}:", f"在 {text} 中：")
        case "match":
            return said(language, f"Depending on {text}:", f"依 {text} 而定：")
        case "case":
            return f"{text}:" if text else said(language, "Anything else:", "其他：")
        case _:
            return text


def _leaf(item: Item, text: str, language: str) -> str:
    match item.kind:
        case "return":
            return said(language, f"Returns {text or 'nothing'}.", f"返回 {text or '空'}。")
        case "raise" if not text:
            return said(language, "Raises the same exception again.", "重新抛出同一异常。")
        case "raise":
            return said(language, f"Raises {text}.", f"抛出 {text}。")
        case "yield":
            return said(language, f"Yields {text or 'nothing'}.", f"产出 {text or '空'}。")
        case "assert":
            return said(language, f"Asserts that {text} holds.", f"断言 {text} 成立。")
        case "defer":
            return said(language, f"On leaving, runs {text}.", f"离开时执行 {text}。")
        case _:
            return said(language, f"Defines {text} inside.", f"在内部定义 {text}。")


def _plain(run: list[Item], language: str) -> Iterator[str]:
    """Calls and assignments, each on its own line where they are few, else told by name."""
    told = [item for item in run if item.text not in _SKIPPED]
    if len(told) <= 3:
        yield from (_statement(item.text, language) for item in told)
        return
    for is_assignment, group in groupby(told, key=lambda item: bool(_assigned(item.text))):
        items = list(group)
        if is_assignment and len(items) > 2:
            yield _assignments(items, language)
        else:
            yield from (_statement(item.text, language) for item in items)


def _assignments(items: Iterable[Item], language: str) -> str:
    found = [_assigned(item.text) for item in items]
    names = list(dict.fromkeys(quoted(match[1].strip()) for match in found if match))
    return said(language, f"Sets {listed(names, 'en')}.", f"设置 {listed(names, 'zh')}。")


def _assigned(text: str) -> re.Match[str] | None:
    return _ASSIGNED.fullmatch(text)


def _statement(text: str, language: str) -> str:
    if text in _PLAIN:
        return said(language, *_PLAIN[text])
    if match := _assigned(text):
        name, value = quoted(match[1].strip(), _LONGEST), quoted(match[2], _LONGEST)
        return said(language, f"Sets {name} to {value}.", f"将 {name} 设为 {value}。")
    if match := _UPDATED.fullmatch(text):
        name, change = quoted(match[1]), quoted(f"{match[2]} {match[3]}", _LONGEST)
        return said(language, f"Updates {name} by {change}.", f"以 {change} 更新 {name}。")
    source = quoted(text.removeprefix("del "), _LONGEST)
    if text.startswith("del "):
        return said(language, f"Deletes {source}.", f"删除 {source}。")
    if _CALLED.fullmatch(text):
        return said(language, f"Calls {source}.", f"调用 {source}。")
    return said(language, f"Runs {source}.", f"执行 {source}。")
