"""A sample of what bench/clock_oracle.py does at full size."""

import wall_clock
from hypothesis import given, settings


@given(wall_clock.cases())
@settings(max_examples=200)
def test_business_time_is_what_the_wall_clock_shows_in_every_zone(case: wall_clock.Case) -> None:
    wall_clock.check(case)
