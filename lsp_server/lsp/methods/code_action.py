"""textDocument/codeAction: the menu. Nothing is computed that choosing does not need."""

import logging
from collections.abc import Sequence
from functools import partial

from lsprotocol import types

from lsp_server.actions.offer import Action, Context, Disabled, Offer, ProjectOffer
from lsp_server.lsp import convert, wire
from lsp_server.lsp.session import Session
from lsp_server.prompt import Prompt, Room
from lsp_server.text import Snapshot

RUN = "penna.run"
Offered = Offer | ProjectOffer | Disabled | None
Offers = Sequence[tuple[Action, Offered]]
log = logging.getLogger(__name__)


def code_action(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None:
        return []
    is_shown = _is_shown(session, params.context)
    if not is_shown and not _is_rest(session, params):
        session.warm_ups.moved()
        return []
    context = session.context(snapshot, params.range, params.context.diagnostics)
    actions = [each for each in session.actions if _matches(each.kind, params.context.only)]
    if not is_shown:
        session.warm_ups.selected(partial(_ahead, actions, context))
        return []
    offers = _offers(actions, context)
    _warm_up(session, params, offers)
    rows = [_row(session, params, snapshot, *each) for each in offers]
    return [row for row in rows if row is not None]


def _is_shown(session: Session, context: types.CodeActionContext) -> bool:
    """On an automatic trigger nothing is shown unless the user set it: no lightbulb noise."""
    automatic = context.trigger_kind == types.CodeActionTriggerKind.Automatic
    return not automatic or session.settings.lightbulb


def _is_rest(session: Session, params: types.CodeActionParams) -> bool:
    """Whether it may be read ahead although nobody opened a menu."""
    has_selection = params.range.start != params.range.end
    return has_selection and session.settings.warm_up == "selection"


def _warm_up(session: Session, params: types.CodeActionParams, offers: Offers) -> None:
    """Some clients do not say whether a menu was opened: it is not taken for one."""
    invoked = params.context.trigger_kind == types.CodeActionTriggerKind.Invoked
    if invoked and session.settings.warm_up != "never":
        session.warm_ups.menu_opened(partial(_shared, offers))
    elif _is_rest(session, params):
        session.warm_ups.selected(partial(_shared, offers))
    else:
        session.warm_ups.moved()


def _ahead(actions: Sequence[Action], context: Context, room: Room) -> Prompt | None:
    """Away from the event loop: nobody waits for it."""
    return _shared(_offers(actions, context), room)


def _shared(offers: Offers, room: Room) -> Prompt | None:
    """What the prompts of all that is offered begin with; None where nothing is."""
    for _, offer in offers:
        if isinstance(offer, Offer) and offer.shared is not None:
            return offer.shared(room)
    return None


def _offers(actions: Sequence[Action], context: Context) -> Offers:
    from lsp_server.syntax import trees  # with the actions: the server starts without both

    # The document's last tree makes this one; the actions would each find no tree at all.
    trees.parse_snapshot(context.snapshot)
    return [(action, offered(action, context)) for action in actions]


def _matches(kind: str, only: object) -> bool:
    """Whether a leaf kind lies under one of those asked for, matched at dots."""
    if not isinstance(only, list | tuple) or not only:
        return True
    names = [
        wanted.value if isinstance(wanted, types.CodeActionKind) else wanted for wanted in only
    ]
    return any(not name or kind == name or kind.startswith(f"{name}.") for name in names)


def _row(
    session: Session,
    params: types.CodeActionParams,
    snapshot: Snapshot,
    action: Action,
    offer: Offered,
) -> types.CodeAction | None:
    if isinstance(offer, Offer | ProjectOffer):
        return _offered(session, params, snapshot, action, offer)
    if isinstance(offer, Disabled) and session.client.support.disabled_actions:
        language = session.client.support.language
        reason = types.CodeActionDisabled(reason=offer.reason[language])
        return types.CodeAction(_title(session, action), kind=action.kind, disabled=reason)
    return None


def offered(action: Action, context: Context) -> Offered:
    """One action that fails never hides the others: its defect is logged."""
    try:
        return action.offer(context)
    except Exception:
        if log.isEnabledFor(logging.DEBUG):
            raise
        log.exception("action %s failed at %s", action.id, context.snapshot.uri)
        return None


def _offered(
    session: Session,
    params: types.CodeActionParams,
    snapshot: Snapshot,
    action: Action,
    offer: Offer | ProjectOffer,
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
    by_model = not isinstance(offer, ProjectOffer) and session.has_model
    if session.client.support.llm_tag and by_model:
        row.tags = [types.CodeActionTag.LlmGenerated]
    return row


def _title(session: Session, action: Action) -> str:
    return action.titles[session.client.support.language]
