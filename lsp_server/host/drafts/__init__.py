"""Drafts of a reply: from the text being edited, from the prompt, and by a small model."""

from lsp_server.host.drafts.drafter import Drafter
from lsp_server.host.drafts.small_model import SmallModel

__all__ = ["Drafter", "SmallModel"]
