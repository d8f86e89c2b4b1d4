"""Banks beside what others do with the same kind of contract, and their word on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "bank_standing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("contracts", sa.Integer(), nullable=False),
        sa.Column("signed_minor", sa.BigInteger(), nullable=False),
        sa.Column("reported_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("band", sa.String(length=8), nullable=False),
        sa.Column("observed_ppm", sa.Integer(), nullable=True),
        sa.Column("expected_ppm", sa.Integer(), nullable=True),
        sa.Column("share_ppm", sa.Integer(), nullable=True),
        sa.Column("low95_ppm", sa.Integer(), nullable=True),
        sa.Column("low80_ppm", sa.Integer(), nullable=True),
        sa.Column("high80_ppm", sa.Integer(), nullable=True),
        sa.Column("high95_ppm", sa.Integer(), nullable=True),
        sa.Column("prior_milli", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(why = '') = (band <> '') AND (why = '') = (share_ppm IS NOT NULL AND expected_ppm IS NOT NULL AND low95_ppm IS NOT NULL AND low80_ppm IS NOT NULL AND high80_ppm IS NOT NULL AND high95_ppm IS NOT NULL)",
            name=op.f("ck_bank_standing_estimate_is_whole"),
        ),
        sa.CheckConstraint("band IN ('', 'above', 'level', 'below')", name=op.f("ck_bank_standing_band_known")),
        sa.CheckConstraint("why IN ('', 'few', 'alone')", name=op.f("ck_bank_standing_why_known")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_bank_standing_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_standing")),
        sa.UniqueConstraint("snapshot_id", "lender", name=op.f("uq_bank_standing_snapshot_id_lender")),
        info={"append_only": True},
    )
    op.create_table(
        "bank_case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signed_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_ppm", sa.Integer(), nullable=False),
        sa.Column("expected_ppm", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("shifts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_bank_case_agreement_id")),
        sa.ForeignKeyConstraint(["standing_id"], ["bank_standing.id"], name=op.f("fk_bank_case_standing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_case")),
        sa.UniqueConstraint("standing_id", "agreement_id", name=op.f("uq_bank_case_standing_id_agreement_id")),
        info={"append_only": True},
    )
    op.create_table(
        "bank_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_bank_comment_says_something")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_bank_comment_portfolio_id")),
        sa.ForeignKeyConstraint(["standing_id"], ["bank_standing.id"], name=op.f("fk_bank_comment_standing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_comment")),
        info={"append_only": True},
    )
    with op.batch_alter_table("bank_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_comment_portfolio_id"), ["portfolio_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("bank_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_comment_portfolio_id"))

    op.drop_table("bank_comment")
    op.drop_table("bank_case")
    op.drop_table("bank_standing")
