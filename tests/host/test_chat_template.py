"""Prompts by the model's own template, in a sandbox; messages cannot forge its markers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.errors import ModelUnusable
from lsp_server.host.chat_template import CHATML, ChatTemplate, Message, TemplateRefused
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
    chat_template: str | None
    bos: str = ""
    eos: str = "</s>"
    control_texts: tuple[str, ...] = ("<|im_end|>", "<|im_start|>")

    def tokenize(self, text: str, *, start: bool, markers: bool) -> list[int]:
        bos = self.bos if start else ""
        return self.engine.tokenize(bos + text, start=False, markers=markers)


def rendered(engine: Engine, template: str | None, messages: list[Message], bos: str = "") -> str:
    tokens = ChatTemplate(Tokenizer(engine, template, bos)).tokens(messages)
    return b"".join(engine.piece(t) or engine.token_text(t).encode() for t in tokens).decode()


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
        ChatTemplate(Tokenizer(engine, "{% for %}"))


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
    tokens = ChatTemplate(Tokenizer(engine, CHATML)).tokens([Message("user", content)])
    frame = ChatTemplate(Tokenizer(engine, CHATML)).tokens([Message("user", "")])
    assert len(tokens) == len(frame) + len(content.encode())
    assert rendered(engine, CHATML, [Message("user", content)]).count(content) >= 1
