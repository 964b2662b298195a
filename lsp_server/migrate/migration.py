"""The whole migration as a value: which files change, which come, and what the report says.

Pure: files in, files out. Writing them, and running the project to check them, is the caller's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from lsp_server.errors import MigrationError
from lsp_server.migrate.assembly import Helper, assemble
from lsp_server.migrate.assembly.addition import assemble_addition
from lsp_server.migrate.assembly.corpus import public_members
from lsp_server.migrate.assembly.stamp import read_stamp
from lsp_server.migrate.core import OWN_APP
from lsp_server.migrate.dependencies import Declared, change_declarations
from lsp_server.migrate.dependencies.needs import needed_change, uses
from lsp_server.migrate.plan import Options, Plan, make_plan
from lsp_server.migrate.plan_page import page
from lsp_server.migrate.profile import Profile
from lsp_server.migrate.profiles import PROFILES
from lsp_server.migrate.revision_templates import rewritten_templates
from lsp_server.migrate.rules import Codemod, Warning_, apply
from lsp_server.migrate.tested import names_in_tests
from lsp_server.migrate.workspace import TEMPLATES, Workspace

WORD = re.compile(r"[^\W\d]\w*")
CHANGED = (
    "{path} has been changed since it was written; move what it adds into the first helper, and "
    "delete it."
)
TAKEN = (
    "{path} is there already and is no helper of an earlier migration; give another name with "
    "--helper-name."
)
NOTHING = "Nothing there is left to migrate."
ALL_STAYS = "Nothing was migrated, as the app has to stay on Flask. {reason}"


@dataclass(frozen=True, slots=True)
class Migration:
    """What a migration does to a project. Nothing is ever deleted.

    Attributes:
        plan: What was decided before.
        changed: The new texts of files that are there, and of no others that stay as they are.
        created: The texts of files that come.
        report: Markdown: the plan, and what became of it.
        warnings: Sentences about lines of the code as it was.
        libraries: What the helper imports, beside the standard library.
    """

    plan: Plan
    changed: Mapping[PurePosixPath, str]
    created: Mapping[PurePosixPath, str]
    report: str
    warnings: tuple[Warning_, ...] = ()
    libraries: frozenset[str] = frozenset()

    @property
    def nothing(self) -> str:
        """The sentence for a migration with nothing to do: why that is. Without an app on Flask, of
        its own class or a library's, it has been done."""
        reasons = [reason for part in self.plan.mounted for reason in part.reasons]
        if not self.plan.apps:
            reasons = [reason for reason in reasons if reason.endswith(OWN_APP)]
        return ALL_STAYS.format(reason=reasons[0]) if reasons else NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changed and not self.created

    def after(self, workspace: Workspace) -> Mapping[PurePosixPath, str]:
        """All texts of the project as they will be."""
        return {**workspace.files, **self.changed, **self.created}


