"""Agreements, with their terms, conditions and exits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("series", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=160), nullable=False),
        sa.Column("firm", sa.String(length=300), nullable=True),
        sa.Column("lender", sa.String(length=200), nullable=True),
        sa.Column("branch", sa.String(length=200), nullable=True),
        sa.Column("area_scheme", sa.String(length=40), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("area_name", sa.String(length=120), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("instrument", sa.String(length=30), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("by_project_plan", sa.Boolean(), nullable=False),
        sa.Column("available_until", sa.Date(), nullable=True),
        sa.Column("declared", sa.String(length=12), nullable=False),
        sa.Column("revolving", sa.Boolean(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("need_key", sa.String(length=120), nullable=True),
        sa.Column("need_minor", sa.BigInteger(), nullable=True),
        sa.Column("event_key", sa.String(length=120), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("declared IN ('new', 'renewal', 'unknown')", name=op.f("ck_agreement_declared_known")),
        sa.CheckConstraint(
            "origin = 'statement' OR (signed_on IS NOT NULL AND (amount_minor > 0 OR instrument = 'strategic'))",
            name=op.f("ck_agreement_case_is_signed"),
        ),
        sa.CheckConstraint("origin IN ('case', 'statement')", name=op.f("ck_agreement_origin_known")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_agreement_portfolio_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["agreement.id"], name=op.f("fk_agreement_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "portfolio_id", "series", "external_id", name=op.f("uq_agreement_portfolio_id_series_external_id")
        ),
        sa.UniqueConstraint("public_key", name=op.f("uq_agreement_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_portfolio_id_id", ["portfolio_id", "id"], unique=False)

    op.create_table(
        "fact_void",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fact_key", sa.String(length=120), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_fact_void_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_void")),
        sa.UniqueConstraint("fact_key", name=op.f("uq_fact_void_fact_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_fact_void_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("fact_void", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_void_portfolio_id"), ["portfolio_id"], unique=False)

    op.create_table(
        "agreement_exit",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by_party", sa.String(length=8), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("exited_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("by_party IN ('firm', 'bank', 'both')", name=op.f("ck_agreement_exit_party_known")),
        sa.CheckConstraint("kind <> 'bank_ends' OR reason <> ''", name=op.f("ck_agreement_exit_bank_gives_its_reason")),
        sa.CheckConstraint(
            "kind IN ('firm_gives_up', 'bank_ends', 'agreed_cut')", name=op.f("ck_agreement_exit_kind_known")
        ),
        sa.CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name=op.f("ck_agreement_exit_amount_positive")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_exit_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_exit")),
        sa.UniqueConstraint("public_key", name=op.f("uq_agreement_exit_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("agreement_exit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_exit_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "baseline",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("ious", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_baseline_balance_not_negative")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_baseline_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("public_key", name=op.f("uq_baseline_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_baseline_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "condition",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("holder IN ('firm', 'guarantor', 'bank', 'permit')", name=op.f("ck_condition_holder_known")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_condition_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("public_key", name=op.f("uq_condition_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_condition_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "draw_request",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_draw_request_amount_positive")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_draw_request_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_request")),
        sa.UniqueConstraint("public_key", name=op.f("uq_draw_request_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("draw_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_request_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "drawable_mark",
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor >= 0", name=op.f("ck_drawable_mark_amount_not_negative")
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_drawable_mark_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawable_mark")),
        sa.UniqueConstraint("public_key", name=op.f("uq_drawable_mark_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("drawable_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drawable_mark_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "condition_met",
        sa.Column("condition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"], name=op.f("fk_condition_met_condition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_met")),
        sa.UniqueConstraint("condition_id", name=op.f("uq_condition_met_condition_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_condition_met_public_key")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("condition_met")
    with op.batch_alter_table("drawable_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drawable_mark_agreement_id"))

    op.drop_table("drawable_mark")
    with op.batch_alter_table("draw_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_request_agreement_id"))

    op.drop_table("draw_request")
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_condition_agreement_id"))

    op.drop_table("condition")
    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_baseline_agreement_id"))

    op.drop_table("baseline")
    with op.batch_alter_table("agreement_exit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_exit_agreement_id"))

    op.drop_table("agreement_exit")
    with op.batch_alter_table("fact_void", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_void_portfolio_id"))

    op.drop_table("fact_void")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_portfolio_id_id")

    op.drop_table("agreement")
