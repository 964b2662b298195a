"""For all tests: what a host keeps for its next start goes into a folder of this run, and no
property has a deadline, as the machine may be slow.

Properties are held against the same examples every time, so that a change is judged by what it
changes; with PENNA_NEW_EXAMPLES set they are new ones, to look for more.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

NEW_EXAMPLES = "PENNA_NEW_EXAMPLES" in os.environ
settings.register_profile("patient", deadline=None, derandomize=not NEW_EXAMPLES)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def own_cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
