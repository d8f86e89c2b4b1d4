"""Flags on figures with replies and decisions, and deposits that firms tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "figure_flag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("firms", sa.String(length=400), nullable=False),
        sa.Column("saw", sa.Text(), nullable=False),
        sa.Column("exhibits", sa.Text(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reply_due > notified_on", name=op.f("ck_figure_flag_term_has_days")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_figure_flag_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_flag")),
        sa.UniqueConstraint("portfolio_id", "key", name=op.f("uq_figure_flag_portfolio_id_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("figure_flag", schema=None) as batch_op:
        batch_op.create_index("ix_figure_flag_lender_id", ["lender", "id"], unique=False)
        batch_op.create_index("ix_figure_flag_portfolio_id_code_id", ["portfolio_id", "code", "id"], unique=False)

    op.create_table(
        "supplied_deposit",
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_key", sa.String(length=120), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_supplied_deposit_amount_positive")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_supplied_deposit_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplied_deposit")),
        sa.UniqueConstraint("public_key", name=op.f("uq_supplied_deposit_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("supplied_deposit", schema=None) as batch_op:
        batch_op.create_index("ix_supplied_deposit_portfolio_id_firm_key", ["portfolio_id", "firm_key"], unique=False)

    op.create_table(
        "flag_reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.String(length=8), nullable=False),
        sa.Column("speaker", sa.String(length=200), nullable=False),
        sa.Column("branch", sa.String(length=200), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("branch IS NULL OR party = 'bank'", name=op.f("ck_flag_reply_branch_is_a_banks")),
        sa.CheckConstraint("party IN ('bank', 'firm', 'bureau')", name=op.f("ck_flag_reply_party_known")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_flag_reply_says_something")),
        sa.ForeignKeyConstraint(["flag_id"], ["figure_flag.id"], name=op.f("fk_flag_reply_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_reply")),
        info={"append_only": True},
    )
    with op.batch_alter_table("flag_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_reply_flag_id"), ["flag_id"], unique=False)

    op.create_table(
        "flag_verdict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('upheld', 'explained', 'withdrawn')", name=op.f("ck_flag_verdict_kind_known")),
        sa.CheckConstraint("words <> '' AND document <> ''", name=op.f("ck_flag_verdict_says_why")),
        sa.ForeignKeyConstraint(["flag_id"], ["figure_flag.id"], name=op.f("fk_flag_verdict_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_verdict")),
        info={"append_only": True},
    )
    with op.batch_alter_table("flag_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_verdict_flag_id"), ["flag_id"], unique=False)

    op.create_table(
        "flagged_signing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_stake", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_flagged_signing_agreement_id")),
        sa.ForeignKeyConstraint(["flag_id"], ["figure_flag.id"], name=op.f("fk_flagged_signing_flag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flagged_signing")),
        sa.UniqueConstraint("flag_id", "agreement_id", name=op.f("uq_flagged_signing_flag_id_agreement_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("flagged_signing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flagged_signing_agreement_id"), ["agreement_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("flagged_signing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flagged_signing_agreement_id"))

    op.drop_table("flagged_signing")
    with op.batch_alter_table("flag_verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_verdict_flag_id"))

    op.drop_table("flag_verdict")
    with op.batch_alter_table("flag_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_reply_flag_id"))

    op.drop_table("flag_reply")
    with op.batch_alter_table("supplied_deposit", schema=None) as batch_op:
        batch_op.drop_index("ix_supplied_deposit_portfolio_id_firm_key")

    op.drop_table("supplied_deposit")
    with op.batch_alter_table("figure_flag", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_flag_portfolio_id_code_id")
        batch_op.drop_index("ix_figure_flag_lender_id")

    op.drop_table("figure_flag")
