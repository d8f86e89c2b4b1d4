"""Three-way reconciliation (N1): how many independent parties say that one disbursement was paid.

Signed paper and 借据 both come from the bank: together they are one party. The firm is the second, a statement supplied
by anybody but the lender the third. A pair of reports of one payment by two branches of one legal person counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion.evidence import NOTHING, Evidence, Slot, confirmed_report, same_payments
from matchmaking.domain.conversion.facts import (
    FOR_BANK,
    LOAN,
    NOT_RECEIVED,
    RIGHT,
    Confirmation,
    Disbursement,
    Verdict,
)
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason

THREE, TWO, ONE, CONFLICT, OVERDUE = "three", "two", "one", "conflict", "overdue"
"""三方一致, 两方一致, 单方, 冲突, 逾期未确认."""
VOIDED, DUPLICATE, NOT_PRINCIPAL = "voided", "duplicate", "not_principal"
"""States of a report that counts nothing: 作废, 重复报送, 非贷款本金."""

STATES = (THREE, TWO, ONE, CONFLICT, OVERDUE, VOIDED, DUPLICATE, NOT_PRINCIPAL)
HELD = frozenset({VOIDED, DUPLICATE, NOT_PRINCIPAL})

THE_BANK, THE_FIRM, THE_THIRD = "bank", "firm", "third"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One disbursement reconciled.

    ``counted`` is what counts as disbursed (0 when held), ``verified`` what two independent parties or a verdict stand
    behind, ``disputed`` what waits for a verdict. ``parties`` agree; ``same_as`` is the report that a duplicate
    repeats.
    """

    disbursement: Disbursement
    state: str
    counted: Money
    verified: Money
    disputed: Money
    parties: tuple[str, ...]
    reasons: tuple[Reason, ...]
    facts: tuple[str, ...]
    same_as: str | None = None

    @property
    def settled(self) -> Money:
        """Counted and not in dispute: this disbursement's part of G."""
        return self.counted - self.disputed


def reconcile_signing(
    reports: Iterable[Disbursement],
    evidence: Mapping[str, Evidence],
    *,
    known_at: date,
    parameters: ConversionParameters,
) -> tuple[Reconciliation, ...]:
    """All reports of one signing, reconciled, in order of value day and key.

    ``evidence`` is keyed by disbursement. A void or a form that is not principal holds a report; a duplicate is held
    and its evidence speaks for the report that stays.
    """
    rows: list[Reconciliation] = []
    valid: list[Disbursement] = []
    for report in reports:
        found = evidence.get(report.key, NOTHING)
        if found.voids:
            rows.append(
                _held(
                    report,
                    VOIDED,
                    Reason("report_voided", {"reason": found.voids[0].reason or None}),
                    found.voids[0].key,
                )
            )
        elif report.form != LOAN:
            rows.append(_held(report, NOT_PRINCIPAL, Reason("form_not_principal", {"form": report.form})))
        else:
            valid.append(report)
    for slot in same_payments(valid, evidence):
        rows.extend(_reconcile_slot(slot, evidence, known_at, parameters))
    return tuple(sorted(rows, key=lambda row: (row.disbursement.value_on, row.disbursement.key)))


def reconcile(
    report: Disbursement, evidence: Evidence, *, known_at: date, parameters: ConversionParameters
) -> Reconciliation:
    """One valid report against its evidence."""
    parties, against = _parties(report, evidence, parameters)
    notes = _notes(report, evidence)
    keys = _keys(report, evidence)
    zero = Money.zero(report.amount.currency)
    if against:
        return _conflict(report, evidence, against, notes, keys)
    if len(parties) > 1:
        state = THREE if len(parties) > 2 else TWO
        return Reconciliation(report, state, report.amount, report.amount, zero, parties, notes, keys)
    waited = (known_at - report.recorded_on).days
    late = evidence.word is None and waited >= parameters.unanswered_days
    why = Reason("unanswered", {"days": waited}) if late else Reason("bank_alone", {})
    return Reconciliation(report, OVERDUE if late else ONE, report.amount, zero, zero, parties, (why, *notes), keys)


def _parties(
    report: Disbursement, evidence: Evidence, parameters: ConversionParameters
) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """Who agrees (the bank always does), and what stands against."""
    agree = [THE_BANK]
    against: list[Reason] = []
    word = evidence.word
    if word is not None:
        if word.answer == RIGHT and _same(report, word.amount, word.received_on, parameters):
            agree.append(THE_FIRM)
        else:
            against.append(_firm_says(report, word))
    lines = [line for line in evidence.lines if line.source != report.lender]
    differing = [line for line in lines if not _same(report, line.amount, line.value_on, parameters)]
    against.extend(
        Reason(
            "statement_says_otherwise",
            {"source": line.source, "bank": str(report.amount), "statement": str(line.amount)},
        )
        for line in differing
    )
    if lines and not differing:
        agree.append(THE_THIRD)
    return tuple(agree), tuple(against)


