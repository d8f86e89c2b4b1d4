"""How many examples a property is tried on: few in the ordinary suite, several times as many before a release."""

from __future__ import annotations

import os

from hypothesis import settings

ORDINARY, RELEASE = "ordinary", "release"
PROFILE = os.environ.get("PROPERTIES") or ORDINARY
"""``PROPERTIES=release``, as ``make release-test`` has it, tries every property on many."""
TIMES = {ORDINARY: 1, RELEASE: 10}[PROFILE]

# whatever else the environment asks for stays (on a CI machine Hypothesis takes the same examples every time)
settings.register_profile(PROFILE, settings.default, max_examples=50 * TIMES)
settings.load_profile(PROFILE)


def examples(count: int, *, steps: int = 50) -> settings:
    """On so many examples, ten times as many before a release, however long one takes; ``steps`` of a machine."""
    return settings(max_examples=count * TIMES, deadline=None, stateful_step_count=steps)
