"""Which model the settings mean, made once for each choice.

Nothing is started here: a host starts with the first reply that is asked of it.
"""

from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.model.protocol import Model
from lsp_server.model.store import user_store
from lsp_server.settings import Settings

_Choice = tuple[str | None, str | None, str | None, int, int | None, float, Path | None]


@dataclass(slots=True)
class Models:
    """The models of one process, one for each choice that the settings made so far."""

    _made: dict[_Choice, Model] = field(default_factory=dict)

    def known(self, settings: Settings) -> bool:
        """Whether a model is chosen, in the settings or by `penna model use`."""
        return bool(settings.base_url or settings.model or user_store().in_use())

    def get(self, settings: Settings) -> Model | None:
        """None when none is chosen. Raises `ModelError` or `SettingsError` for a bad choice."""
        if not self.known(settings):
            return None
        choice = _choice(settings)
        if choice not in self._made:
            self._made[choice] = _make(settings, choice[-1])
        return self._made[choice]


def _choice(settings: Settings) -> _Choice:
    path = None if settings.base_url else user_store().resolve(settings.model)
    asked = (settings.base_url, settings.api_key_file, settings.model)
    return (*asked, settings.n_ctx, settings.n_threads, settings.idle_minutes, path)


def _make(settings: Settings, path: Path | None) -> Model:
    """Imported here: a server that never asks a model needs neither."""
    if settings.base_url:
        from lsp_server.model.client import HttpModel
        from lsp_server.model.endpoint import base_url

        key = Path(settings.api_key_file) if settings.api_key_file else None
        endpoint = base_url(settings.base_url, key)
        return HttpModel(endpoint, settings.n_ctx, settings.model or "")
    from lsp_server.model.host_process import HostOptions
    from lsp_server.model.supervised import SupervisedModel

    assert path is not None, "without a URL the model is a file"
    return SupervisedModel(
        HostOptions(path, settings.n_ctx, settings.n_threads, settings.idle_minutes)
    )
