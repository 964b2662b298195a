"""penna.run and penna.cancel.

`penna.run` answers at once with a job id: some editors wait for a command's answer and do nothing
else meanwhile, and a command cannot be cancelled by `$/cancelRequest`.
"""

from collections.abc import Mapping
from typing import Any

from lsp_server.actions.offer import Action, Disabled, Offer, ProjectOffer
from lsp_server.errors import OfferError
from lsp_server.job import Job
from lsp_server.lsp import wire
from lsp_server.lsp.session import Session
from lsp_server.trust import user_trust

STALE = "The document changed since the menu was opened; open it again and choose once more."
CLOSED = "{uri} is not open; open it and ask again."
UNKNOWN = "There is no action named {name!r}; the names are {names}."
NOTHING = "There is nothing for {name!r} to do here; select other text, or move the cursor."
BUSY = "Penna is writing; wait until it is done, or cancel it, before you change the whole project."
ARGUMENTS = "penna.run takes one object: {action, uri, version?, range?, options?}."


def run(session: Session, arguments: Any) -> dict[str, str]:
    """Start a job. Raises `OfferError`."""
    argument = _mapping(arguments)
    action = _action(session, argument.get("action"))
    uri = str(argument.get("uri", ""))
    snapshot = session.documents.get(uri)
    if snapshot is None:
        raise OfferError(CLOSED.format(uri=uri))
    if argument.get("version") not in (None, snapshot.version):
        raise OfferError(STALE)
    place = wire.range_from(argument.get("range"))
    diagnostics = wire.diagnostics_from(argument.get("diagnostics"))
    context = session.context(snapshot, place, diagnostics, _instruction(argument))
    offer = action.offer(context)
    if isinstance(offer, Disabled):
        raise OfferError(offer.reason[session.client.support.language])
    if isinstance(offer, ProjectOffer):
        return {"job": _start_project(session, uri, action, offer)}
    if not isinstance(offer, Offer):
        raise OfferError(NOTHING.format(name=action.id))
    job = Job(offer, snapshot, session.desk(uri), session.model(), session.policy)
    try:
        session.jobs.refuse_overlap(uri, job.spans)
    except OfferError:
        job.leave()
        raise
    session.warm_ups.job_started()
    title = action.titles[session.client.support.language]
    return {"job": session.jobs.start(uri, title, job)}


def _start_project(session: Session, uri: str, action: Action, offer: ProjectOffer) -> str:
    """One at a time: each would be computed on what the other is about to change."""
    from lsp_server.lsp.project_job import ProjectJob

    if session.jobs.are_running:
        raise OfferError(BUSY)
    desk = session.desk(uri)
    job = ProjectJob(offer, session.client, session.documents, desk, user_trust())
    title = action.titles[session.client.support.language]
    return session.jobs.start(uri, title, job)


def cancel(session: Session, arguments: Any = None) -> bool:
    """Whether there was such a job. Without one named, all jobs: some editors show no ids."""
    if arguments is None:
        return session.jobs.cancel_all()
    return session.jobs.cancel(str(_mapping(arguments).get("job", "")))


def _mapping(arguments: Any) -> Mapping[str, Any]:
    if not isinstance(arguments, Mapping):
        raise OfferError(ARGUMENTS)
    return arguments


def _action(session: Session, name: object) -> Action:
    for action in session.actions:
        if action.id == name:
            return action
    names = ", ".join(action.id for action in session.actions)
    raise OfferError(UNKNOWN.format(name=name, names=names))


def _instruction(argument: Mapping[str, Any]) -> str | None:
    options = argument.get("options")
    given = options.get("instruction") if isinstance(options, Mapping) else None
    return str(given).strip() or None if given else None
