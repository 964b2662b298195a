"""Which model the settings mean, made once for each choice.

Nothing is started here: a host starts with the first reply that is asked of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.model.host_process import HostOptions
from lsp_server.model.protocol import Model
from lsp_server.model.store import user_store
from lsp_server.settings import Settings

if TYPE_CHECKING:
    from lsp_server.model.dialect import Dialect

_Choice = HostOptions | tuple[str, str | None, str | None, int]


@dataclass(slots=True)
class Models:
    """The models of one process, one for each choice that the settings made so far.

    What a server does not know is remembered for its address, whatever else is chosen.
    """

    _made: dict[_Choice, Model] = field(default_factory=dict)
    _dialects: dict[str, "Dialect"] = field(default_factory=dict)

    def known(self, settings: Settings) -> bool:
        """Whether a model is chosen, in the settings or by `penna model use`."""
        return bool(settings.base_url or settings.model or user_store().in_use())

    def get(self, settings: Settings) -> Model | None:
        """None when none is chosen. Raises `ModelError` or `SettingsError` for a bad choice."""
        if not self.known(settings):
            return None
        choice = _choice(settings)
        if choice not in self._made:
            self._made[choice] = self._make(choice)
        return self._made[choice]

    def _make(self, choice: _Choice) -> Model:
        """Imported here: a server that never asks a model needs neither."""
        if isinstance(choice, HostOptions):
            from lsp_server.model.supervised import SupervisedModel

            return SupervisedModel(choice)
        from lsp_server.model.client import HttpModel
        from lsp_server.model.dialect import Dialect
        from lsp_server.model.endpoint import base_url

        url, key_file, model, n_ctx = choice
        endpoint = base_url(url, Path(key_file) if key_file else None)
        dialect = self._dialects.setdefault(endpoint.url, Dialect())
        return HttpModel(endpoint, n_ctx, model or "", dialect)


def host_options(settings: Settings) -> HostOptions:
    """What our own host is started with. Raises `ModelError` for a model that is not there."""
    store = user_store()
    draft_model = store.resolve(settings.draft_model) if settings.draft_model else None
    return HostOptions(
        store.resolve(settings.model),
        n_ctx=settings.n_ctx,
        n_threads=settings.n_threads,
        n_threads_batch=settings.n_threads_batch,
        cache_type=settings.cache_type,
        mlock=settings.mlock,
        draft_model=draft_model,
        idle_minutes=settings.idle_minutes,
    )


def _choice(settings: Settings) -> _Choice:
    if settings.base_url:
        return settings.base_url, settings.api_key_file, settings.model, settings.n_ctx
    return host_options(settings)
