"""Banks beside what others do; monthly slips and reminders; what a meeting cost, and its net-new money."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "event_cost",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_event_cost_says_what_for")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_event_cost_amount_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_cost")),
        info={"append_only": True},
    )
    with op.batch_alter_table("event_cost", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_cost_event_key"), ["event_key"], unique=False)

    op.create_table(
        "monthly_slip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=False),
        sa.Column("scan_sha256", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (made_by = '')", name=op.f("ck_monthly_slip_made_by_somebody")),
        sa.CheckConstraint(
            "(state = 'returned') = (scan_sha256 IS NOT NULL)", name=op.f("ck_monthly_slip_returned_with_its_scan")
        ),
        sa.CheckConstraint(
            "(state IN ('checked', 'returned')) = (checked_by <> '')", name=op.f("ck_monthly_slip_checked_by_somebody")
        ),
        sa.CheckConstraint(
            "checked_by = '' OR checked_by <> made_by", name=op.f("ck_monthly_slip_maker_is_not_checker")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'made', 'checked', 'returned')", name=op.f("ck_monthly_slip_state_known")
        ),
        sa.CheckConstraint("version > 0 AND edition > 0", name=op.f("ck_monthly_slip_counts")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_monthly_slip_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_slip")),
        sa.UniqueConstraint(
            "portfolio_id", "lender", "month", "edition", name=op.f("uq_monthly_slip_portfolio_id_lender_month_edition")
        ),
        sa.UniqueConstraint("public_key", name=op.f("uq_monthly_slip_public_key")),
    )
    with op.batch_alter_table("monthly_slip", schema=None) as batch_op:
        batch_op.create_index("ix_monthly_slip_portfolio_id_month", ["portfolio_id", "month"], unique=False)

    op.create_table(
        "report_chase",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("means", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "means IN ('phone', 'letter', 'visit', 'message')", name=op.f("ck_report_chase_means_known")
        ),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_report_chase_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_chase")),
        info={"append_only": True},
    )
    with op.batch_alter_table("report_chase", schema=None) as batch_op:
        batch_op.create_index("ix_report_chase_portfolio_id_month", ["portfolio_id", "month"], unique=False)

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
        "slip_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["slip_id"], ["monthly_slip.id"], name=op.f("fk_slip_step_slip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_step")),
        sa.UniqueConstraint("slip_id", "number", name=op.f("uq_slip_step_slip_id_number")),
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

    op.add_column("event_outcome", sa.Column("net_new_minor", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("event_outcome", "net_new_minor")

    with op.batch_alter_table("bank_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_comment_portfolio_id"))

    op.drop_table("bank_comment")
    op.drop_table("bank_case")
    op.drop_table("slip_step")
    op.drop_table("bank_standing")
    with op.batch_alter_table("report_chase", schema=None) as batch_op:
        batch_op.drop_index("ix_report_chase_portfolio_id_month")

    op.drop_table("report_chase")
    with op.batch_alter_table("monthly_slip", schema=None) as batch_op:
        batch_op.drop_index("ix_monthly_slip_portfolio_id_month")

    op.drop_table("monthly_slip")
    with op.batch_alter_table("event_cost", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_cost_event_key"))

    op.drop_table("event_cost")
