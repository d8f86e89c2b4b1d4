"""Verdicts on flags are proposed by one person and confirmed by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "flag_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('upheld', 'explained', 'withdrawn')", name=op.f("ck_flag_proposal_kind_known")),
        sa.CheckConstraint("words <> '' AND document <> ''", name=op.f("ck_flag_proposal_says_why")),
        sa.ForeignKeyConstraint(["flag_id"], ["figure_flag.id"], name=op.f("fk_flag_proposal_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_proposal")),
        info={"append_only": True},
    )
    with op.batch_alter_table("flag_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_proposal_flag_id"), ["flag_id"], unique=False)

    op.create_table(
        "flag_confirmation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["flag_proposal.id"], name=op.f("fk_flag_confirmation_proposal_id")),
        sa.ForeignKeyConstraint(["verdict_id"], ["flag_verdict.id"], name=op.f("fk_flag_confirmation_verdict_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_confirmation")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_flag_confirmation_proposal_id")),
        sa.UniqueConstraint("verdict_id", name=op.f("uq_flag_confirmation_verdict_id")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("flag_confirmation")
    with op.batch_alter_table("flag_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_proposal_flag_id"))

    op.drop_table("flag_proposal")
