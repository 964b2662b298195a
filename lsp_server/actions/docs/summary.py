"""The first sentence of a doc, from the name and from what the body plainly does.

Every language has its mood: Python's is imperative (PEP 257), the others say what the symbol does
("Returns the name."), and Go begins with the name itself. What neither the name nor the body
tells is not said.
"""

import re
from dataclasses import dataclass

from lsp_server.actions.docs.names import capitalized, phrase, words
from lsp_server.actions.docs.special_names import SPECIAL
from lsp_server.actions.docs.verbs import VERBS, third_person
from lsp_server.actions.flow import quoted
from lsp_server.syntax.outline import Item
from lsp_server.syntax.shape import CALLABLES, Symbol
from lsp_server.syntax.symbols import caller_parameters

_QUESTIONS = {"is", "has", "can", "should", "was", "are", "does", "needs", "will", "contains"}
_TYPE_NOUNS = {
    "class": ("class", "类"),
    "struct": ("struct", "结构体"),
    "enum": ("enumeration", "枚举"),
    "interface": ("interface", "接口"),
    "trait": ("trait", "特征"),
    "type": ("type", "类型"),
    "namespace": ("namespace", "命名空间"),
    "module": ("module", "模块"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """How sentences are put: `language` "en" or "zh"; `mood` of a summary's verb."""

    language: str = "en"
    mood: str = "imperative"


def summary(symbol: Symbol, items: tuple[Item, ...], voice: Voice) -> str:
    """One sentence. Go's begins with the name, as its convention asks."""
    chinese = voice.language == "zh"
    sentence = _chinese(symbol, items) if chinese else _english(symbol, items, voice)
    if voice.mood != "named":
        return sentence
    return f"{symbol.name} {sentence if chinese else sentence[0].lower() + sentence[1:]}"


def _english(symbol: Symbol, items: tuple[Item, ...], voice: Voice) -> str:
    if symbol.name in SPECIAL:
        verb, _, rest = SPECIAL[symbol.name][0].partition(" ")
        return f"{verb if voice.mood == 'imperative' else third_person(verb)} {rest}"
    if symbol.kind not in CALLABLES:
        return _type_english(symbol, voice)
    if _is_property(symbol):
        return f"{capitalized(phrase(words(symbol.name)))}."
    verb, rest = _verb_phrase(symbol, items)
    verb, _, particle = verb.partition(" ")
    verb = verb if voice.mood == "imperative" else third_person(verb)
    return " ".join(filter(None, (capitalized(verb), particle, rest))) + "."


def _verb_phrase(symbol: Symbol, items: tuple[Item, ...]) -> tuple[str, str]:
    """A verb in its plain form and what follows it."""
    first, *rest = words(symbol.name) or [symbol.name]
    first = first.lower()
    told = _led_by_particle(symbol, first, rest)
    if told is not None:
        return told
    if _is_getter(items, [first, *rest]):
        return "return", phrase([first, *rest])
    if first == "get":
        return "return", phrase(rest) or _gotten(symbol)
    if _is_verb(first):
        return _SPELLED.get(first, first), phrase(rest) or _object(symbol, first)
    return _noun_phrase(symbol, items, [first, *rest])


def _led_by_particle(symbol: Symbol, first: str, rest: list[str]) -> tuple[str, str] | None:
    """Names whose first word is no verb and yet says what is done: `is_x`, `to_x`, `from_x`."""
    if is_constructor(symbol):
        return "create", _a(f"`{symbol.parent or symbol.name}`")
    if symbol.name.startswith("operator"):
        return "implement", f"`{symbol.name}`"
    if symbol.name.startswith("~"):
        return "destroy", "the instance"
    if not rest:
        is_question = _IS.fullmatch(first)
        return ("return", _question(symbol, "is", [first[2:]])) if is_question else None
    following = " ".join(rest)
    if first in _QUESTIONS:
        return "return", _question(symbol, first, rest)
    if first == "new":
        return "create", _a(following)
    if first in ("to", "as"):
        return "convert", f"to {following}"
    if first == "from":
        makes = any(each.endswith("classmethod") for each in symbol.decorators)
        return (
            ("create", f"an instance from {following}")
            if makes
            else ("convert", f"from {following}")
        )
    if first == "on":
        return "handle", f"the event `{following}`"
    return None


def _converted(origin: str) -> tuple[str, str]:
    return "convert", f"from {origin}"


def _is_getter(items: tuple[Item, ...], parts: list[str]) -> bool:
    """`limit()` that returns `s.limit`: here the verb is a noun."""
    only = items[0] if len(items) == 1 else None
    value = re.fullmatch(r"(?:\w+(?:\.|->))+_*(\w+)", only.text) if only else None
    return bool(only and only.kind == "return" and value and words(value[1]) == parts)


def is_constructor(symbol: Symbol) -> bool:
    """`new` in Rust, `NewStore` in Go, `constructor` in JavaScript, the class's name elsewhere."""
    own_name = symbol.parent is not None and symbol.name == symbol.parent.rpartition(".")[2]
    return symbol.name in ("constructor", "new") or own_name


def _object(symbol: Symbol, verb: str = "") -> str:
    """What a bare verb acts on: its first parameter, both for a verb that joins two."""
    own = [each for each in caller_parameters(symbol) if each.name.isidentifier()]
    names = [f"`{each.name}`" for each in own if each.kind in ("positional", "positional_only")]
    if verb in _OF_TWO and symbol.kind == "function" and len(names) == 2:
        return f"{names[0]} and {names[1]}"
    return names[0] if names else ""


# `isfinite`, written in one word.
_IS = re.compile(r"is(?!s|l?and|ol|o$)[a-z]{3,}")
_SPELLED = {
    "cleanup": "clean up",
    "init": "initialize",
    "lookup": "look up",
    "rollback": "roll back",
    "setup": "set up",
    "shutdown": "shut down",
}
_OF_TWO = {"add", "compare", "combine", "divide", "join", "merge", "multiply", "swap", "subtract"}


def _is_verb(word: str) -> bool:
    return word in VERBS or (len(word) > 5 and word.endswith(("ify", "ize", "ise")))


def _gotten(symbol: Symbol) -> str:
    key = _object(symbol)
    return f"the value for {key}" if key else "the value"


def _question(symbol: Symbol, first: str, rest: list[str]) -> str:
    subject = "this" if symbol.kind == "method" else (_object(symbol) or "this")
    form = {"are": "is", "was": "was"}.get(first, first)
    if first in ("has", "does", "needs", "contains") or first not in ("is", "are", "was"):
        return f"whether {subject} {form} {' '.join(rest)}"
    return f"whether {subject} {form} {_with_article(rest)}"


def _with_article(rest: list[str]) -> str:
    """ "a file", "an iterator": only before words that are surely nouns."""
    noun = rest[-1]
    is_noun = noun in _NOUNS or re.search(r"(tion|ment|ator|tor|ness|ship|ism)$", noun)
    article = "an " if rest[0][0] in "aeiou" else "a "
    return (article if is_noun else "") + " ".join(rest)


_NOUNS = {
    *("file", "dir", "directory", "folder", "link", "symlink", "mount", "socket", "fifo", "device"),
    *("function", "class", "method", "module", "package", "builtin", "generator", "iterator"),
    *("coroutine", "awaitable", "frame", "code", "number", "string", "list", "dict", "tuple"),
    *("set", "name", "key", "keyword", "identifier", "node", "leaf", "root", "type", "subclass"),
    *("instance", "subset", "superset", "prefix", "suffix", "command", "token", "tty", "user"),
}


_NOTHING = ("", "None", "nil", "null")
_VOID = (*_NOTHING, "void", "()", "NoReturn", "Never")


def _is_promise(symbol: Symbol, items: tuple[Item, ...]) -> bool:
    """Whether others give the body: a declaration, a stub, an abstract method."""
    is_abstract = any("abstract" in each for each in symbol.decorators)
    is_stub = len(items) == 1 and items[0].text.startswith(("...", "NotImplementedError"))
    return is_abstract or is_stub or not len(symbol.body_span)


def _noun_phrase(symbol: Symbol, items: tuple[Item, ...], parts: list[str]) -> tuple[str, str]:
    """A name that is no verb: what the function gives, else what its body is."""
    if symbol.name == "main":
        return "run", "the program"
    says_nothing = len(parts[0]) < 3 and len(parts) == 1
    for kind in ("yield", "return"):
        values = [item.text for item in _found(items, kind) if item.text not in _NOTHING]
        if values:
            return kind, quoted(values[0]) if says_nothing else phrase(parts)
    if _is_promise(symbol, items):
        verb = "return" if symbol.returns and symbol.returns.strip() not in _VOID else parts[0]
        return verb, phrase(parts) if verb == "return" else " ".join(parts[1:])
    only = items[0] if len(items) == 1 else None
    if not items or (only and only.text == "pass"):
        return "do", "nothing"
    if only and (called := re.match(r"(?:await )?([\w.]+)\(", only.text)) and only.kind == "do":
        return "call", f"`{called[1]}`"
    # What returns nothing acts, so its name is likely to be a verb that the table lacks.
    return parts[0], " ".join(parts[1:]) or _object(symbol)


def _found(items: tuple[Item, ...], kind: str) -> list[Item]:
    """Every item of that kind at any depth."""
    return [each for item in items for each in _below(item) if each.kind == kind]


def _below(item: Item) -> list[Item]:
    return [item, *(each for child in item.items for each in _below(child))]


def _is_property(symbol: Symbol) -> bool:
    names = (each.rpartition(".")[2] for each in symbol.decorators)
    return any(name.endswith("property") for name in names)


def _type_english(symbol: Symbol, voice: Voice) -> str:
    """A type says what it is a kind of, or what its name reads as."""
    noun = phrase(words(symbol.name)).removeprefix("the ")
    if _is_exception(symbol):
        return _exception(noun)
    bases = [each for each in symbol.bases if not re.match(r"[\w.]*\b(object|ABC|Generic)\b", each)]
    extending = f", based on `{bases[0]}`" if len(bases) == 1 and "`" not in bases[0] else ""
    told = (
        _a(noun) if len(symbol.name) > 2 else f"the {_TYPE_NOUNS[symbol.kind][0]} `{symbol.name}`"
    )
    text = f"{told}{extending}."
    return f"is {text}" if voice.mood == "named" else capitalized(text)


def _is_exception(symbol: Symbol) -> bool:
    return symbol.name.endswith(("Error", "Exception", "Warning")) and bool(symbol.bases)


def _exception(noun: str) -> str:
    """`ConfigNotFoundError`: "Raised for config not found."""
    cause = re.sub(r" ?(error|exception)$", "", noun)
    return f"Raised for {_a(cause)} error." if cause else "Raised for an error."


def _a(noun: str) -> str:
    return f"{'an' if noun.strip('`')[:1].lower() in 'aeiou' else 'a'} {noun}"


def _chinese(symbol: Symbol, items: tuple[Item, ...]) -> str:
    if symbol.name in SPECIAL:
        return SPECIAL[symbol.name][1]
    if symbol.kind not in CALLABLES:
        return f"{' '.join(words(symbol.name))} {_TYPE_NOUNS[symbol.kind][1]}。"
    if _is_property(symbol):
        return f"{' '.join(words(symbol.name))}。"
    if words(symbol.name)[:1] and words(symbol.name)[0] in _QUESTIONS:
        return f"返回是否 {' '.join(words(symbol.name)[1:])}。"
    verb, rest = _verb_phrase(symbol, items)
    verb = verb.replace(" ", "")
    rest = re.sub(r"^(the|a|an) ", "", rest)
    if verb == "do":
        return "不做任何事。"
    return f"{VERBS.get(verb, verb)} {rest}".rstrip() + "。"
