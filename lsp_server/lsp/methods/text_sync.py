"""didOpen, didChange, didClose: the mirror follows the editor, in order and at once."""

from lsprotocol import types

from lsp_server.lsp.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    session.documents.opened(params.text_document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    session.warm_ups.stop()
    session.documents.changed(document.uri, document.version, list(params.content_changes))


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    session.documents.closed(params.text_document.uri)
    session.pages.forget(params.text_document.uri)
