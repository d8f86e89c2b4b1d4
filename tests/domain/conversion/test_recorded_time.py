"""Stateful: facts arrive day by day, months are closed and restated; what was said on a day is said of it for ever."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from conversion_histories import DAY, PARAMETERS, SIGNED, baseline, judged, paid, said, signing
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.audit import audit_cases
from matchmaking.domain.conversion.causes import causes
from matchmaking.domain.conversion.closing import Cell, Held, added, cells_of, differences, heads_json, heads_read
from tests.properties import examples

FIRMS = ("甲", "乙")
ends = st.sampled_from([date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31), DAY])


class RecordedTime(RuleBasedStateMachine):
    """One portfolio's records. ``today`` only goes on; a fact is recorded today, whatever day of the world it tells."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[f.Fact] = []
        self.today = SIGNED
        self.papers: list[str] = []
        self.paid: list[str] = []
        self.said: dict[tuple[date, date], dict[Cell, Held]] = {}
        self.closed: dict[date, tuple[date, dict[Cell, Held], dict[Cell, Held], list[str]]] = {}

    # --- what happens

    @initialize(amount=st.integers(1, 5_000_000))
    def first(self, amount: int) -> None:
        self.sign(amount, "甲", 0)

    @rule(amount=st.integers(1, 5_000_000), firm=st.sampled_from(FIRMS), ago=st.integers(0, 60))
    def sign(self, amount: int, firm: str, ago: int) -> None:
        key = f"S{len(self.papers)}"
        on = self.today - timedelta(days=ago)
        self.papers.append(key)
        self._tell(signing(key, amount, firm=firm, signed_on=on, recorded_on=self.today))
        self._tell(baseline(f"{key}-B", key, on=on, recorded_on=self.today))

    @rule(data=st.data(), amount=st.integers(1, 3_000_000), ago=st.integers(0, 60))
    def pay(self, data: st.DataObject, amount: int, ago: int) -> None:
        key, on = f"D{len(self.paid)}", self.today - timedelta(days=ago)
        self.paid.append(key)
        self._tell(paid(key, amount, on, data.draw(st.sampled_from(self.papers)), recorded_on=self.today))

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), answer=st.sampled_from(("right", "wrong", "not_received")))
    def answer(self, data: st.DataObject, answer: str) -> None:
        of = data.draw(st.sampled_from(self.paid))
        self._tell(said(of, answer, self.today, key=f"F{len(self.facts)}", recorded_on=self.today))

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), kind=st.sampled_from(("for_bank", "for_firm")))
    def judge(self, data: st.DataObject, kind: str) -> None:
        self._tell(judged(data.draw(st.sampled_from(self.paid)), kind, self.today, key=f"V{len(self.facts)}"))

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        """The payment's signing alone is touched, and of other firms nothing at all."""
        of = data.draw(st.sampled_from(self.paid))
        paper = next(x.signing for x in self.facts if isinstance(x, f.Disbursement) and x.key == of)
        firm = next(x.firm for x in self.facts if isinstance(x, f.Signing) and x.key == paper)
        others = {self.papers.index(x.key) for x in self.facts if isinstance(x, f.Signing) and x.firm != firm}
        before = self._figure(DAY, self.today)
        self._tell(f.Void(f"X{len(self.facts)}", of, self.today, self.today, "录错"))
        moved = {cell.agreement for cell in differences(before, self._figure(DAY, self.today))}
        assert not moved & others

    @rule(step=st.integers(1, 20))
    def days_pass(self, step: int) -> None:
        """The evening's figures are written down before the day is over."""
        for as_of in (DAY, self.today):
            self.said[as_of, self.today] = self._figure(as_of, self.today)
        self.today += timedelta(days=step)

    @rule(as_of=ends)
    def close(self, as_of: date) -> None:
        known = self.today - timedelta(days=1)
        if as_of < known and as_of not in self.closed:
            self.closed[as_of] = (known, self._figure(as_of, known), {}, [])

    @rule()
    def restate(self) -> None:
        """Every closed month: the difference once, each with its facts, and together the figure as known now."""
        for as_of, (known, frozen, since, named) in self.closed.items():
            now = self._figure(as_of, self.today)
            change = differences(added(frozen, since), now)
            if change:
                papers = {self.papers[cell.agreement] for cell in change}
                told = causes(self.facts, papers, as_of=as_of, since=known, until=self.today, named=named)
                behind = {fact.key for facts in told.values() for fact in facts}
                assert behind, "a figure changed and no fact says why"
                named.extend(behind)
            restated = added(since, change)
            assert added(frozen, restated) == now
            assert not differences(added(frozen, restated), now)
            self.closed[as_of] = (known, frozen, restated, named)

    # --- what always holds

    @invariant()
    def the_past_is_replayed(self) -> None:
        for (as_of, known), figure in self.said.items():
            assert self._figure(as_of, known) == figure
        for as_of, (known, frozen, _, _) in self.closed.items():
            assert self._figure(as_of, known) == frozen

    @invariant()
    def buckets_add_up(self) -> None:
        sums: dict[int, int] = defaultdict(int)
        for cell, held in self._figure(DAY, self.today).items():
            sums[cell.agreement] += held.amount
            assert 0 <= held.verified <= held.amount
        signed = {x.key: x for x in self.facts if isinstance(x, f.Signing) and x.signed_on <= DAY}
        assert dict(sums) == {self.papers.index(key): paper.amount.minor for key, paper in signed.items()}

    def teardown(self) -> None:
        """In whatever order the facts had come, the final figure is the same."""
        last = self.today + timedelta(days=400)
        turned = list(reversed(self.facts))
        assert self._figure(DAY, last, turned) == self._figure(DAY, last)

    # --- by which means

    def _tell(self, fact: f.Fact) -> None:
        self.facts.append(fact)

    def _figure(self, as_of: date, known: date, facts: list[f.Fact] | None = None) -> dict[Cell, Held]:
        portfolio = f.Portfolio("p", tuple(self.facts if facts is None else facts))
        found = audit_cases(portfolio, as_of=as_of, known_at=known, parameters=PARAMETERS)
        return cells_of(
            {
                "agreement_id": self.papers.index(ledger.signing.key), "standing": "member",
                "grade": ledger.signing.instrument, "bucket": line.bucket,
                "amount_minor": line.amount.minor, "verified_minor": line.verified.minor,
            }
            for ledger in found.signings
            for line in ledger.lines
        )  # fmt: skip


TestRecordedTime = RecordedTime.TestCase
TestRecordedTime.settings = examples(15, steps=25)


def test_heads_are_kept_and_read_alike() -> None:
    lines = [
        {"standing": "member", "grade": "loan_contract", "bucket": "A1", "amount_minor": 5, "verified_minor": 5},
        {"standing": "member", "grade": "loan_contract", "bucket": "U", "amount_minor": 7, "verified_minor": 0},
        {"standing": "late", "grade": "loan_contract", "bucket": "U", "amount_minor": 9, "verified_minor": 0},
    ]
    heads = heads_read(heads_json(lines))
    assert (heads["loan_contract"].signed, heads["loan_contract"].paid, heads["loan_contract"].verified) == (12, 5, 5)
