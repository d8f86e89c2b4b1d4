"""Whose papers and loans they are, by the key of the firm's organisation; limits less what has ended already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("agreement", "repayment", "balance_observation")
INDEXED = (("ix_agreement_need_key", "need_key"), ("ix_agreement_firm_key", "firm_key"))

SIGNED_HERE = """
UPDATE agreement SET firm_key = (
    SELECT organisation.public_key FROM paper JOIN organisation ON organisation.id = paper.firm_id
    WHERE paper.agreement_id = agreement.id)
WHERE EXISTS (SELECT 1 FROM paper WHERE paper.agreement_id = agreement.id)
"""
# by name only where no other firm of the portfolio ever bore it
BY_NAME = """
UPDATE {0} SET firm_key = (
    SELECT MIN(known.firm_key) FROM agreement AS known
    WHERE known.portfolio_id = {0}.portfolio_id AND known.firm = {0}.firm)
WHERE 1 = (
    SELECT COUNT(DISTINCT known.firm_key) FROM agreement AS known
    WHERE known.portfolio_id = {0}.portfolio_id AND known.firm = {0}.firm)
"""
COUNTS = """
FROM agreement_exit WHERE agreement_exit.agreement_id = disbursement_position.agreement_id
AND NOT (agreement_exit.kind = 'firm_gives_up' AND agreement_exit.by_party = 'bank')
AND NOT EXISTS (SELECT 1 FROM fact_void WHERE fact_void.fact_key = agreement_exit.public_key)
"""
# a limit that is what was signed was made before ends lowered limits; what was overdrawn stays as it is
LOWERED = """
UPDATE disbursement_position SET limit_minor = CASE
    WHEN EXISTS (SELECT 1 {counts} AND agreement_exit.amount_minor IS NULL)
        OR limit_minor - (SELECT SUM(agreement_exit.amount_minor) {counts}) < drawn_minor - repaid_minor
    THEN drawn_minor - repaid_minor
    ELSE limit_minor - (SELECT SUM(agreement_exit.amount_minor) {counts}) END
WHERE EXISTS (SELECT 1 {counts})
AND limit_minor = (SELECT agreement.amount_minor FROM agreement WHERE agreement.id = disbursement_position.agreement_id)
"""


def upgrade() -> None:
    """Forward."""
    for table in TABLES:
        op.add_column(table, sa.Column("firm_key", sa.String(length=120), nullable=True))
    for name, column in INDEXED:
        op.create_index(name, "agreement", [column])
    with _unguarded():
        op.execute(SIGNED_HERE)
        for table in TABLES[1:]:
            op.execute(BY_NAME.format(table))
    op.execute(LOWERED.format(counts=COUNTS))


def downgrade() -> None:
    """Back. Limits stay lowered: what has ended was never to be paid."""
    for name, _ in reversed(INDEXED):
        op.drop_index(name, table_name="agreement")
    for table in reversed(TABLES):
        op.drop_column(table, "firm_key")


@contextmanager
def _unguarded() -> Iterator[None]:
    """Facts are not changed, but a column that they did not have is filled."""
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    # they are set up again with the head
    for table in TABLES:
        op.execute(f"DROP TRIGGER IF EXISTS refuse_update_{table}")
    yield
