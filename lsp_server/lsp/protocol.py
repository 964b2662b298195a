"""pygls' protocol without its copy of the documents.

That copy costs a split of the whole text for each change, and is wrong below a form feed, NEL or
U+2028 (measured in pygls 2.1.1). The handlers of `methods/` feed Penna's own mirror.
"""

from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method


class Protocol(LanguageServerProtocol):
    """Text synchronisation goes straight to the registered handlers, in order."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self._own(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._own(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._own(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def _own(self, method: str, params: Any) -> None:
        self.fm.features[method](params)
