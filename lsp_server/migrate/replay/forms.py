"""The forms of an HTML answer, and what a person would fill in.

Hidden fields and tokens are each side's own; only the values that a person types are shared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from lsp_server.migrate.replay.rules import in_ascii
from lsp_server.migrate.replay.values import plausible
from lsp_server.migrate.replay.wire import HOST, Request, form, multipart

JOINING: Final = ("regist", "signup", "sign-up", "sign_up", "confirm", "repeat", "email")
NOT_TYPED: Final = frozenset({"hidden", "submit", "button", "reset", "image"})


@dataclass(slots=True)
class Field:
    """One control. `value` is what it holds when the page comes."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    is_checked: bool = False


@dataclass(slots=True)
class Form:
    """One form of a page."""

    action: str
    method: str
    enctype: str
    fields: list[Field] = field(default_factory=list)

    @property
    def is_login_like(self) -> bool:
        return any(each.kind == "password" for each in self.fields)

    @property
    def is_registration_like(self) -> bool:
        passwords = sum(each.kind == "password" for each in self.fields)
        words = " ".join([self.action, *(each.name for each in self.fields)]).lower()
        return passwords >= 2 or (passwords == 1 and any(mark in words for mark in JOINING))

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Two forms with the same key are the same form, on whatever page."""
        names = tuple(sorted({each.name for each in self.fields if each.kind != "hidden"}))
        return self.action, self.method, names


def forms(text: str, page: str) -> list[Form]:
    """The forms of a page, in order; `page` is the target that it came from."""
    return _read(text, page).forms


def links(text: str, page: str) -> list[str]:
    """Where the links of a page lead within the app, in order, each once."""
    return list(dict.fromkeys(_read(text, page).links))


def assets(text: str, page: str) -> list[str]:
    """The styles, scripts and pictures of a page that the app itself serves."""
    return list(dict.fromkeys(_read(text, page).assets))


def fill(found: Form, typed: Mapping[str, str], files: Mapping[str, bytes]) -> Request:
    """The request that submitting the form would send."""
    pairs: list[tuple[str, str]] = []
    sent: list[tuple[str, str, bytes]] = []
    for each in found.fields:
        if each.kind == "file":
            sent.append((each.name, "notes.txt", files.get(each.name, b"")))
        elif each.name in typed and each.kind not in NOT_TYPED:
            pairs.append((each.name, typed[each.name]))
        elif each.kind in {"checkbox", "radio"} and not each.is_checked:
            continue
        elif each.kind not in {"button", "reset", "image"}:
            pairs.append((each.name, each.value))
    if found.method == "GET":
        path = found.action.partition("?")[0]
        return Request("GET", f"{path}?{urlencode(pairs)}")
    if found.enctype == "multipart/form-data":
        return multipart(found.method, found.action, pairs, sent)
    return form(found.method, found.action, pairs)


def typed(found: Form) -> dict[str, str]:
    """What a person of plain tastes types into each field."""
    values: dict[str, str] = {}
    for each in found.fields:
        if each.kind in NOT_TYPED or each.kind == "file":
            continue
        if each.options:
            values.setdefault(each.name, next((o for o in each.options if o), each.options[0]))
        elif each.kind in {"checkbox", "radio"}:
            values.setdefault(each.name, each.value or "on")
        else:
            values.setdefault(each.name, plausible(each.name, each.kind))
    return values


class _Reader(HTMLParser):
    """Collects forms. A control after a form that was never closed still belongs to it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.assets: list[str] = []
        self._page = page
        self._is_open = False
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(given)
        elif tag == "a" and "href" in given:
            self._link(given["href"], self.links)
        elif tag in {"link", "script", "img"} and (
            address := given.get("href") or given.get("src")
        ):
            self._link(address, self.assets)
        elif self._is_open and tag in {"input", "button", "textarea", "select"}:
            self._control(tag, given)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.value = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def _link(self, address: str, kept: list[str]) -> None:
        if (where := _inside(self._page, address)) and where.isascii():
            kept.append(where)

    def _begin(self, given: Mapping[str, str]) -> None:
        self._is_open = True
        where = _inside(self._page, given.get("action", ""))
        if where is None or not where.isascii():  # Another site's form is none that may be sent.
            self._is_open = False
            return
        method = given.get("method", "get").upper()
        self.forms.append(Form(where, method, given.get("enctype", "").lower()))

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        name = given.get("name")
        if not name or "disabled" in given:
            return
        kind = given.get("type", "text").lower() if tag == "input" else tag
        if tag == "button":
            kind = given.get("type", "submit").lower()
        value = given.get("value", "on" if kind in {"checkbox", "radio"} else "")
        found = Field(name, kind, value, is_checked="checked" in given)
        self.forms[-1].fields.append(found)
        if tag == "select":
            self._select = found
        elif tag == "textarea":
            self._area = found


def _read(text: str, page: str) -> _Reader:
    reader = _Reader(page)
    reader.feed(text)
    reader.close()
    return reader


def _inside(page: str, address: str) -> str | None:
    """The target that an address on a page means; None if it leads out of the app."""
    try:
        parts = urlsplit(urljoin(f"http://{HOST}{page}", address.strip()))
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname != HOST:
        return None
    return in_ascii((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
