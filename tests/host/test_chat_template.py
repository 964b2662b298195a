"""Prompts by the model's own template, in a sandbox; messages cannot forge its markers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.errors import ModelUnusable
from lsp_server.host.chat_template import (
    CHATML,
    ChatTemplate,
    Message,
    TemplateRefused,
    Tool,
    ToolCall,
)
from lsp_server.host.engine import Engine, Shape
from tests.scripted import make_gguf

HELLO = [Message("system", "Be brief."), Message("user", "Hello 世界")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = make_gguf(tmp_path_factory.mktemp("template") / "s.gguf", {"": "x"}, n_ctx=512)
    engine = Engine(Shape(path, n_ctx=512, n_threads=1), lambda: True)
    yield engine
    engine.close()


@dataclass
class Tokenizer:
    """The scripted model's, with another template and another BOS."""

    engine: Engine
    bos: str = ""
    eos: str = "</s>"
    control_texts: tuple[str, ...] = ("<|im_end|>", "<|im_start|>")

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]:
        bos = self.bos if start else ""
        return self.engine.vocabulary.tokenize(bos + text, start=False, markers=markers)


def rendered(
    engine: Engine,
    template: str | None,
    messages: list[Message],
    bos: str = "",
    tools: Sequence[Tool] = (),
) -> str:
    tokens = ChatTemplate(Tokenizer(engine, bos), template).tokens(messages, tools)
    return b"".join(
        engine.vocabulary.piece(t) or engine.vocabulary.token_text(t).encode() for t in tokens
    ).decode()


def test_a_model_without_a_template_gets_chatml(engine: Engine) -> None:
    assert rendered(engine, None, HELLO) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello 世界<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_blocks_are_trimmed_as_transformers_trims_them(engine: Engine) -> None:
    template = (
        "{% for m in messages %}\n    {% if true %}\n{{ m.role }}\n    {% endif %}\n{% endfor %}"
    )
    assert rendered(engine, template, HELLO) == "system\nuser\n"


def test_templates_may_use_what_transformers_gives_them(engine: Engine) -> None:
    template = (
        "{{ messages | tojson }}{{ strftime_now('%Y') | length }}{{ enable_thinking }}{{ tools }}"
        "{% for m in messages %}{% break %}{% endfor %}{{ eos_token }}{{ add_generation_prompt }}"
    )
    assert rendered(engine, template, [Message("user", "<é>")]) == (
        '[{"role": "user", "content": "<é>"}]4FalseNone</s>True'
    )


def test_a_template_may_want_tools_to_be_none_or_not_to_be_there(engine: Engine) -> None:
    for template in (
        "{% if tools is not none %}{{ raise_exception('no tools') }}{% endif %}ok",
        "{% if tools is defined %}{% for t in tools %}{{ t }}{% endfor %}{% endif %}ok",
    ):
        assert rendered(engine, template, HELLO) == "ok"


def test_a_template_that_refuses_says_why(engine: Engine) -> None:
    with pytest.raises(TemplateRefused, match="roles must alternate"):
        rendered(engine, "{{ raise_exception('roles must alternate') }}", HELLO)


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages.append(1) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages + 1 }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 1 // 0 }}",
        "{{ nothing.known }}",
    ],
)
def test_a_template_that_breaks_the_rules_is_refused(engine: Engine, template: str) -> None:
    with pytest.raises(TemplateRefused):
        rendered(engine, template, HELLO)


def test_a_template_that_is_none_makes_the_model_unusable(engine: Engine) -> None:
    with pytest.raises(ModelUnusable, match="chat template cannot be read"):
        ChatTemplate(Tokenizer(engine), "{% for %}")


def test_bos_stands_once_whether_the_template_writes_it_or_not(engine: Engine) -> None:
    for template in ("{{ bos_token }}hi", "hi"):
        assert rendered(engine, template, HELLO, bos="<|im_start|>") == "<|im_start|>hi"


CONTENT = st.lists(
    st.sampled_from(["<|im_end|>", "<|im_start|>", "\ufdd0", "\ufdd1", "0", "世", "<|", "im_end|>"])
)


@given(CONTENT)
def test_whatever_a_message_holds_it_is_text_and_all_of_it(
    engine: Engine, parts: list[str]
) -> None:
    content = "".join(parts)
    tokens = ChatTemplate(Tokenizer(engine), CHATML).tokens([Message("user", content)])
    frame = ChatTemplate(Tokenizer(engine), CHATML).tokens([Message("user", "")])
    assert len(tokens) == len(frame) + len(content.encode())
    assert rendered(engine, CHATML, [Message("user", content)]).count(content) >= 1


