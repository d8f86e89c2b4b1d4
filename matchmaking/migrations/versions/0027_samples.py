"""Samples of loans that are asked about by telephone, with every call and what was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(length=30), nullable=False),
        sa.Column("money", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cohort_digest", sa.String(length=64), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("list_digest", sa.String(length=64), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("without_money", sa.Integer(), nullable=False),
        sa.Column("book_minor", sa.BigInteger(), nullable=False),
        sa.Column("confidence_ppm", sa.Integer(), nullable=False),
        sa.Column("tolerable_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("interval_minor", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(length=80), nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=True),
        sa.Column("seed_source", sa.String(length=200), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_by", sa.String(length=80), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_words", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (result IS NOT NULL)", name=op.f("ck_audit_sample_closed_has_a_result")
        ),
        sa.CheckConstraint("money IN ('verified', 'reported')", name=op.f("ck_audit_sample_money_known")),
        sa.CheckConstraint(
            "state IN ('frozen', 'drawn', 'closed', 'set_aside')", name=op.f("ck_audit_sample_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('drawn', 'closed') OR seed IS NOT NULL", name=op.f("ck_audit_sample_drawn_has_a_seed")
        ),
        sa.CheckConstraint("(seed IS NULL) = (drawn_at IS NULL)", name=op.f("ck_audit_sample_drawn_by_its_seed")),
        sa.CheckConstraint("book_minor > 0 AND interval_minor > 0 AND listed > 0", name=op.f("ck_audit_sample_counts")),
        sa.CheckConstraint("row_version > 0", name=op.f("ck_audit_sample_version_counts")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_audit_sample_portfolio_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_audit_sample_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sa.UniqueConstraint("public_key", name=op.f("uq_audit_sample_public_key")),
    )
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.create_index("ix_audit_sample_portfolio_id_grade", ["portfolio_id", "grade"], unique=False)

    op.create_table(
        "audit_sample_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sample_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audit_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_key", sa.String(length=120), nullable=False),
        sa.Column("book_minor", sa.BigInteger(), nullable=False),
        sa.Column("top", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["audit_row_id"], ["audit_row.id"], name=op.f("fk_audit_sample_item_audit_row_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_sample_item_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample_item")),
        sa.UniqueConstraint("sample_id", "agreement_key", name=op.f("uq_audit_sample_item_sample_id_agreement_key")),
        sa.UniqueConstraint("sample_id", "position", name=op.f("uq_audit_sample_item_sample_id_position")),
        info={"append_only": True},
    )
    op.create_table(
        "audit_sample_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("spoke_to", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'confirmed') = (amount_minor IS NOT NULL)",
            name=op.f("ck_audit_sample_call_confirmed_has_an_amount"),
        ),
        sa.CheckConstraint("outcome IN ('confirmed', 'unreached')", name=op.f("ck_audit_sample_call_outcome_known")),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor >= 0", name=op.f("ck_audit_sample_call_amount_not_negative")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["audit_sample_item.id"], name=op.f("fk_audit_sample_call_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample_call")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_audit_sample_call_item_id_number")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("audit_sample_call")
    op.drop_table("audit_sample_item")
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_sample_portfolio_id_grade")

    op.drop_table("audit_sample")
