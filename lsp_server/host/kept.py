"""What a host keeps for its next start, made for one model, its window and this machine.

Deliberately absent: how it is kept (kept_prefix.py, measured.py), and when it is used.
"""

from pathlib import Path

from lsp_server.host import identity
from lsp_server.host.calibration import Calibration, Choices
from lsp_server.host.cores import cores
from lsp_server.host.engine import Engine
from lsp_server.host.kept_prefix import KeptPrefix, SystemPrompt
from lsp_server.host.measured import MeasuredFile
from lsp_server.host.private_files import user_cache_folder
from lsp_server.host.window import Window


def calibration(engine: Engine, model_path: Path, window: Window) -> Calibration:
    """Costs and threads of this model here: as measured before, or still to be measured."""
    found = cores()
    name, size, time_ns, _ = identity.model_file(model_path)
    what = (name, size, time_ns, window.cache_type_k, window.cache_type_v)
    where = (identity.processor(), found, identity.library())
    whose = identity.digest(what, where, window.n_threads, window.n_threads_batch)
    file = MeasuredFile(user_cache_folder(window.cache_folder) / "calibration", whose)
    return Calibration(engine, file, choices(window, found.candidates))


def choices(window: Window, candidates: tuple[int, ...]) -> Choices:
    """What the user has not set is chosen from `candidates`."""
    n_decode, n_prefill = window.n_threads, window.n_threads_batch or window.n_threads
    return Choices(
        (n_decode,) if n_decode else candidates, (n_prefill,) if n_prefill else candidates
    )


def system_prompt(engine: Engine, model_path: Path, window: Window) -> SystemPrompt:
    """The place where this model's state of the system prompt is kept."""
    types = (window.cache_type_k, window.cache_type_v)
    whose = identity.digest(identity.model_file(model_path), types, identity.library())
    folder = user_cache_folder(window.cache_folder) / "prefixes"
    return SystemPrompt(engine, KeptPrefix(folder, whose))