def test_the_tokens_of_a_system_prompt_are_those_that_all_its_prompts_begin_with(
    engine: Engine,
) -> None:
    template = ChatTemplate(Tokenizer(engine), CHATML)
    for system in (HELLO[0], Message("system", "<|im_end|> 世界")):
        prompts = [template.tokens([system, Message("user", text)]) for text in ("", "b", "\n")]
        n_system = {template.n_system([system], prompt) for prompt in prompts}
        start = template.tokens([system])[: -len("assistant\n") - 1]
        assert n_system == {len(start + template.tokens([Message("user", "x")])[:6])}


def test_without_a_system_message_or_a_template_for_it_nothing_is_shared(engine: Engine) -> None:
    template = ChatTemplate(Tokenizer(engine), "{{ messages[0].content }}{{ messages[1].content }}")
    assert template.n_system(HELLO[1:], template.tokens([HELLO[1], HELLO[1]])) == 0
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}"
    assert ChatTemplate(Tokenizer(engine), refusing).n_system(HELLO, [1, 2, 3]) == 0


def test_a_template_that_writes_the_question_first_shares_nothing(engine: Engine) -> None:
    source = "{{ messages[-1].content }}{{ messages[0].content }}"
    template = ChatTemplate(Tokenizer(engine), source)
    assert template.n_system(HELLO, template.tokens(HELLO)) == 0


def test_a_prompt_that_begins_otherwise_shares_only_what_is_the_same(engine: Engine) -> None:
    template = ChatTemplate(Tokenizer(engine), CHATML)
    prompt = template.tokens(HELLO)
    assert template.n_system(HELLO, [*prompt[:4], 300, *prompt[5:]]) == 4


QWEN = Path(__file__).with_name("qwen.jinja").read_text("utf-8")
READ: Tool = {
    "type": "function",
    "function": {"name": "read", "parameters": {"properties": {"path": {"type": "string"}}}},
}
TALK = [
    *HELLO,
    Message("assistant", "", (ToolCall("call_1", "read", '{"path": "世.py"}'),)),
    Message("tool", "x = 1\n", tool_call_id="call_1"),
    Message("tool", "x = 2", tool_call_id="call_2"),
]


def test_tools_calls_and_their_results_are_told_as_transformers_tells_them(engine: Engine) -> None:
    assert rendered(engine, QWEN, TALK, tools=[READ]) == (
        "<|im_start|>system\nBe brief.\n\n# Tools\n\n<tools>\n"
        '{"type": "function", "function": {"name": "read", "parameters": {"properties": '
        '{"path": {"type": "string"}}}}}\n</tools><|im_end|>\n'
        "<|im_start|>user\nHello 世界<|im_end|>\n"
        '<|im_start|>assistant\n\n<tool_call>\n{"name": "read", "arguments": '
        '{"path": "世.py"}}\n</tool_call><|im_end|>\n'
        "<|im_start|>user\n<tool_response>\nx = 1\n\n</tool_response>\n"
        "<tool_response>\nx = 2\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
    )


def test_arguments_that_are_no_json_are_told_as_they_are(engine: Engine) -> None:
    for text in ("{not JSON", "[" * 100_000):
        messages = [Message("user", ""), Message("assistant", "", (ToolCall("", "read", text),))]
        assert f'"arguments": {text}}}' in rendered(engine, QWEN, messages)


@pytest.mark.parametrize("messages", [HELLO, TALK])
def test_a_template_that_leaves_tools_out_refuses_them(
    engine: Engine, messages: list[Message]
) -> None:
    with pytest.raises(TemplateRefused, match="knows no tools"):
        rendered(engine, CHATML, messages, tools=[READ])
    with pytest.raises(TemplateRefused, match="knows no tools"):
        rendered(engine, CHATML, TALK)


def test_the_tools_belong_to_what_all_prompts_begin_with(engine: Engine) -> None:
    template = ChatTemplate(Tokenizer(engine), QWEN)
    questions = [[Message("user", text)] for text in ("a", "bc", "\n")]
    prompts = [template.tokens(each, [READ]) for each in questions]
    n_system = {
        template.n_system(each, prompt, [READ])
        for each, prompt in zip(questions, prompts, strict=True)
    }
    assert n_system == {len(prompts[0]) - len("a\n" + "assistant\n") - 2}
    assert template.n_system(questions[0], prompts[0]) == 0


@given(CONTENT)
def test_whatever_a_tool_holds_it_is_text_and_all_of_it(engine: Engine, parts: list[str]) -> None:
    text = "".join(parts)
    template = ChatTemplate(Tokenizer(engine), QWEN)

    def n_tokens(text: str) -> int:
        tool = {"type": "function", "function": {"name": f"read{text}", text: [text, 1]}}
        call = ToolCall(text, f"read{text}", json.dumps({"a": text, text: 1}))
        messages = [
            Message("user", "hi"),
            Message("assistant", text, (call, ToolCall("", "x", text))),
            Message("tool", text, tool_call_id=text, name=text),
        ]
        return len(template.tokens(messages, [tool]))

    assert n_tokens(text) == n_tokens("") + 9 * len(text.encode())
