"""Generated races, an equal share for each editor. PENNA_RACES sets their number.

Unset, the races are the same ones every time; set, they are new ones.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.race import clock
from tests.race.profiles import PROFILES, Profile
from tests.race.race import Race, check, races, run

WANTED = os.environ.get("PENNA_RACES")
EACH = -(-int(WANTED or 2000) // len(PROFILES))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_final_text_is_the_users_and_the_replys_merged(profile: Profile) -> None:
    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=not WANTED,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.generate, Phase.shrink],
    )
    @given(races())
    def holds(race: Race) -> None:
        check(clock.run(run(race, profile)))

    holds()
