"""The parts of one agreement's page, as one audit saw it; built by ``sheets``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.flags.queries import FlagRow
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.domain.reasons import Reason
from matchmaking.foundation.files.models import EvidenceLink


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A bucket's share of this agreement, why, and the keys of the facts it stands on."""

    bucket: str
    amount_minor: int
    verified_minor: int
    reason: Reason | None
    facts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one party says of a disbursement. ``says``: ``right`` … for a firm, a source's name, a verdict's kind."""

    key: str
    says: str
    amount_minor: int | None
    day: date
    known_on: date
    device_shared: bool = False
    document: str = ""


@dataclass(frozen=True, slots=True)
class DisbursementSheet:
    """One 借据 against all parties. ``state`` is the kernel's (``three``, ``two``, ``one``, ``conflict``, ``overdue``,
    ``voided``, ``duplicate``, ``not_principal``); ``buckets``: where its money stands. Voided ones stay visible.
    """

    key: str
    iou_no: str
    branch: str
    amount_minor: int
    value_on: date
    reported_on: date
    known_on: date
    payee: str | None
    form: str
    state: str
    counted_minor: int
    verified_minor: int
    disputed_minor: int
    parties: Sequence[str]
    reasons: Sequence[Reason]
    buckets: Sequence[str]
    same_as: str | None
    firm: Sequence[Answer]
    third: Sequence[Answer]
    verdicts: Sequence[Answer]
    voided_on: date | None
    void_reason: str


@dataclass(frozen=True, slots=True)
class ConditionSheet:
    """A condition of payment; ``overdue_days`` on the audit's day, 0 when met or not due."""

    key: str
    holder: str
    words: str
    set_on: date
    due_on: date | None
    met_on: date | None
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One fact of the timeline with its two days: ``day`` 发生日, ``known_on`` 本系统知晓.

    ``kind`` is the fact's table (``agreement``, ``disbursement``, ``confirmation`` …); ``params`` fill its words;
    ``void`` strikes it through.
    """

    day: date
    known_on: date
    kind: str
    key: str
    params: Mapping[str, str | int | None]
    void: bool = False


@dataclass(frozen=True, slots=True)
class StatementClaim:
    """What one statement says of this agreement, and the way back to its file and line.

    ``change``: measure → now less the statement before it in the list, where both state it; None for the first.
    """

    statement: Statement
    position: StatementPosition
    change: Mapping[str, int] | None
    standing: bool


@dataclass(frozen=True, slots=True)
class KnownThen:
    """The same day in the world as an earlier audit knew it: lines then, and now less then by bucket."""

    known_on: date
    made_at: datetime
    buckets: Mapping[str, int]
    difference: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AgreementSheet:
    """One agreement. ``row`` None: the audit does not know it (recorded later, or signed after its day)."""

    agreement: Agreement
    snapshot: AuditSnapshot
    row: AuditRow | None
    lines: Sequence[SheetLine]
    disbursements: Sequence[DisbursementSheet]
    conditions: Sequence[ConditionSheet]
    timeline: Sequence[Moment]
    claims: Sequence[StatementClaim]
    restated: Sequence[KnownThen]
    findings: Sequence[Finding]
    flags: Sequence[FlagRow]
    evidence: Sequence[EvidenceLink]
    supersedes: str | None
    superseded_by: Sequence[str]

    def evidence_for(self, subject: str) -> list[EvidenceLink]:
        """The files in support of ``subject`` (``agreement:KEY``, ``disbursement:KEY``, ``statement:KEY``)."""
        return [link for link in self.evidence if link.subject == subject]
