"""These are projects for the tests to migrate: their own tests are run by the checks, in copies."""

collect_ignore_glob = ["*"]
