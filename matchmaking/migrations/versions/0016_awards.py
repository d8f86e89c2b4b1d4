"""Subsidies and guarantee-fee awards, list by list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "award_list",
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('subsidy', 'fee_award')", name=op.f("ck_award_list_kind_known")),
        sa.CheckConstraint("number <> '' AND title <> '' AND document <> ''", name=op.f("ck_award_list_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_list")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_award_list_kind_number")),
        sa.UniqueConstraint("public_key", name=op.f("uq_award_list_public_key")),
        info={"append_only": True},
    )
    op.create_table(
        "award",
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_award_amount_positive")),
        sa.ForeignKeyConstraint(["list_id"], ["award_list.id"], name=op.f("fk_award_list_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("list_id", "position", name=op.f("uq_award_list_id_position")),
        info={"append_only": True},
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index("ix_award_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "award_void",
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_award_void_says_why")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_void_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_void")),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_void_award_id")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("award_void")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index("ix_award_organisation_id")

    op.drop_table("award")
    op.drop_table("award_list")
