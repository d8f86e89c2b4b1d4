"""Credit decisions, and papers on their way to two signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "credit_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("referral_key", sa.String(length=120), nullable=False),
        sa.Column("need_key", sa.String(length=120), nullable=False),
        sa.Column("need_minor", sa.BigInteger(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bank_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("line_minor", sa.BigInteger(), nullable=True),
        sa.Column("revolving", sa.Boolean(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("lpr_tenor", sa.String(length=2), nullable=False),
        sa.Column("lpr_on", sa.Date(), nullable=True),
        sa.Column("spread_bp", sa.Integer(), nullable=True),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason_words", sa.String(length=1000), nullable=False),
        sa.Column("reason_version", sa.Integer(), nullable=True),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decided_by = '' OR decided_by <> submitted_by", name=op.f("ck_credit_decision_maker_is_not_checker")
        ),
        sa.CheckConstraint("lpr_tenor IN ('', '1Y', '5Y')", name=op.f("ck_credit_decision_tenor_known")),
        sa.CheckConstraint(
            "state <> 'approved' OR (line_minor IS NOT NULL AND expires_on IS NOT NULL AND rate_ppm IS NOT NULL "
            "AND term_months > 0 AND decided_on IS NOT NULL)",
            name=op.f("ck_credit_decision_approved_is_complete"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR (reason_code <> '' AND decided_on IS NOT NULL)",
            name=op.f("ck_credit_decision_refused_says_why"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'refused', 'discarded', 'turned_down', 'revoked', 'lapsed')",
            name=op.f("ck_credit_decision_state_known"),
        ),
        sa.CheckConstraint("line_minor IS NULL OR line_minor > 0", name=op.f("ck_credit_decision_line_positive")),
        sa.CheckConstraint("version > 0", name=op.f("ck_credit_decision_version_counts")),
        sa.ForeignKeyConstraint(["bank_id"], ["organisation.id"], name=op.f("fk_credit_decision_bank_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["organisation.id"], name=op.f("fk_credit_decision_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_decision")),
        sa.UniqueConstraint("public_key", name=op.f("uq_credit_decision_public_key")),
    )
    with op.batch_alter_table("credit_decision", schema=None) as batch_op:
        batch_op.create_index("ix_credit_decision_bank_id_id", ["bank_id", "id"], unique=False)
        batch_op.create_index("ix_credit_decision_firm_id_id", ["firm_id", "id"], unique=False)
        batch_op.create_index("ix_credit_decision_state_expires_on", ["state", "expires_on"], unique=False)
        batch_op.create_index(
            "uq_credit_decision_open",
            ["referral_key"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
        )

    op.create_table(
        "credit_decision_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["credit_decision.id"], name=op.f("fk_credit_decision_event_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_decision_event")),
        sa.UniqueConstraint("decision_id", "number", name=op.f("uq_credit_decision_event_decision_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bank_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=30), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("revolving", sa.Boolean(), nullable=False),
        sa.Column("declared", sa.String(length=12), nullable=False),
        sa.Column("baseline_minor", sa.BigInteger(), nullable=False),
        sa.Column("baseline_ious", sa.Text(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("available_until", sa.Date(), nullable=True),
        sa.Column("event_key", sa.String(length=120), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("firm_signed_by", sa.String(length=80), nullable=False),
        sa.Column("bank_signed_by", sa.String(length=80), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'signed') = (signed_on IS NOT NULL)", name=op.f("ck_paper_signed_has_its_day")),
        sa.CheckConstraint("agreement_id IS NULL OR state = 'signed'", name=op.f("ck_paper_agreement_is_signed")),
        sa.CheckConstraint("declared IN ('new', 'renewal')", name=op.f("ck_paper_declared_known")),
        sa.CheckConstraint(
            "instrument IN ('intent_letter', 'commitment_letter', 'credit_line', 'loan_contract')",
            name=op.f("ck_paper_instrument_known"),
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'offered', 'firm_signed', 'signed', 'discarded', 'turned_down', 'revoked', 'lapsed')",
            name=op.f("ck_paper_state_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_paper_amount_positive")),
        sa.CheckConstraint("baseline_minor >= 0", name=op.f("ck_paper_baseline_not_negative")),
        sa.CheckConstraint("rate_ppm > 0", name=op.f("ck_paper_rate_positive")),
        sa.CheckConstraint("term_months > 0", name=op.f("ck_paper_term_positive")),
        sa.CheckConstraint("version > 0", name=op.f("ck_paper_version_counts")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_paper_agreement_id")),
        sa.ForeignKeyConstraint(["bank_id"], ["organisation.id"], name=op.f("fk_paper_bank_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["credit_decision.id"], name=op.f("fk_paper_decision_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["organisation.id"], name=op.f("fk_paper_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_paper_agreement_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_paper_public_key")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index("ix_paper_bank_id_id", ["bank_id", "id"], unique=False)
        batch_op.create_index("ix_paper_decision_id", ["decision_id"], unique=False)
        batch_op.create_index("ix_paper_firm_id_id", ["firm_id", "id"], unique=False)

    op.create_table(
        "paper_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_event_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_event")),
        sa.UniqueConstraint("paper_id", "number", name=op.f("uq_paper_event_paper_id_number")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("paper_event")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index("ix_paper_firm_id_id")
        batch_op.drop_index("ix_paper_decision_id")
        batch_op.drop_index("ix_paper_bank_id_id")

    op.drop_table("paper")
    op.drop_table("credit_decision_event")
    with op.batch_alter_table("credit_decision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_credit_decision_open",
            sqlite_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted', 'approved')"),
        )
        batch_op.drop_index("ix_credit_decision_state_expires_on")
        batch_op.drop_index("ix_credit_decision_firm_id_id")
        batch_op.drop_index("ix_credit_decision_bank_id_id")

    op.drop_table("credit_decision")
