"""From a symbol and its body to what its doc says.

Every text is read off the syntax: how a parameter is used, under which condition something is
returned or raised. No text says what a thing means.
"""

import re

from lsp_server.actions.docs.content import Doc, Field
from lsp_server.actions.docs.names import capitalized
from lsp_server.actions.docs.parameters import parameter_text
from lsp_server.actions.docs.summary import Voice, summary
from lsp_server.actions.flow import Leave, condition, leaves, listed, quoted
from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.shape import CALLABLES, Parameter, Symbol
from lsp_server.syntax.symbols import caller_parameters

_STARS = {"var_positional": "*", "var_keyword": "**"}
_NOTHING = {"", "None", "nil", "null", "undefined", "()", "void", "NoReturn", "Never", "Self"}
_MOST_VALUES = 3
_MOST_CONDITIONS = 3
_LONG = 60
_FIELD_CLASSES = {"dataclass", "define", "frozen", "attrs", "s", "NamedTuple", "TypedDict"}
_FIELD_CLASSES |= {"BaseModel"}
_FIELD = re.compile(r"(\w+)\s*:\s*(.+?)(?:\s*=\s*([^=].*))?$")


def gather(language: str, text: str, symbol: Symbol, voice: Voice) -> Doc:
    """The doc of one symbol."""
    items = outline(language, text, symbol)
    if symbol.kind not in CALLABLES:
        attributes = _attributes(text, symbol, items)
        return Doc(summary(symbol, items, voice), attributes=attributes, language=voice.language)
    return Doc(
        summary(symbol, items, voice),
        parameters=parameters(language, text, symbol, voice),
        returns=_returned(symbol, items, voice),
        yields=_yielded(symbol, items, voice),
        raises=(*_raised(items, voice), *_errors(language, items, voice)),
        language=voice.language,
    )


def parameters(language: str, text: str, symbol: Symbol, voice: Voice) -> tuple[Field, ...]:
    """What a caller passes, in order. The receiver is none of it."""
    return tuple(
        Field(
            _starred(each, language),
            parameter_text(language, text, symbol, each, voice.language),
            each.annotation,
            each.default,
            stated=each.annotation is not None,
        )
        for each in caller_parameters(symbol)
        if re.fullmatch(r"\w+", each.name)
    )


def _starred(parameter: Parameter, language: str) -> str:
    return _STARS.get(parameter.kind, "") * (language == "python") + parameter.name


def _returned(symbol: Symbol, items: tuple[Item, ...], voice: Voice) -> Field | None:
    """None for what returns nothing, for generators and for properties, which are documented as
    the value that they are."""
    is_property = any(each.endswith("property") for each in symbol.decorators)
    if is_property or symbol.name == "__init__" or leaves(items, "yield"):
        return None
    found = [leave for leave in leaves(items, "return") if leave.item.text]
    declared = _declared(symbol)
    if all(leave.item.text in _NOTHING for leave in found) and not declared:
        return None
    if symbol.returns is not None and declared is None:
        return None
    return Field("", _values(found, voice), declared, stated=declared is not None)


def _declared(symbol: Symbol) -> str | None:
    returns = (symbol.returns or "").strip()
    return None if returns in _NOTHING - {"Self"} else returns


def _yielded(symbol: Symbol, items: tuple[Item, ...], voice: Voice) -> Field | None:
    found = leaves(items, "yield")
    if not found:
        return None
    inner = re.fullmatch(r"(?:[\w.]*\.)?(?:Async)?(?:Iterator|Iterable|Generator)\[(.+)\]",
                         symbol.returns or "")  # fmt: skip
    kind = inner[1].partition(", None")[0] if inner else None
    return Field("", _values(list(found), voice), kind, stated=kind is not None)


def _values(found: list[Leave], voice: Voice) -> str:
    """Which value when; only the values where the conditions are many; "" where all is long."""
    texts = list(dict.fromkeys(leave.item.text for leave in found))
    if not texts or any(len(text) > _LONG for text in texts):
        return ""
    if len(texts) == 1:
        return _stop(quoted(texts[0]), voice)
    *others, last = found
    if all(guard.kind == "unless" for guard in last.guards):
        last = Leave(last.item, ())
    told = [_when(leave, voice) for leave in (*others, last)]
    if len(told) <= _MOST_VALUES and all(len(text) <= 2 * _LONG for text in told):
        return _stop(capitalized(("；" if voice.language == "zh" else "; ").join(told)), voice)
    joint = listed(map(quoted, texts), voice.language, "or")
    return _stop(capitalized(joint), voice) if len(texts) <= _MOST_VALUES else ""


