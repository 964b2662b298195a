"""What the answers of both apps say: whether every rule is served, and what a replay found."""

from collections.abc import Sequence

from lsp_server.migrate.replay.apps import Apps
from lsp_server.migrate.replay.replayer import Replay
from lsp_server.migrate.replay.responsible import grouped, lines
from lsp_server.migrate.replay.rules import Rule
from lsp_server.migrate.replay.wire import Request
from lsp_server.migrate.verdict import Failed, NotRun, Outcome, Passed

ERRORS = (
    "All {n} requests were answered by errors, though the same ones, so nothing of use was "
    "compared: let the app find its data when it is imported, or read what its own tests say."
)


def served(apps: Apps, rules: Sequence[Rule]) -> Outcome:
    """Every rule of the old map is in the new one, or answers where the old one does."""
    known = {(rule.rule, rule.endpoint, rule.methods) for rule in apps.new.rules()}
    lost = []
    for rule in rules:
        if (rule.rule, rule.endpoint, rule.methods) in known:
            continue
        # The new app may serve it by a route of FastAPI's, or by a part that stayed Flask.
        is_known = any(other[:2] == (rule.rule, rule.endpoint) for other in known)
        ask = Request("OPTIONS", rule.path())
        old, new = apps.old.send(ask), apps.new.send(ask)
        less = _allowed(old.header("allow")) - _allowed(new.header("allow"))
        renamed = any(other[0] == rule.rule for other in known) and not is_known
        if old.status != new.status or less or renamed:
            methods = ", ".join(rule.own_methods)
            lost.append(f"* `{rule.rule}` ({methods}), endpoint `{rule.endpoint}`")
    if lost:
        return Failed(f"{len(lost)} of {len(rules)} rules are not served as before", tuple(lost))
    return Passed(f"all {len(rules)} rules")


def verdict_of(found: Replay) -> Outcome:
    """0 differences, or all of them in groups."""
    n_rules = f"{len(found.reached)} of {found.n_rules} rules answered with success"
    if not found.n_requests:
        return NotRun("There was nothing to ask.")
    if not found.differences and not found.reached:
        return NotRun(ERRORS.format(n=found.n_requests))
    if not found.differences:
        return Passed(f"{found.n_requests} requests, 0 differences; {n_rules}")
    groups = grouped(found.differences)
    summary = (
        f"{len(found.differences)} of {found.n_requests} requests differ, "
        f"in {len(groups)} groups; {n_rules}"
    )
    return Failed(summary, tuple(lines(groups)))


def notes_of(found: Replay) -> tuple[str, ...]:
    statuses = ", ".join(f"{n} x {status}" for status, n in sorted(found.statuses.items()))
    return (f"The old app answered: {statuses}.", *found.notes)


def _allowed(header: str | None) -> set[str]:
    return {part.strip() for part in (header or "").split(",") if part.strip()}
