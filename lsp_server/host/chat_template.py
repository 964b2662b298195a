"""From chat messages to the prompt's tokens, by the template that the model brought along.

The template is foreign code: it runs in jinja's immutable sandbox, with what transformers gives
it and nothing else. Texts of control tokens inside a message or a tool are text, not control
(hidden_texts.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache, reduce
from typing import TYPE_CHECKING, Never, Protocol

from lsp_server.errors import ModelUnusable
from lsp_server.host.hidden_texts import HiddenTexts, unsafe_pattern

if TYPE_CHECKING:
    from jinja2 import Template

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For a GGUF that brings no template of its own."""

PROBES = ("a", "\n1", " 世")
"""User messages whose first characters join what stands before them in different tokens."""

N_SYSTEMS = 8
"""System prompts whose tokens are remembered."""

PROBED_TOOL = "is_this_tool_told"


Tool = Mapping[str, object]
"""A tool as the client describes it: {"type": "function", "function": {"name": ...}}."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is a JSON text, or what a model once wrote instead."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """`tool_call_id` and `name` are "" where there is none."""

    role: str
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""


class TemplateRefused(Exception):
    """The template cannot take these messages; a sentence for the client."""


class Tokenizer(Protocol):
    """What is asked of the engine's vocabulary."""

    bos: str
    eos: str
    control_texts: tuple[str, ...]

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]: ...


class ChatTemplate:
    """`source` is the model's template, None if it has none. Raises ModelUnusable if it is no valid
    one."""

    def __init__(self, tokenizer: Tokenizer, source: str | None) -> None:
        self._tokenizer = tokenizer
        self._template = _compiled(source or CHATML)
        self._unsafe = unsafe_pattern(tokenizer.control_texts)
        self._system_tokens = lru_cache(N_SYSTEMS)(self._tokens_of_system)

    @cached_property
    def takes_tools(self) -> bool:
        """Whether a prompt tells of the tools at all."""
        tool = {"type": "function", "function": {"name": PROBED_TOOL, "parameters": {}}}
        try:
            rendered = self._render([Message("user", "a")], [tool], HiddenTexts(self._unsafe))
        except TemplateRefused:
            return False
        return PROBED_TOOL in rendered

    def tokens(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> list[int]:
        """The prompt, up to where the assistant's reply begins. Raises TemplateRefused."""
        tells_of_tools = tools or any(each.tool_calls or each.role == "tool" for each in messages)
        if tells_of_tools and not self.takes_tools:
            raise TemplateRefused("This model's chat template knows no tools; leave them out.")
        hidden = HiddenTexts(self._unsafe)
        rendered = self._render(messages, tools, hidden)
        bos = self._tokenizer.bos
        start = not (bos and rendered.startswith(bos))
        tokens: list[int] = []
        for index, (text, is_plain) in enumerate(hidden.parts(rendered)):
            if text:
                first = start and not index
                tokens += self._tokenizer.tokenize(text, start=first, markers=not is_plain)
        return tokens

    def n_system(
        self, messages: Sequence[Message], prompt: Sequence[int], tools: Sequence[Tool] = ()
    ) -> int:
        """How many tokens `prompt`, made of `messages`, begins with that all prompts with the same
        system message and tools begin with; 0 if there are none."""
        system = messages[0] if messages[0].role == "system" else None
        if system is None and not tools:
            return 0
        return len(_common_start(self._system_tokens(system, json.dumps(tools)), prompt))

    def _tokens_of_system(self, system: Message | None, tools: str) -> Sequence[int]:
        start = [system] if system else []
        questions = [[*start, Message("user", text)] for text in PROBES]
        try:
            prompts = [self.tokens(messages, json.loads(tools)) for messages in questions]
        except TemplateRefused:
            return ()
        return reduce(_common_start, prompts)

    def _render(
        self, messages: Sequence[Message], tools: Sequence[Tool], hidden: HiddenTexts
    ) -> str:
        """Some templates want `tools` to be none, as transformers has it, some not to be there."""
        context = {
            "messages": hidden.hide([_as_transformers_has_it(each) for each in messages]),
            "bos_token": self._tokenizer.bos,
            "eos_token": self._tokenizer.eos,
            "add_generation_prompt": True,
            "enable_thinking": False,
        }
        given = {"tools": hidden.hide(list(tools)) if tools else None, "documents": None}
        try:
            return _rendered(self._template, context | given)
        except TemplateRefused:
            if tools:
                raise
            return _rendered(self._template, context)


def _as_transformers_has_it(message: Message) -> dict[str, object]:
    known: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        known["tool_calls"] = [_call(each) for each in message.tool_calls]
    given = {"tool_call_id": message.tool_call_id, "name": message.name}
    return known | {name: text for name, text in given.items() if text}


def _call(call: ToolCall) -> dict[str, object]:
    """Templates write the arguments as JSON themselves, so they get the object."""
    try:
        arguments: object = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = call.arguments
    function = {"name": call.name, "arguments": arguments}
    return {"type": "function", "id": call.id, "function": function}


def _common_start(one: Sequence[int], other: Sequence[int]) -> Sequence[int]:
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))]


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