def _when(leave: Leave, voice: Voice) -> str:
    when = condition(leave.guards, voice.language)
    value = quoted(leave.item.text)
    if voice.language == "zh":
        return f"若 {when}，为 {value}" if when else f"否则为 {value}"
    return f"{value} if {when}" if when else f"otherwise {value}"


def _raised(items: tuple[Item, ...], voice: Voice) -> tuple[Field, ...]:
    """One field an exception, its conditions joined. A bare re-raise is none, nor is a variable."""
    found: dict[str, list[Leave]] = {}
    for leave in leaves(items, "raise"):
        name = exception_name(leave.item.text)
        if name:
            found.setdefault(name, []).append(leave)
    return tuple(Field(name, _raise_text(each, items, voice)) for name, each in found.items())


def exception_name(text: str) -> str:
    """`ValueError` of `ValueError("no") from e`; "panic" for what panics; "" for a variable."""
    if re.match(r"(panic|unreachable|todo|unimplemented)!?\s*\(", text):
        return "panic"
    name = re.match(r"(?:new\s+)?([\w.:]+)", text)
    if not name or name[1].startswith(("self.", "this.")):
        return ""
    last = re.split(r"[.:]", name[1])[-1]
    named_so = last.lower().endswith(("error", "exception")) or "::" in name[1]
    is_made = text[name.end() : name.end() + 1] in ("(", "{")
    return name[1] if last[:1].isupper() or (named_so and is_made) else ""


def _errors(language: str, items: tuple[Item, ...], voice: Voice) -> tuple[Field, ...]:
    """What a Rust function gives back as `Err`, with its condition."""
    if language != "rust":
        return ()
    found = [leave for leave in leaves(items, "return") if leave.item.text.startswith("Err(")]
    return tuple(
        Field("Err", _stop(capitalized(_when(leave, voice)), voice))
        for leave in found
        if leave.guards
    )


def _raise_text(found: list[Leave], items: tuple[Item, ...], voice: Voice) -> str:
    """Where a condition is missing or there are many, the messages say when as far as they can."""
    different = list(dict.fromkeys(condition(leave.guards, voice.language) for leave in found))
    if different == [""]:
        return _always(found, items, voice)
    if "" in different or len(different) > _MOST_CONDITIONS:
        return _messages(found, voice)
    if voice.language == "zh":
        return f"若 {'，或若 '.join(different)}。"
    return f"If {', or if '.join(different)}."


def _always(found: list[Leave], items: tuple[Item, ...], voice: Voice) -> str:
    if len(items) == 1 and items[0].kind == "raise":
        return "总是。" if voice.language == "zh" else "Always."
    if items[-1].kind == "raise":
        return "若之前没有返回。" if voice.language == "zh" else "If nothing was returned before."
    return _messages(found, voice)


def _messages(found: list[Leave], voice: Voice) -> str:
    quotes = re.compile(r"""(?<!\w)(['"])([^'"{}%\\]{4,60})\1""")
    texts = [match[2] for leave in found if (match := quotes.search(leave.item.text))]
    different = [quoted(text) for text in dict.fromkeys(texts)]
    if not different or len(different) > _MOST_CONDITIONS:
        return ""
    return _stop(capitalized(listed(different, voice.language, "or")), voice)


def _stop(text: str, voice: Voice) -> str:
    return f"{text}。" if voice.language == "zh" else f"{text}."


def _attributes(text: str, symbol: Symbol, items: tuple[Item, ...]) -> tuple[Field, ...]:
    """The fields of a dataclass and its like, with the comment on a field's own line."""
    marks = {re.split(r"[.(\[]", each.partition("(")[0])[-1] for each in symbol.decorators}
    marks |= {each.rpartition(".")[2] for each in symbol.bases}
    if not marks & _FIELD_CLASSES:
        return ()
    found = [_FIELD.fullmatch(item.text) for item in items if item.kind == "do"]
    return tuple(
        Field(each[1], _comment(text, symbol, each[1]), each[2], _plain_default(each[3]))
        for each in found
        if each and not each[1].startswith("_") and not each[2].startswith("ClassVar")
    )


def _plain_default(default: str | None) -> str | None:
    return None if default is None or default.startswith("field(") else default


def _comment(text: str, symbol: Symbol, name: str) -> str:
    found = re.search(rf"^\s*{name}\s*:[^\n]*?#\s*([^\n]+)$", symbol.span.of(text), re.MULTILINE)
    if not found:
        return ""
    said = capitalized(found[1].strip())
    return said if said.endswith((".", "。", "!", "?")) else f"{said}."
