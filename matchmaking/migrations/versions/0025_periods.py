"""Months that are closed and restated; lines of statements that are not the lender's, and what they were matched with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "period_proposal",
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", BIG, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("facts_seq", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("known_on > as_of", name=op.f("ck_period_proposal_known_after_the_month")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_period_proposal_portfolio_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_period_proposal_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_proposal")),
        sa.UniqueConstraint("public_key", name=op.f("uq_period_proposal_public_key")),
        info={"append_only": True},
    )
    op.create_index("ix_period_proposal_portfolio_id_month", "period_proposal", ["portfolio_id", "month"])
    op.create_table(
        "period_close",
        sa.Column("proposal_id", BIG, nullable=False),
        sa.Column("portfolio_id", BIG, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("recorded_by <> proposed_by", name=op.f("ck_period_close_maker_is_not_checker")),
        sa.ForeignKeyConstraint(["proposal_id"], ["period_proposal.id"], name=op.f("fk_period_close_proposal_id")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_period_close_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_close")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_period_close_proposal_id")),
        sa.UniqueConstraint("portfolio_id", "month", name=op.f("uq_period_close_portfolio_id_month")),
        info={"append_only": True},
    )
    op.create_table(
        "period_restatement",
        sa.Column("close_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("facts_seq", sa.Integer(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_period_restatement_number_counts_from_one")),
        sa.ForeignKeyConstraint(["close_id"], ["period_close.id"], name=op.f("fk_period_restatement_close_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_restatement")),
        sa.UniqueConstraint("close_id", "number", name=op.f("uq_period_restatement_close_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "period_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("restatement_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("grade", sa.String(length=30), nullable=False),
        sa.Column("bucket", sa.String(length=4), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor <> 0 OR verified_minor <> 0", name=op.f("ck_period_change_changes_something")
        ),
        sa.ForeignKeyConstraint(
            ["restatement_id"], ["period_restatement.id"], name=op.f("fk_period_change_restatement_id")
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_period_change_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_change")),
        sa.UniqueConstraint(
            "restatement_id", "agreement_id", "standing", "grade", "bucket",
            name=op.f("uq_period_change_cell"),
        ),
        info={"append_only": True},
    )  # fmt: skip
    op.create_table(
        "period_cause",
        sa.Column("id", BIG, nullable=False),
        sa.Column("restatement_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("fact_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["restatement_id"], ["period_restatement.id"], name=op.f("fk_period_cause_restatement_id")
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_period_cause_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_cause")),
        sa.UniqueConstraint(
            "restatement_id", "agreement_id", "fact_key",
            name=op.f("uq_period_cause_restatement_id_agreement_id_fact_key"),
        ),
        info={"append_only": True},
    )  # fmt: skip
    _lines()


def _fact() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    ]


def _pair(table: str, *more: sa.schema.SchemaItem) -> None:
    """A table about a line and a disbursement."""
    op.create_table(
        table,
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("disbursement_id", BIG, nullable=False),
        *_fact(),
        *more,
        sa.ForeignKeyConstraint(["line_id"], ["outside_line.id"], name=op.f(f"fk_{table}_line_id")),
        sa.ForeignKeyConstraint(["disbursement_id"], ["disbursement.id"], name=op.f(f"fk_{table}_disbursement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_key", name=op.f(f"uq_{table}_public_key")),
        info={"append_only": True},
    )
    op.create_index(f"ix_{table}_disbursement_id", table, ["disbursement_id"])


def _lines() -> None:
    op.create_table(
        "outside_line",
        sa.Column("portfolio_id", BIG, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("firm", sa.String(length=300), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("iou_no", sa.String(length=80), nullable=True),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("payee", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        *_fact(),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_outside_line_amount_positive")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_outside_line_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_line")),
        sa.UniqueConstraint("portfolio_id", "fingerprint", name=op.f("uq_outside_line_portfolio_id_fingerprint")),
        sa.UniqueConstraint("public_key", name=op.f("uq_outside_line_public_key")),
        info={"append_only": True},
    )
    op.create_index("ix_outside_line_portfolio_id_value_on", "outside_line", ["portfolio_id", "value_on"])
    _pair(
        "line_match",
        sa.Column("fact_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("differs", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('exact', 'tolerant', 'accepted')", name=op.f("ck_line_match_kind_known")),
        sa.ForeignKeyConstraint(["fact_id"], ["third_party_line.id"], name=op.f("fk_line_match_fact_id")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_line_match_fact_id")),
    )
    op.create_index("ix_line_match_line_id", "line_match", ["line_id"])
    _pair(
        "line_proposal",
        sa.Column("differs", sa.Text(), nullable=False),
        sa.UniqueConstraint("line_id", "disbursement_id", name=op.f("uq_line_proposal_line_id_disbursement_id")),
    )
    _pair(
        "line_rejection",
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_line_rejection_says_why")),
        sa.UniqueConstraint("line_id", "disbursement_id", name=op.f("uq_line_rejection_line_id_disbursement_id")),
    )


def downgrade() -> None:
    """Back."""
    for table in ("line_rejection", "line_proposal", "line_match"):
        op.drop_table(table)
    op.drop_table("outside_line")
    for table in ("period_cause", "period_change", "period_restatement", "period_close"):
        op.drop_table(table)
    op.drop_index("ix_period_proposal_portfolio_id_month", table_name="period_proposal")
    op.drop_table("period_proposal")
