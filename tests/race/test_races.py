"""Generated races, an equal share for each editor. PENNA_RACES sets their number.

They are the same ones every time; with PENNA_NEW_EXAMPLES set they are new ones, to look for more.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conftest import NEW_EXAMPLES
from tests.race import clock
from tests.race.profiles import PROFILES, Profile
from tests.race.race import Race, check, races, run

EACH = -(-int(os.environ.get("PENNA_RACES", "2000")) // len(PROFILES))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_final_text_is_the_users_and_the_replys_merged(profile: Profile) -> None:
    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=not NEW_EXAMPLES,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.generate, Phase.shrink],
    )
    @given(races())
    def holds(race: Race) -> None:
        check(clock.run(run(race, profile)))

    holds()
