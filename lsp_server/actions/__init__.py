"""The actions, in the order in which the menu shows them."""

from lsp_server.actions import draft_docs, explain
from lsp_server.actions.offer import Action

ACTIONS: tuple[Action, ...] = (explain.ACTION, draft_docs.ACTION)
