"""A plan as a page of Markdown: what becomes what, what stays, what the user decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from packaging.requirements import Requirement

from lsp_server.migrate.commands import own_command
from lsp_server.migrate.exports import NO_PROFILE
from lsp_server.migrate.plan import Plan
from lsp_server.migrate.tested import renamed_in_tests
from lsp_server.migrate.uses import Use

MAX_PLACES = 4
ENVIRONMENT = (
    "`flask run` reads `.env` and `.flaskenv` where python-dotenv is installed. uvicorn reads one "
    "such file if told to: `--env-file .env`."
)
PROXY = (
    "uvicorn takes the client's address and scheme from `X-Forwarded-For` and `-Proto` if a proxy "
    "on 127.0.0.1 sends them. `--no-proxy-headers` leaves them to the app, as before."
)
PROGRAM = "The `flask` command knows Flask's apps alone: what was `flask NAME` is `{command}`."
WITH_COMMANDS = frozenset({"flask-migrate"})
CORE_DEPENDENCIES = ("fastapi", "uvicorn")
STAYS = (
    "Nothing is known of it that could replace it, so it is given a Flask app beside the new one. "
    "The two have the same rules, views, hooks, error handlers, templates and session; Flask stays "
    "installed for it."
)


def page(plan: Plan) -> str:
    """The plan, to be read before anything is changed and kept as the report's first part."""
    if plan.is_empty and not plan.mounted:
        return "# Migration to FastAPI\n\nNothing here uses Flask.\n"
    sections = (
        _head(plan), _becomes(plan), _extensions(plan), _mounted(plan), _proposable(plan),
        _decisions(plan),
        _dependencies(plan), _commands(plan), _tests(plan), _left_alone(plan),
    )  # fmt: skip
    return "\n".join("\n".join(section) + "\n" for section in map(list, sections) if section)


def _head(plan: Plan) -> Iterator[str]:
    files, apps = len(plan.files), [app for app in plan.apps if app.path in plan.files]
    if not files:
        yield "# Migration to FastAPI"
        yield ""
        yield "Nothing is rewritten: all that uses Flask needs something without a counterpart."
        return
    verb = "uses Flask and is" if files == 1 else "use Flask and are"
    yield "# Migration to FastAPI"
    yield ""
    yield (
        f"{_counted(files, 'file')} of {_counted(len(plan.reading.code.sources), 'Python file')} "
        f"{verb} rewritten. What the app needs of Flask's behaviour goes into "
        f"`{plan.helper}`. Templates stay as they are."
    )
    if apps:
        names = ", ".join(f"`{app.name}` ({app.path}:{app.line})" for app in apps)
        yield ""
        yield f"Apps: {names}."


def _becomes(plan: Plan) -> Iterator[str]:
    groups: dict[tuple[str, str], list[Use]] = {}
    for use in plan.uses:
        if use.decision in ("S", "H"):
            target = use.becomes if use.feature != "name" else "imported from the helper"
            groups.setdefault((use.feature, target), []).append(use)
    if not groups:
        return
    yield "## What becomes what"
    yield ""
    yield "| what | becomes | how | uses | where |"
    yield "|---|---|:-:|--:|---|"
    for (feature, target), uses in sorted(groups.items(), key=lambda item: -len(item[1])):
        becomes = f"`{target}`" if "(" in target else target or "as it is, with the helper"
        yield f"| {feature} | {becomes} | {uses[0].decision} | {len(uses)} | {_places(uses)} |"
    reasons = sorted({use.note for use in plan.uses if use.note and use.feature == "route"})
    if reasons:
        yield ""
        yield f"Routes that keep Flask's syntax: {'; '.join(reasons)}."


def _extensions(plan: Plan) -> Iterator[str]:
    unknown: dict[str, list[Use]] = {}
    for use in plan.unknown_extensions:
        unknown.setdefault(use.feature, []).append(use)
    if not plan.profiles and not unknown:
        return
    yield "## Extensions"
    yield ""
    for profile in plan.profiles:
        uses = [use for use in plan.uses if use.feature == profile.distribution]
        yield f"* **{profile.distribution}** is replaced: {_names(uses)} ({_places(uses)})."
        for note in profile.notes:
            yield f"  {note}"
    for extension, uses in unknown.items():
        yield f"* **{extension}** stays: {_names(uses)} ({_places(uses)})."
        yield f"  {STAYS}"


def _mounted(plan: Plan) -> Iterator[str]:
    if not plan.mounted:
        return
    if plan.files:
        yield "## What stays on Flask and is mounted"
        yield ""
        yield (
            "It runs as before, on a Flask app beside the new one, which serves its URLs. Both "
            "have the same session, `g`, hooks and `url_for`."
        )
    else:
        yield "## What stays on Flask"
    for part in plan.mounted:
        yield ""
        yield f"* {', '.join(f'`{path}`' for path in part.files)}"
        for reason in part.reasons:
            yield f"  * {reason}"
        for each in part.registrations:
            yield f"  * `{each.call}` ({each.path}:{each.line}) goes to the Flask app."


