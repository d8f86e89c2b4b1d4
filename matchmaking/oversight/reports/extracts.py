"""What the reports read of the facts. The same SELECT feeds the columns and stands in the oracle's SQL."""

from __future__ import annotations

from matchmaking.foundation.columnar import Column, Extract
from matchmaking.foundation.columnar.extracts import DAY, KNOWN, MONTH, WORD

ID = Column("t.id")
SAID_OF = Column("t.disbursement_id")
RECORDED = Column("t.recorded_at", KNOWN)
RIGHT, WRONG, NOT_RECEIVED = 0, 1, 2
FOR_A_SIDE, DISTINCT = 0, 1


def flag(condition: str) -> Column:
    """1 where ``condition`` holds."""
    return Column(f"CASE WHEN {condition} THEN 1 ELSE 0 END")


PAPERS = Extract(
    "papers",
    "agreement",
    {
        "id": ID,
        "portfolio_id": Column("t.portfolio_id"),
        "lender": Column("t.lender", WORD),
        "area": Column("t.area_name", WORD),
        "grade": Column("t.instrument", WORD),
        "contract": flag("t.instrument IN ('loan_contract', 'credit_line')"),
        "month": Column("t.signed_on", MONTH),
        "signed_day": Column("t.signed_on", DAY),
        "minor": Column("COALESCE(t.amount_minor, 0)"),
        "known": RECORDED,
    },
    keep="t.origin = 'case'",
    money="COALESCE(t.amount_minor, 0)",
)
REPORTS = Extract(
    "reports",
    "disbursement",
    {
        "id": ID,
        "portfolio_id": Column("t.portfolio_id"),
        "paper_id": Column("t.agreement_id"),
        "lender": Column("t.lender", WORD),
        "minor": Column("t.amount_minor"),
        "value_day": Column("t.value_on", DAY),
        "loan": flag("t.form = 'loan'"),
        "repeats": flag("t.repeats_id IS NOT NULL"),
        "known": RECORDED,
    },
    money="t.amount_minor",
)
VOIDS = Extract("voids", "disbursement_void", {"id": ID, "report_id": SAID_OF, "known": RECORDED})
ANSWERS = Extract(
    "answers",
    "confirmation",
    {
        "id": ID,
        "report_id": SAID_OF,
        "answer": Column("CASE t.answer WHEN 'right' THEN 0 WHEN 'wrong' THEN 1 ELSE 2 END"),
        "shared": flag("t.device_shared"),
        "minor": Column("t.amount_minor", nullable=True),
        "received_day": Column("t.received_on", DAY, nullable=True),
        "answered_day": Column("t.answered_on", DAY),
        "known": RECORDED,
    },
    money="COALESCE(t.amount_minor, 0)",
)
LINES = Extract(
    "lines",
    "third_party_line",
    {
        "id": ID,
        "report_id": SAID_OF,
        "minor": Column("t.amount_minor"),
        "value_day": Column("t.value_on", DAY),
        "known": RECORDED,
    },
    # a statement of the lender itself is no other party
    joins="JOIN disbursement d ON d.id = t.disbursement_id AND d.lender <> t.source",
    money="t.amount_minor",
)
VERDICTS = Extract(
    "verdicts",
    "verdict",
    {"id": ID, "report_id": SAID_OF, "kind": flag("t.kind = 'distinct'"), "known": RECORDED},
    keep="t.disbursement_id IS NOT NULL",
)
EXTRACTS = (PAPERS, REPORTS, VOIDS, ANSWERS, LINES, VERDICTS)
