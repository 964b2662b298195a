"""initialize, initialized, shutdown, and changes of the settings."""

import logging

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from lsp_server.lsp import support
from lsp_server.lsp.convert import Encoding
from lsp_server.lsp.scratch import SCHEME
from lsp_server.lsp.session import Session

log = logging.getLogger(__name__)


def initialize(session: Session, params: types.InitializeParams) -> None:
    session.client.support = support.resolve(params)
    encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
    session.documents.encoding = Encoding(encoding)
    session.set_folders(params)
    session.begin_with(params.initialization_options)


async def initialized(session: Session) -> None:
    """What the client must be asked for, now that it may be asked."""
    _tell(session)
    client = session.client
    if client.support.text_document_content:
        content = types.TextDocumentContentRegistrationOptions(schemes=[SCHEME])
        await client.register(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, content)
    if client.support.watched_configuration:
        changed = types.DidChangeConfigurationRegistrationOptions(section=["penna"])
        await client.register(types.WORKSPACE_DID_CHANGE_CONFIGURATION, changed)
    await fetch_configuration(session)


async def fetch_configuration(session: Session) -> None:
    options = await session.client.configuration("penna")
    if options:
        session.configure(options)
    _tell(session)


async def did_change_configuration(
    session: Session, params: types.DidChangeConfigurationParams
) -> None:
    """Clients that can be asked are asked; the others send their settings along."""
    if session.client.support.configuration:
        await fetch_configuration(session)
    elif isinstance(params.settings, dict):
        session.configure(params.settings.get("penna", params.settings))
        _tell(session)


async def shutdown(session: Session) -> None:
    await session.warm_ups.end()
    await session.jobs.stop()


def _tell(session: Session) -> None:
    """What is wrong with the settings, each thing once."""
    for message in session.messages:
        session.client.warn(message)
    session.messages.clear()