def _same(report: Disbursement, amount: Money | None, day: date | None, parameters: ConversionParameters) -> bool:
    if amount is not None and abs((amount - report.amount).minor) > parameters.amount_tolerance:
        return False
    return day is None or abs((day - report.value_on).days) <= parameters.day_tolerance


def _firm_says(report: Disbursement, word: Confirmation) -> Reason:
    if word.answer == NOT_RECEIVED:
        return Reason("firm_says_not_received", {"bank": str(report.amount)})
    said = None if word.amount is None else str(word.amount)
    return Reason("firm_says_otherwise", {"bank": str(report.amount), "firm": said})


def _conflict(
    report: Disbursement,
    evidence: Evidence,
    against: tuple[Reason, ...],
    notes: tuple[Reason, ...],
    keys: tuple[str, ...],
) -> Reconciliation:
    zero = Money.zero(report.amount.currency)
    verdict = evidence.verdict
    if verdict is None:
        amount = report.amount
        return Reconciliation(report, CONFLICT, amount, zero, amount, (THE_BANK,), against + notes, keys)
    counted = _found(report, evidence, verdict)
    winner = THE_BANK if verdict.kind == FOR_BANK else THE_FIRM
    code = "settled_for_bank" if verdict.kind == FOR_BANK else "settled_for_firm"
    why = Reason(code, {"document": verdict.document or None, "amount": str(counted)})
    return Reconciliation(report, TWO, counted, counted, zero, (winner,), (why, *against, *notes), keys)


def _found(report: Disbursement, evidence: Evidence, verdict: Verdict) -> Money:
    """The amount that a verdict settles a conflict at."""
    if verdict.amount is not None:
        return verdict.amount
    if verdict.kind == FOR_BANK:
        return report.amount
    word = evidence.word
    if word is not None and word.answer != NOT_RECEIVED:
        return report.amount if word.amount is None else word.amount
    return Money.zero(report.amount.currency)


def _notes(report: Disbursement, evidence: Evidence) -> tuple[Reason, ...]:
    """What does not decide the state but must be seen."""
    notes = []
    if any(c.device_shared and c.answer == RIGHT for c in evidence.confirmations):
        notes.append(Reason("shared_device_needs_call_back", {}))
    if any(line.source == report.lender for line in evidence.lines):
        notes.append(Reason("statement_from_lender", {}))
    return tuple(notes)


def _keys(report: Disbursement, evidence: Evidence) -> tuple[str, ...]:
    keys = [fact.key for fact in evidence.confirmations]
    keys += [fact.key for fact in evidence.lines]
    keys += [fact.key for fact in evidence.verdicts]
    return (report.key, *sorted(keys))


def _held(report: Disbursement, state: str, why: Reason, *keys: str, same_as: str | None = None) -> Reconciliation:
    zero = Money.zero(report.amount.currency)
    return Reconciliation(report, state, zero, zero, zero, (), (why,), (report.key, *keys), same_as)


def _reconcile_slot(
    slot: Slot, evidence: Mapping[str, Evidence], known_at: date, parameters: ConversionParameters
) -> list[Reconciliation]:
    first, *others = sorted(slot.reports, key=lambda r: (r.recorded_on, r.key))
    confirmed = [report for report in slot.reports if confirmed_report(report, evidence)]
    if len(confirmed) > 1:
        paid = [(report, evidence.get(report.key, NOTHING)) for report in confirmed]
        first = confirmed[0]
        others = [report for report in slot.reports if report not in confirmed]
    else:
        paid = [(first, _speaking_for(slot, confirmed, evidence))]
    rows = [reconcile(report, found, known_at=known_at, parameters=parameters) for report, found in paid]
    why = Reason("reported_by_another_branch", {"branch": first.branch, "iou": first.iou_no})
    rows.extend(_held(report, DUPLICATE, why, same_as=first.key) for report in others)
    return rows


def _speaking_for(slot: Slot, confirmed: list[Disbursement], evidence: Mapping[str, Evidence]) -> Evidence:
    """Evidence on any report of a payment speaks for it; where one is confirmed, its answer is the firm's word."""
    joined = NOTHING
    for report in sorted(slot.reports, key=lambda r: r.key):
        found = evidence.get(report.key, NOTHING)
        if confirmed and report not in confirmed:
            found = Evidence((), found.lines, found.verdicts)
        joined = joined.joined(found)
    return joined
