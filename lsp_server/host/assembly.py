"""From a loaded model to a scheduler with all that it works with. For the engine thread."""

from collections.abc import Callable
from pathlib import Path

from lsp_server.errors import ModelUnusable
from lsp_server.host import kept
from lsp_server.host.chat_template import ChatTemplate
from lsp_server.host.cores import n_cores
from lsp_server.host.drafts import SmallModel
from lsp_server.host.engine import Engine, Shape
from lsp_server.host.engine_thread import Ready
from lsp_server.host.idle_work import IdleWork
from lsp_server.host.kept_prefix import SystemPrompt
from lsp_server.host.metrics import Metrics
from lsp_server.host.prefix_cache import PrefixCache
from lsp_server.host.scheduler import Scheduler
from lsp_server.host.stash import Stash
from lsp_server.host.window import Window

N_KEPT = 11
"""Sequences beside those that run at once, for what ended requests leave behind."""

N_SPARE = 2
"""Sequences that are empty but while calibration or the kept prefix use them."""

MIB = 2**20


def shape(model_path: Path, window: Window) -> Shape:
    """How llama.cpp is to hold the model. Threads are set again once they are measured."""
    n_decode = window.n_threads or n_cores()
    return Shape(
        model_path,
        window.n_ctx,
        n_decode,
        window.n_threads_batch or n_decode,
        n_seq_max=window.n_seq_max + N_KEPT + N_SPARE,
        cache_type_k=window.cache_type_k,
        cache_type_v=window.cache_type_v,
        flash_attention=window.has_flash_attention,
        mlock=window.mlock,
    )


def ready(engine: Engine, model_path: Path, window: Window, going_on: Callable[[], bool]) -> Ready:
    """Raises ModelUnusable for a chat template that cannot be read, and for a draft model."""
    template = ChatTemplate(engine.vocabulary, engine.chat_template)
    spares = (engine.n_seq_max - 2, engine.n_seq_max - 1)
    stash = Stash(window.cache_ram_mib * MIB)
    cache = PrefixCache(engine, engine.n_seq_max - N_SPARE, stash)
    calibration = kept.calibration(engine, model_path, window)
    system_prompt = kept.system_prompt(engine, model_path, window)
    _restore(cache, system_prompt)
    small_model = _small_model(engine, window, going_on) if window.draft_model else None
    idle_work = IdleWork(cache, system_prompt, calibration, spares)
    metrics = Metrics()
    scheduler = Scheduler(
        engine,
        cache,
        calibration.costs,
        metrics,
        n_slots=window.n_seq_max,
        max_pause_s=window.max_pause_s,
        idle=idle_work.step,
        ended=idle_work.ended,
        small_model=small_model,
    )
    return Ready(engine, scheduler, template, metrics, system_prompt, small_model)


def _small_model(engine: Engine, window: Window, going_on: Callable[[], bool]) -> SmallModel:
    """Raises ModelUnusable for one that cannot be loaded or speaks in other tokens."""
    assert window.draft_model is not None, "it is asked for"
    n_threads = window.n_threads or n_cores()
    n_ctx = SmallModel.n_ctx(window.n_seq_max)
    small = Engine(
        Shape(
            window.draft_model,
            n_ctx,
            n_threads,
            n_batch=SmallModel.N_BATCH,
            n_seq_max=window.n_seq_max,
            n_outputs=1,
        ),
        going_on,
    )
    if not small.vocabulary.is_as(engine.vocabulary) or not small.can_cut:
        small.close()
        raise ModelUnusable(
            f"{window.draft_model.name} cannot draft for this model, as its tokens are others; "
            "take a small model of the same family as draft_model, or none."
        )
    return SmallModel(small, window.n_seq_max)


def _restore(cache: PrefixCache, system_prompt: SystemPrompt) -> None:
    number, _ = cache.lend((), 0)
    tokens = system_prompt.restore(number)
    if tokens:
        cache.keep(number, tokens)
    else:
        cache.drop(number)
