"""The actions, in the order in which the menu shows them."""

from lsp_server.actions import (
    draft_docs,
    edit_selection,
    explain,
    fix,
    generate_code,
    generate_tests,
    make_idiomatic,
    migrate_to_fastapi,
    replace_extension,
)
from lsp_server.actions.offer import Action

ACTIONS: tuple[Action, ...] = (
    explain.ACTION,
    edit_selection.ACTION,
    generate_code.ACTION,
    fix.ACTION,
    draft_docs.ACTION,
    generate_tests.ACTION,
    migrate_to_fastapi.PROJECT,
    migrate_to_fastapi.FILE,
    replace_extension.ACTION,
    make_idiomatic.ACTION,
)