@dataclass(slots=True)
class _Work:
    """What has been found out on the way."""

    workspace: Workspace
    plan: Plan
    codemod: Codemod
    changed: dict[PurePosixPath, str] = field(default_factory=dict)
    created: dict[PurePosixPath, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def texts(self) -> dict[PurePosixPath, str]:
        return {**self.workspace.files, **self.changed, **self.created}


def migrate(
    workspace: Workspace, options: Options | None = None, profiles: Sequence[Profile] = PROFILES
) -> Migration:
    """Migrate a project, or the part of it that the options choose.

    Raises:
        MigrationError: A file is in the way, or a piece of the helper is missing.
    """
    plan = make_plan(workspace, options, profiles)
    if _is_changed(workspace.files.get(plan.helper)):
        second = replace(options or Options(), helper=f"{plan.helper.stem}_more")
        plan = make_plan(workspace, second, profiles)
        plan = _beside(plan, second.helper)
    codemod = apply(workspace, plan)
    if not codemod.files:
        plan = replace(plan, files=frozenset()) if plan.mounted else plan
        return Migration(plan, {}, {}, page(plan), codemod.warnings)
    work = _Work(workspace, plan, codemod, dict(codemod.files))
    helper_name = plan.place.module_name(plan.helper)
    work.changed.update(rewritten_templates(workspace.files, codemod.files.keys(), helper_name))
    helper = _add_helper(work)
    declared = _declare(work, helper, profiles)
    report = page(plan) + _outcome(work, declared)
    return Migration(plan, work.changed, work.created, report, codemod.warnings, helper.libraries)


def _is_changed(helper: str | None) -> bool:
    stamp = read_stamp(helper) if helper is not None else None
    return stamp is not None and not stamp.is_unchanged


def _beside(plan: Plan, name: str) -> Plan:
    """The plan with its second helper beside the first one."""
    return replace(plan, place=replace(plan.place, helper=plan.helper.with_name(f"{name}.py")))


def _add_helper(work: _Work) -> Helper:
    path = work.plan.helper
    old = work.workspace.files.get(path)
    stamp = read_stamp(old) if old is not None else None
    if old is not None and stamp is None:
        raise MigrationError(TAKEN.format(path=path))
    if stamp is not None and not stamp.is_unchanged:
        raise MigrationError(CHANGED.format(path=path))
    pieces = work.codemod.imported | names_in_tests(work.plan)
    pieces |= stamp.pieces if stamp else frozenset()
    words = _words(work)
    first = path.with_name(path.name.replace("_more.py", ".py"))
    if first != path and first in work.workspace.files:
        place = work.plan.place.imported_by(path)
        module = f"{'.' * place.level}{place.module.removesuffix('_more')}"
        present = work.workspace.files[first]
        helper = assemble_addition(module, present, pieces, words, work.plan.profiles)
        work.notes.append(f"`{first}` has been changed by you and was left; `{path}` adds to it.")
    else:
        helper = assemble(pieces, words, work.plan.profiles)
    text = helper.text.replace("\n", _line_end(work))
    if old is None:
        work.created[path] = text
    elif old != text:
        work.changed[path] = text
    return helper


def _words(work: _Work) -> frozenset[str]:
    """The words that decide which methods stay.

    Why all stay beside an extension that is kept: its code and its templates are given forms, pages
    and users of the helper, and what they ask them for stands nowhere in the project.
    """
    words = project_words(work.texts())
    return words | public_members(work.plan.profiles) if work.plan.keeps_flask else words


def _line_end(work: _Work) -> str:
    """The line end of the code that imports the helper."""
    n_dos = sum("\r\n" in text for text in work.codemod.files.values())
    return "\r\n" if n_dos * 2 > len(work.codemod.files) else "\n"


def project_words(files: Mapping[PurePosixPath, str]) -> frozenset[str]:
    """All words of a project's code and templates, those of helpers left out."""
    found: set[str] = set()
    for path, text in files.items():
        is_template = path.suffix in TEMPLATES or "templates" in path.parts[:-1]
        if (path.suffix == ".py" and read_stamp(text) is None) or is_template:
            found.update(WORD.findall(text))
    return frozenset(found)


def _declare(work: _Work, helper: Helper, profiles: Sequence[Profile]) -> Declared:
    used = uses({path: text for path, text in work.texts().items() if path not in work.created})
    change = needed_change(used, helper.libraries, work.plan.profiles, profiles)
    declared = change_declarations(work.workspace.files, change)
    work.changed.update(declared.files)
    return declared


def _outcome(work: _Work, declared: Declared) -> str:
    lines = ["", "## What was changed", ""]
    lines += [f"* `{path}`" for path in sorted(work.changed)]
    lines += [f"* `{path}` is new" for path in sorted(work.created)]
    if declared.notes or work.notes:
        lines += ["", "## To be done by hand", ""]
        lines += [f"* {note}" for note in (*declared.notes, *work.notes)]
    if work.codemod.warnings:
        lines += ["", "## Look at these lines", ""]
        lines += [f"* {each.path}:{each.line}: {each.sentence}" for each in work.codemod.warnings]
    return "\n".join(lines) + "\n"
