"""What can be set, and how a layer of options becomes values.

A bad value leaves what the layer below says, with one message per value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from lsp_server.settings.given import Given, number, switch, url, whole

Delivery = Literal["stream", "whole"]
Ending = Literal["restore", "keep"]
DocstringStyle = Literal["google", "numpy", "sphinx"]
CacheType = Literal["f16", "q8_0"]
WarmUp = Literal["never", "menu", "selection"]
TestFramework = Literal["pytest", "unittest", "vitest", "jest"]

SENSIBLE_CONTEXT: Final = (512, 1_048_576)


@dataclass(frozen=True, slots=True)
class Style:
    """What a project may choose for itself. None means: look at the project's own files.

    `reply_language` is a language tag or name ("zh", "German") for explanations and prose.
    """

    docstring_style: DocstringStyle | None = None
    test_framework: TestFramework | None = None
    reply_language: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user chooses. `model` is a path or a catalogue's id; None means the one in use.

    `base_url` names an OpenAI-compatible server in place of our own host. `n_threads` None means
    as many as are fastest; `n_threads_batch`, for reading prompts, None: as `n_threads`. A
    `cache_type` of q8_0 takes half the memory for the window. `mlock` keeps the weights from being
    paged out. `draft_model` is a small model that guesses ahead: a path or a catalogue's id.
    `max_reply_tokens` None means what the window has room for. `lightbulb` offers actions on
    automatic triggers too. `warm_up`: when to have a model read ahead, if it is on this machine;
    "selection" is at a menu, too. `locale` None means the client's.
    """

    delivery: Delivery = "stream"
    model: str | None = None
    base_url: str | None = None
    api_key_file: str | None = None
    n_ctx: int = 8192
    n_threads: int | None = None
    n_threads_batch: int | None = None
    cache_type: CacheType = "f16"
    mlock: bool = False
    draft_model: str | None = None
    idle_minutes: float = 30.0
    max_reply_tokens: int | None = None
    temperature_code: float = 0.2
    temperature_prose: float = 0.7
    on_cancel: Ending = "restore"
    on_check_failure: Ending = "restore"
    lightbulb: bool = False
    warm_up: WarmUp = "selection"
    locale: str | None = None
    style: Style = field(default_factory=Style)


STYLE_NAMES: Final = tuple(Style.__dataclass_fields__)
NAMES: Final = (*Settings.__dataclass_fields__, *STYLE_NAMES)


def parse(
    options: Mapping[str, object], base: Settings | None = None
) -> tuple[Settings, list[str]]:
    """`options` over `base`, and a sentence for each value or name that cannot be used.

    A value of None (JSON's null) counts as not given. Style may stand in a table `style` or beside
    the other names.
    """
    base = base or Settings()
    given = Given(options, NAMES)
    settings = Settings(
        delivery=given.choice("delivery", get_args(Delivery), base.delivery),
        model=given.text("model", base.model),
        base_url=given.checked("base_url", url, base.base_url),
        api_key_file=given.text("api_key_file", base.api_key_file),
        n_ctx=given.checked("n_ctx", whole(*SENSIBLE_CONTEXT), base.n_ctx),
        n_threads=given.checked("n_threads", whole(1, 1024), base.n_threads),
        n_threads_batch=given.checked("n_threads_batch", whole(1, 1024), base.n_threads_batch),
        cache_type=given.choice("cache_type", get_args(CacheType), base.cache_type),
        mlock=given.checked("mlock", switch, base.mlock),
        draft_model=given.text("draft_model", base.draft_model),
        idle_minutes=given.checked("idle_minutes", number(0.1, 100_000), base.idle_minutes),
        max_reply_tokens=given.checked(
            "max_reply_tokens", whole(16, SENSIBLE_CONTEXT[1]), base.max_reply_tokens
        ),
        temperature_code=given.checked("temperature_code", number(0, 2), base.temperature_code),
        temperature_prose=given.checked("temperature_prose", number(0, 2), base.temperature_prose),
        on_cancel=given.choice("on_cancel", get_args(Ending), base.on_cancel),
        on_check_failure=given.choice("on_check_failure", get_args(Ending), base.on_check_failure),
        lightbulb=given.checked("lightbulb", switch, base.lightbulb),
        warm_up=given.choice("warm_up", get_args(WarmUp), base.warm_up),
        locale=given.text("locale", base.locale),
        style=Style(
            given.choice("docstring_style", get_args(DocstringStyle), base.style.docstring_style),
            given.choice("test_framework", get_args(TestFramework), base.style.test_framework),
            given.text("reply_language", base.style.reply_language),
        ),
    )
    return settings, given.messages
