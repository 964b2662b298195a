"""All checks of a migration: it parses, imports, serves every rule, passes the tests, and replays.

Whatever runs the user's code needs trust, which the caller has looked up; without it those checks
are told as not run. Everything runs on copies in a temporary folder that is gone afterwards; a
check that cannot run says why, and none raises.
"""

from lsp_server.migrate.checking.run import check, parses
from lsp_server.migrate.checking.what import How, Migrated, of_migration

__all__ = ["How", "Migrated", "check", "of_migration", "parses"]
