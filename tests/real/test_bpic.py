"""BPIC 2012, applications of October 2011: a funnel whose outcomes exclude one another, and books closed too early.

In the whole log everybody's outcome is known, so that the true share of each outcome by a day can be counted. Cut off
in mid-November the estimator has to find that share from what was known then; 1 − Kaplan–Meier does not.
"""

from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from matchmaking.domain.conversion.survival import Outcome, Spell, aalen_johansen, kaplan_meier
from tests.real.sources import data_file

pytestmark = pytest.mark.real
FILE = "bpic2012/bpic2012_2011-10_events.csv.gz"
ENDS = {"A_APPROVED": "approved", "A_DECLINED": "declined", "A_CANCELLED": "cancelled"}
CLOSED = datetime.fromisoformat("2011-11-15T00:00:00+01:00")
Case = tuple[datetime, datetime, str]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Asked, decided, how: every case has one outcome."""
    asked: dict[str, datetime] = {}
    ended: dict[str, tuple[datetime, str]] = {}
    with gzip.open(data_file(FILE)) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")):
            at = datetime.fromisoformat(row["time:timestamp"])
            if row["n"] == "A_SUBMITTED":
                asked[row["case"]] = at
            elif row["n"] in ENDS:
                assert row["case"] not in ended, "outcomes exclude one another"
                ended[row["case"]] = at, ENDS[row["n"]]
    assert len(asked) == len(ended) == 2_393
    return [(at, *ended[case]) for case, at in asked.items()]


def spells(cases: list[Case], until: datetime | None = None) -> list[Outcome]:
    """Days from asking to the outcome, or to the day the books close."""
    made = []
    for asked, ended, how in cases:
        if until is None or ended < until:
            made.append(Outcome((ended - asked).days, how))
        elif asked < until:
            made.append(Outcome((until - asked).days, None))
    return made


def test_the_whole_funnel_is_counted_to_the_case(cases: list[Case]) -> None:
    found = aalen_johansen(spells(cases))
    assert dict(found.events) == {"approved": 500, "cancelled": 558, "declined": 1_335}
    assert {cause: found.share(cause, found.last) * found.n for cause in found.causes} == found.events
    assert found.waiting(found.last) == 0
    for day in (0, 1, 7, 14, 30, 60):
        for cause in found.causes:
            counted = sum(how == cause and (ended - asked).days <= day for asked, ended, how in cases)
            assert found.share(cause, day) == Fraction(counted, 2_393), "without censoring it is the share counted"


def test_one_minus_kaplan_meier_overstates_every_outcome(cases: list[Case]) -> None:
    """The three complements together promise more than everybody; the shares never do."""
    told = spells(cases)
    found = aalen_johansen(told)
    naive = {
        cause: 1 - kaplan_meier(Spell(one.days, one.cause == cause) for one in told).at(30) for cause in found.causes
    }
    shares = {cause: found.share(cause, 30) for cause in found.causes}
    assert all(naive[cause] > shares[cause] for cause in found.causes)
    assert sum(naive.values()) > 1 >= sum(shares.values())
    assert naive["approved"] > 2 * shares["approved"], "approved within thirty days is said more than twice over"


def test_books_closed_early_still_tell_the_true_share(cases: list[Case]) -> None:
    told, truth = spells(cases, CLOSED), aalen_johansen(spells(cases))
    early = aalen_johansen(told)
    waiting = sum(one.cause is None for one in told)
    assert waiting > 100, "many were still open that day"
    for cause in truth.causes:
        true = truth.share(cause, 30)
        bounds = early.interval(cause, 30)
        assert bounds is not None and bounds[0] <= true <= bounds[1], cause
        assert abs(early.share(cause, 30) - true) < Fraction(1, 100)
        naive = 1 - kaplan_meier(Spell(one.days, one.cause == cause) for one in told).at(30)
        assert naive - true > 5 * abs(early.share(cause, 30) - true)
    # counting who was approved among all who asked so far reads the young ones as refusals
    crude = Fraction(sum(one.cause == "approved" for one in told), len(told))
    assert crude < truth.share("approved", truth.last)


def test_asking_to_offer_to_acceptance_is_a_funnel(cases: list[Case]) -> None:
    """Of three that ask one is offered a loan, half of them accept: each stage with what else ends it."""
    stages = {"O_SENT": 0, "O_ACCEPTED": 0}
    seen: dict[str, set[str]] = {name: set() for name in stages}
    with gzip.open(data_file(FILE)) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")):
            if row["n"] in seen:
                seen[row["n"]].add(row["case"])
    assert seen["O_ACCEPTED"] <= seen["O_SENT"]
    assert len(seen["O_SENT"]) < len(cases)
    approved = sum(how == "approved" for _, _, how in cases)
    assert len(seen["O_ACCEPTED"]) <= approved
    assert timedelta(0) <= min(ended - asked for asked, ended, _ in cases)
