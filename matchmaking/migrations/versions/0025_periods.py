"""Months that are closed: proposed, closed by a second person, restated by what became known later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0028"
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


def downgrade() -> None:
    """Back."""
    for table in ("period_cause", "period_change", "period_restatement", "period_close"):
        op.drop_table(table)
    op.drop_index("ix_period_proposal_portfolio_id_month", table_name="period_proposal")
    op.drop_table("period_proposal")
