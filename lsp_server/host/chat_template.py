"""From chat messages to the prompt's tokens, by the template that the model brought along.

The template is foreign code: it runs in jinja's immutable sandbox, with what transformers gives
it and nothing else. Texts of control tokens inside a message are text, not control: a user who
edits a tokenizer's source must not end his own turn with it. They pass the template as
placeholders of noncharacters and are tokenized as plain text behind it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Never, Protocol

from lsp_server.errors import ModelUnusable

if TYPE_CHECKING:
    from jinja2 import Template

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For a GGUF that brings no template of its own."""

OPEN, CLOSE = "\ufdd0", "\ufdd1"
PLACEHOLDER = re.compile(f"{OPEN}(\\d+){CLOSE}")


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str


class TemplateRefused(Exception):
    """The template cannot take these messages; a sentence for the client."""


class Tokenizer(Protocol):
    """What is asked of the engine."""

    bos: str
    eos: str
    chat_template: str | None
    control_texts: tuple[str, ...]

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]: ...


class ChatTemplate:
    """Raises ModelUnusable if the model's template is no valid one."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._template = _compiled(tokenizer.chat_template or CHATML)
        unsafe = sorted((*tokenizer.control_texts, OPEN, CLOSE), key=len, reverse=True)
        self._unsafe = re.compile("|".join(map(re.escape, unsafe)))

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt, up to where the assistant's reply begins. Raises TemplateRefused."""
        plain: list[str] = []
        hidden = [Message(m.role, self._hide(m.content, plain)) for m in messages]
        rendered = self._render(hidden)
        bos = self._tokenizer.bos
        start = not (bos and rendered.startswith(bos))
        tokens: list[int] = []
        for index, part in enumerate(PLACEHOLDER.split(rendered)):
            is_plain = bool(index % 2)
            text = plain[int(part)] if is_plain else part
            if text:
                first = start and not index
                tokens += self._tokenizer.tokenize(text, start=first, markers=not is_plain)
        return tokens

    def _hide(self, content: str, plain: list[str]) -> str:
        def placeholder(match: re.Match[str]) -> str:
            plain.append(match.group())
            return f"{OPEN}{len(plain) - 1}{CLOSE}"

        return self._unsafe.sub(placeholder, content)

    def _render(self, messages: Sequence[Message]) -> str:
        """Some templates want `tools` to be none, as transformers has it, some not to be there."""
        context = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "bos_token": self._tokenizer.bos,
            "eos_token": self._tokenizer.eos,
            "add_generation_prompt": True,
            "enable_thinking": False,
        }
        try:
            return _rendered(self._template, context | {"tools": None, "documents": None})
        except TemplateRefused:
            return _rendered(self._template, context)


def _rendered(template: "Template", context: Mapping[str, object]) -> str:
    """Foreign code may fail in many ways; all of them are the template's refusal."""
    from jinja2 import TemplateError

    foreign = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError)
    try:
        return template.render(context)
    except (*foreign, ValueError, RecursionError) as error:
        raise TemplateRefused(f"The model's chat template refused: {error}.") from error


def _compiled(source: str) -> "Template":
    from jinja2 import TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
        keep_trailing_newline=False,
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    try:
        return environment.from_string(source)
    except TemplateSyntaxError as error:
        raise ModelUnusable(
            f"The model's chat template cannot be read ({error}); choose another model "
            "with `penna model use`."
        ) from error


def _tojson(value: object, indent: int | None = None) -> str:
    """jinja's own escapes HTML, which models were not trained on."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise_exception(message: str) -> Never:
    from jinja2 import TemplateError

    raise TemplateError(message)


def _strftime_now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)
