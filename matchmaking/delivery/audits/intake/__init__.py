"""Taking in a statement as one act: agreements, positions, comparison, findings, the audit's snapshot and the trail.

Either all of it is there afterwards or nothing: one unit of work, begun when every row of the file was understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.findings.commands import NewFinding, add_findings
from matchmaking.delivery.statements.catalogue import Catalogued
from matchmaking.delivery.statements.commands import Taken, Wanted, add_statement, portfolio_for
from matchmaking.delivery.statements.compared import Compared, Source, compare_with_standing
from matchmaking.delivery.statements.facts import fitting, plain_id
from matchmaking.delivery.statements.models import Statement
from matchmaking.delivery.statements.queries import agreements_of, positions_of
from matchmaking.delivery.statements.reading import OnProgress, reading, refuse_row_errors, stated_fields
from matchmaking.domain.statements.checks import Circumstances, Finding, findings_of
from matchmaking.domain.statements.slips import Slip
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import open_on, touch
from matchmaking.registry.portfolios.models import Portfolio

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class CameOf:
    """What became of a file. ``new`` is False when that day's statement said all of it already: nothing was added."""

    portfolio: str
    currency: str
    statement: str
    as_of: date
    rows: int
    new: bool
    findings: int
    comparison: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a task's result and the command line."""
        return {
            "portfolio": self.portfolio,
            "currency": self.currency,
            "statement": self.statement,
            "as_of": self.as_of.isoformat(),
            "rows": self.rows,
            "new": self.new,
            "findings": self.findings,
            "comparison": self.comparison,
        }


def import_file(
    kept: Kept,
    *,
    actor: str,
    catalogued: Catalogued,
    wanted: Wanted,
    as_of: date,
    at: datetime,
    on_progress: OnProgress | None = None,
) -> CameOf:
    """Read a kept file in the sandbox and take it in; for the command line and the worker alike.

    Raises ``RowsRefused`` when a row was not understood and :class:`Refusal` when the file or its place is refused;
    nothing is stored then.
    """
    with reading(kept.sha256, catalogued, as_of=as_of, on_progress=on_progress) as report:
        refuse_row_errors(report)
        mapping = catalogued.mapping
        source = Source(mapping.series, report.out, stated_fields(mapping, report.headers), mapping.rounded_to_minor)
        taken = Taken(kept.sha256, kept.name, catalogued, source, report.rows)
        take_in = partial(take_in_statement, actor=actor, kept=kept, wanted=wanted, taken=taken, as_of=as_of, at=at)
        try:
            return run_in_unit_of_work(take_in)
        except IntegrityError:
            # two first imports made the same portfolio at once: the second finds it there
            return run_in_unit_of_work(take_in)


def take_in_statement(
    session: Session, *, actor: str, kept: Kept, wanted: Wanted, taken: Taken, as_of: date, at: datetime
) -> CameOf:
    """Compare, insert, check, reckon and write the trail, in this order: the trail's lock is held briefly and last.

    The same content again for the same day, in whatever layout, adds nothing but a line in the trail.
    """
    portfolio = portfolio_for(session, actor=actor, wanted=wanted, taken=taken, at=at)
    compared = compare_with_standing(session, portfolio.id, taken.source, as_of)
    if compared.same_again and compared.corrected is not None:
        return _same_again(session, actor, portfolio, compared.corrected, taken, at)
    statement = add_statement(
        session, actor=actor, portfolio=portfolio, taken=taken, as_of=as_of, compared=compared, at=at
    )
    touch(session, portfolio, at=at)
    open_on(session, portfolio, day=as_of)
    found = chain(_found(session, portfolio, statement, taken), _taken_back(session, statement, compared))
    findings = add_findings(session, portfolio_id=portfolio.id, statement_id=statement.id, found=found, at=at)
    take_snapshot(session, actor=actor, portfolio=portfolio, as_of=as_of, known_on=business_day(at), at=at)
    subject = f"statement:{statement.public_key}"
    attach(session, kept, subject=subject, words=taken.file_name, actor=actor, at=at)
    payload = _payload(statement, findings, compared)
    record(session, actor=actor, tag="statement.imported", subject=subject, payload=payload, at=at)
    return CameOf(
        portfolio.code,
        portfolio.currency,
        statement.public_key,
        as_of,
        taken.rows,
        True,
        findings,
        statement.comparison,
    )


def _same_again(
    session: Session, actor: str, portfolio: Portfolio, standing: Statement, taken: Taken, at: datetime
) -> CameOf:
    payload = {"file_sha256": taken.file_sha256, "mapping": taken.catalogued.mapping.name, "rows": taken.rows}
    subject = f"statement:{standing.public_key}"
    record(session, actor=actor, tag="statement.same_again", subject=subject, payload=payload, at=at)
    return CameOf(
        portfolio.code,
        portfolio.currency,
        standing.public_key,
        standing.as_of,
        taken.rows,
        False,
        0,
        standing.comparison,
    )


def _found(session: Session, portfolio: Portfolio, statement: Statement, taken: Taken) -> Iterator[NewFinding]:
    now = Circumstances(statement.as_of, taken.catalogued.mapping.revolving)
    for stored in list(positions_of(session, statement.id)):
        for finding in findings_of(stored.says, now):
            yield _new(statement, stored.agreement_id, finding)


def _new(statement: Statement, agreement_id: int, finding: Finding) -> NewFinding:
    key = f"{statement.public_key}:{finding.code}:{plain_id(finding.external_id)}"
    params = {
        "why": {"code": finding.evidence.code, "params": dict(finding.evidence.params)},
        "line": finding.line,
        "amount": finding.amount,
        "explained": finding.explained,
    }
    return NewFinding(fitting(key, LONGEST_KEY), finding.code, statement.as_of, agreement_id, params)


def _taken_back(session: Session, statement: Statement, compared: Compared) -> Iterator[NewFinding]:
    """Signed agreements that this statement leaves out and originals it lowers."""
    slips = list(compared.slips)
    ids = agreements_of(session, statement.portfolio_id, statement.series) if slips else {}
    for against, slip in slips:
        yield _slipped(statement, against, ids[slip.external_id], slip)


def _slipped(statement: Statement, against: Statement, agreement_id: int, slip: Slip) -> NewFinding:
    key = f"{statement.public_key}:{slip.code}:{plain_id(slip.external_id)}"
    params = {
        "why": {"code": slip.evidence.code, "params": dict(slip.evidence.params)},
        "line": None,
        "amount": slip.amount,
        "explained": None,
        "against": {"key": against.public_key, "as_of": against.as_of.isoformat()},
    }
    return NewFinding(fitting(key, LONGEST_KEY), slip.code, statement.as_of, agreement_id, params)


def _payload(statement: Statement, findings: int, compared: Compared) -> dict[str, Any]:
    return {
        "portfolio": statement.portfolio_id,
        "series": statement.series,
        "as_of": statement.as_of.isoformat(),
        "rows": statement.rows,
        "findings": findings,
        "file_sha256": statement.file_sha256,
        "mapping": statement.mapping,
        "mapping_sha256": statement.mapping_sha256,
        "corrects": compared.corrected.public_key if compared.corrected else None,
    }
