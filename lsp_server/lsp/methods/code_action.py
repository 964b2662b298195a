"""textDocument/codeAction: the menu. Nothing is computed that choosing does not need."""

import logging

from lsprotocol import types

from lsp_server.actions.offer import Action, Context, Disabled, Offer
from lsp_server.lsp import convert, wire
from lsp_server.lsp.session import Session
from lsp_server.text import Snapshot

RUN = "penna.run"
log = logging.getLogger(__name__)


def code_action(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None or not _wanted(session, params.context):
        return []
    from lsp_server.syntax import trees  # with the actions: the server starts without both

    # The document's last tree makes this one; the actions would each find no tree at all.
    trees.parse_snapshot(snapshot)
    context = session.context(snapshot, params.range, params.context.diagnostics)
    rows = [
        _row(session, params, context, action)
        for action in session.actions
        if _matches(action.kind, params.context.only)
    ]
    return [row for row in rows if row is not None]


def _wanted(session: Session, context: types.CodeActionContext) -> bool:
    """On an automatic trigger nothing is shown unless the user set it: no lightbulb noise."""
    automatic = context.trigger_kind == types.CodeActionTriggerKind.Automatic
    return not automatic or session.settings.lightbulb


def _matches(kind: str, only: object) -> bool:
    """Whether a leaf kind lies under one of those asked for, matched at dots."""
    if not isinstance(only, list | tuple) or not only:
        return True
    names = [
        wanted.value if isinstance(wanted, types.CodeActionKind) else wanted for wanted in only
    ]
    return any(not name or kind == name or kind.startswith(f"{name}.") for name in names)


def _row(
    session: Session, params: types.CodeActionParams, context: Context, action: Action
) -> types.CodeAction | None:
    offer = offered(action, context)
    if isinstance(offer, Offer):
        return _offered(session, params, context.snapshot, action)
    if isinstance(offer, Disabled) and session.client.support.disabled_actions:
        language = session.client.support.language
        reason = types.CodeActionDisabled(reason=offer.reason[language])
        return types.CodeAction(_title(session, action), kind=action.kind, disabled=reason)
    return None


def offered(action: Action, context: Context) -> Offer | Disabled | None:
    """One action that fails never hides the others: its defect is logged."""
    try:
        return action.offer(context)
    except Exception:
        if log.isEnabledFor(logging.DEBUG):
            raise
        log.exception("action %s failed at %s", action.id, context.snapshot.uri)
        return None


def _offered(
    session: Session, params: types.CodeActionParams, snapshot: Snapshot, action: Action
) -> types.CodeAction:
    title = _title(session, action)
    encoding = session.documents.encoding
    selected = convert.range_of(snapshot, convert.span(snapshot, params.range, encoding), encoding)
    argument: dict[str, object] = {
        "action": action.id,
        "uri": snapshot.uri,
        "version": snapshot.version,
        "range": wire.range_to(selected),
        "options": {},
    }
    row = types.CodeAction(
        title, kind=action.kind, command=types.Command(title, RUN, arguments=[argument])
    )
    if action.kind.startswith("quickfix"):
        row.diagnostics = list(params.context.diagnostics)
        argument["diagnostics"] = [wire.diagnostic_to(each) for each in params.context.diagnostics]
    if session.client.support.llm_tag and session.has_model:
        row.tags = [types.CodeActionTag.LlmGenerated]
    return row


def _title(session: Session, action: Action) -> str:
    return action.titles[session.client.support.language]