def _proposable(plan: Plan) -> Iterator[str]:
    paths = sorted(plan.files | plan.staying)
    uses = [use for path in paths for use in plan.reading.uses.get(path, ())]
    places: dict[str, list[Use]] = {}
    for use in uses:
        if use.decision == "M":
            places.setdefault(use.feature, []).append(use)
    if not places:
        return
    yield "## What a model can propose"
    yield ""
    yield (
        "*Do without this Flask extension*, on a line that needs one, has a model write that line "
        "or function without it. What holds goes to FastAPI by the next migration."
    )
    yield ""
    for title, found in places.items():
        yield f"* {title}, imported in {_places(found)}"


def _decisions(plan: Plan) -> Iterator[str]:
    told = [use for use in plan.uses if use.note not in ("", NO_PROFILE) and use.feature != "route"]
    if not told and not plan.brought:
        return
    yield "## What you decide"
    yield ""
    groups: dict[tuple[str, str], list[Use]] = {}
    for use in told:
        groups.setdefault((use.feature, use.note), []).append(use)
    for (_, note), uses in groups.items():
        names = ", ".join(dict.fromkeys(f"`{use.what}`" for use in uses))
        yield f"* {names} ({_places(uses)}): {note}"
    for path, reason in plan.brought.items():
        yield f"* `{path}` was chosen, but stays on Flask. {reason}"


def _dependencies(plan: Plan) -> Iterator[str]:
    added = [*CORE_DEPENDENCIES]
    for profile in plan.profiles:
        added.extend(each for each in profile.dependencies if each not in added)
    needed = {Requirement(each).name for each in added}
    replaced = (profile.distribution for profile in plan.profiles)
    gone = [name for name in replaced if name not in needed]
    if not plan.files:
        return
    yield "## Dependencies"
    yield ""
    kept = list(dict.fromkeys(use.feature for use in plan.unknown_extensions))
    if plan.mounted:
        kept.append("what is mounted")
    if not kept:
        gone.insert(0, "flask")
    no_longer = f" No longer needed: {', '.join(gone)}." if gone and not plan.mounted else ""
    stays = f" Flask stays, for {' and '.join(kept)}." if kept else ""
    yield f"Needed: {', '.join(added)}.{no_longer}{stays}"


def _commands(plan: Plan) -> Iterator[str]:
    reads_environment = bool(plan.files) and _reads_environment(plan)
    program = _program(plan)
    if not plan.commands and not reads_environment and program is None:
        return
    yield "## How it is run"
    yield ""
    for each in plan.commands:
        instead = each.instead if each.instead.endswith(".") else f"`{each.instead}`"
        yield f"* {each.path}:{each.line}: `{each.text}`: {instead}"
    if plan.commands:
        yield f"* {PROXY}"
    if reads_environment:
        yield f"* {ENVIRONMENT}"
    if program is not None:
        yield f"* {program}"


def _program(plan: Plan) -> str | None:
    """How the app's own commands are run now; None if it has none, or stays on Flask."""
    of_extensions = (profile.distribution in WITH_COMMANDS for profile in plan.profiles)
    apps = [app for app in plan.apps if app.path in plan.files]
    if not apps or not (any(of_extensions) or any(use.feature == "command" for use in plan.uses)):
        return None
    app = next((each for each in apps if not each.factory), apps[0])
    return PROGRAM.format(command=own_command(app, plan.place, "NAME"))


def _reads_environment(plan: Plan) -> bool:
    """Whether `flask run` read variables from files, and the project does not do so itself."""
    files = plan.reading.workspace.files
    code = (text for path, text in files.items() if path.suffix == ".py")
    if any("load_dotenv" in text for text in code):
        return False
    declared = (text for path, text in files.items() if path.suffix in (".txt", ".toml", ".in"))
    return PurePosixPath(".flaskenv") in files or any("python-dotenv" in text for text in declared)


def _tests(plan: Plan) -> Iterator[str]:
    if not plan.tests:
        return
    yield "## Tests"
    yield ""
    stay = "stays as it is" if len(plan.tests) == 1 else "stay as they are"
    yield (
        f"{_counted(len(plan.tests), 'test file')} with Flask's names {stay}; Penna's pytest "
        "plugin gives them to the tests:"
    )
    yield ""
    yield "```sh"
    yield f"{' '.join(_settings_of_plugin(plan))} python -m pytest -p penna_pytest_plugin"
    yield "```"


def _settings_of_plugin(plan: Plan) -> Iterator[str]:
    """What the plugin has to know of the project, as the shell sets it."""
    yield f"PENNA_HELPER={plan.place.module_name(plan.helper)}"
    renamed = renamed_in_tests(plan)
    if renamed:
        yield f"PENNA_EXPORTS='{json.dumps(renamed)}'"
    if plan.keeps_flask:
        yield "PENNA_ALLOW_FLASK='*'"


def _left_alone(plan: Plan) -> Iterator[str]:
    if not plan.left_alone:
        return
    yield "## Left alone"
    yield ""
    for path, reason in plan.left_alone.items():
        yield f"* `{path}`: {reason}"


def _names(uses: Sequence[Use]) -> str:
    return ", ".join(sorted({f"`{use.what.rpartition('.')[2]}`" for use in uses}))


def _places(uses: Sequence[Use]) -> str:
    places = list(dict.fromkeys(f"{use.path}:{use.line}" for use in uses))
    more = len(places) - MAX_PLACES
    shown = ", ".join(places[:MAX_PLACES])
    return f"{shown} and {more} more" if more > 0 else shown


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
