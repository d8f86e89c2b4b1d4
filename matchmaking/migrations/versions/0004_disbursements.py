"""Disbursements and repayments: what is reported, answered, voided and decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "balance_observation",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm", sa.String(length=300), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_balance_observation_balance_not_negative")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_balance_observation_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_observation")),
        sa.UniqueConstraint("public_key", name=op.f("uq_balance_observation_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("balance_observation", schema=None) as batch_op:
        batch_op.create_index("ix_balance_observation_portfolio_id_firm", ["portfolio_id", "firm"], unique=False)

    op.create_table(
        "bank_report",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_bank_report_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_report")),
        sa.UniqueConstraint("public_key", name=op.f("uq_bank_report_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("bank_report", schema=None) as batch_op:
        batch_op.create_index("ix_bank_report_portfolio_id_lender", ["portfolio_id", "lender"], unique=False)

    op.create_table(
        "disbursement",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("branch", sa.String(length=200), nullable=False),
        sa.Column("iou_no", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("payee", sa.String(length=200), nullable=True),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("repeats_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("form IN ('loan', 'acceptance', 'other')", name=op.f("ck_disbursement_form_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_disbursement_amount_positive")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_disbursement_revision_counts_from_one")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_disbursement_agreement_id")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_disbursement_portfolio_id")),
        sa.ForeignKeyConstraint(["repeats_id"], ["disbursement.id"], name=op.f("fk_disbursement_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint(
            "portfolio_id",
            "lender",
            "iou_no",
            "revision",
            name=op.f("uq_disbursement_portfolio_id_lender_iou_no_revision"),
        ),
        sa.UniqueConstraint("public_key", name=op.f("uq_disbursement_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("disbursement", schema=None) as batch_op:
        batch_op.create_index("ix_disbursement_agreement_id_value_on", ["agreement_id", "value_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_disbursement_repeats_id"), ["repeats_id"], unique=False)

    op.create_table(
        "disbursement_position",
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("drawn_minor", sa.BigInteger(), nullable=False),
        sa.Column("repaid_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "drawn_minor - repaid_minor <= limit_minor", name=op.f("ck_disbursement_position_never_more_than_signed")
        ),
        sa.CheckConstraint("drawn_minor >= 0", name=op.f("ck_disbursement_position_drawn_not_negative")),
        sa.CheckConstraint("repaid_minor >= 0", name=op.f("ck_disbursement_position_repaid_not_negative")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_disbursement_position_agreement_id")),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_disbursement_position")),
    )
    op.create_table(
        "confirmation",
        sa.Column("disbursement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("device_shared", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("answer IN ('right', 'wrong', 'not_received')", name=op.f("ck_confirmation_answer_known")),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor >= 0", name=op.f("ck_confirmation_amount_not_negative")
        ),
        sa.ForeignKeyConstraint(["disbursement_id"], ["disbursement.id"], name=op.f("fk_confirmation_disbursement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("public_key", name=op.f("uq_confirmation_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_disbursement_id"), ["disbursement_id"], unique=False)

    op.create_table(
        "disbursement_void",
        sa.Column("disbursement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_disbursement_void_disbursement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement_void")),
        sa.UniqueConstraint("disbursement_id", name=op.f("uq_disbursement_void_disbursement_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_disbursement_void_public_key")),
        info={"append_only": True},
    )
    op.create_table(
        "repayment",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("disbursement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("firm", sa.String(length=300), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("iou_no", sa.String(length=80), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_repayment_amount_positive")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_repayment_agreement_id")),
        sa.ForeignKeyConstraint(["disbursement_id"], ["disbursement.id"], name=op.f("fk_repayment_disbursement_id")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_repayment_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment")),
        sa.UniqueConstraint("public_key", name=op.f("uq_repayment_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("repayment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repayment_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index("ix_repayment_portfolio_id_firm", ["portfolio_id", "firm"], unique=False)

    op.create_table(
        "third_party_line",
        sa.Column("disbursement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_third_party_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_third_party_line_disbursement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_third_party_line")),
        sa.UniqueConstraint("public_key", name=op.f("uq_third_party_line_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("third_party_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_third_party_line_disbursement_id"), ["disbursement_id"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("disbursement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(disbursement_id IS NOT NULL AND kind IN ('for_bank', 'for_firm', 'distinct')) OR (agreement_id IS NOT NULL AND kind IN ('duplicate_signing', 'signing_stands', 'flag_upheld', 'flag_dismissed'))",
            name=op.f("ck_verdict_kind_fits_subject"),
        ),
        sa.CheckConstraint(
            "kind <> 'duplicate_signing' OR other_id IS NOT NULL", name=op.f("ck_verdict_duplicate_names_its_twin")
        ),
        sa.CheckConstraint("(disbursement_id IS NULL) <> (agreement_id IS NULL)", name=op.f("ck_verdict_one_subject")),
        sa.CheckConstraint("other_id IS NULL OR other_id <> agreement_id", name=op.f("ck_verdict_twin_is_another")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_verdict_agreement_id")),
        sa.ForeignKeyConstraint(["disbursement_id"], ["disbursement.id"], name=op.f("fk_verdict_disbursement_id")),
        sa.ForeignKeyConstraint(["other_id"], ["agreement.id"], name=op.f("fk_verdict_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint("public_key", name=op.f("uq_verdict_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdict_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_verdict_disbursement_id"), ["disbursement_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verdict_disbursement_id"))
        batch_op.drop_index(batch_op.f("ix_verdict_agreement_id"))

    op.drop_table("verdict")
    with op.batch_alter_table("third_party_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_third_party_line_disbursement_id"))

    op.drop_table("third_party_line")
    with op.batch_alter_table("repayment", schema=None) as batch_op:
        batch_op.drop_index("ix_repayment_portfolio_id_firm")
        batch_op.drop_index(batch_op.f("ix_repayment_agreement_id"))

    op.drop_table("repayment")
    op.drop_table("disbursement_void")
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmation_disbursement_id"))

    op.drop_table("confirmation")
    op.drop_table("disbursement_position")
    with op.batch_alter_table("disbursement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disbursement_repeats_id"))
        batch_op.drop_index("ix_disbursement_agreement_id_value_on")

    op.drop_table("disbursement")
    with op.batch_alter_table("bank_report", schema=None) as batch_op:
        batch_op.drop_index("ix_bank_report_portfolio_id_lender")

    op.drop_table("bank_report")
    with op.batch_alter_table("balance_observation", schema=None) as batch_op:
        batch_op.drop_index("ix_balance_observation_portfolio_id_firm")

    op.drop_table("balance_observation")
