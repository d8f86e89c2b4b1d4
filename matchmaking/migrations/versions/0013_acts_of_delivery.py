"""What banks and firms do after signing: fees and payees, branches' reports, agreed cuts, paying branches."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = (
    ("paper", "dated_on", sa.Date),
    ("paper", "follows_key", lambda: sa.String(length=120)),
    ("disbursement", "own_payment_reason", lambda: sa.String(length=300)),
    ("disbursement", "fees", sa.Text),
    ("agreement_exit", "reason_code", lambda: sa.String(length=40)),
    ("bank_report", "branch", lambda: sa.String(length=200)),
)


def upgrade() -> None:
    """Forward."""
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind(), nullable=True))
    op.create_table(
        "cut_proposal",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        *_recorded(),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_cut_proposal_amount_positive")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_cut_proposal_says_why")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_cut_proposal_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_proposal")),
        sa.UniqueConstraint("public_key", name=op.f("uq_cut_proposal_public_key")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_cut_proposal_agreement_id"), "cut_proposal", ["agreement_id"])
    op.create_table(
        "cut_answer",
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        *_recorded(),
        sa.CheckConstraint("answer IN ('agreed', 'declined', 'taken_back')", name=op.f("ck_cut_answer_answer_known")),
        sa.ForeignKeyConstraint(["proposal_id"], ["cut_proposal.id"], name=op.f("fk_cut_answer_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_answer")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_cut_answer_proposal_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_cut_answer_public_key")),
        info={"append_only": True},
    )
    op.create_table(
        "paying_branch",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bank_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("named_on", sa.Date(), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_paying_branch_agreement_id")),
        sa.ForeignKeyConstraint(["bank_id"], ["organisation.id"], name=op.f("fk_paying_branch_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paying_branch")),
        sa.UniqueConstraint("agreement_id", "bank_id", name=op.f("uq_paying_branch_agreement_id_bank_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_paying_branch_public_key")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_paying_branch_bank_id"), "paying_branch", ["bank_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_paying_branch_bank_id"), table_name="paying_branch")
    op.drop_table("paying_branch")
    op.drop_table("cut_answer")
    op.drop_index(op.f("ix_cut_proposal_agreement_id"), table_name="cut_proposal")
    op.drop_table("cut_proposal")
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)


def _recorded() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )
