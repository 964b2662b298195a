"""The scripted model for tests; the demo's rehearsal needs it too, so it lives in the package."""

from lsp_server.host.scripted import make_gguf

__all__ = ["make_gguf"]
