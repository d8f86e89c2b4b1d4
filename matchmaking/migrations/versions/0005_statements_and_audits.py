"""Statements and their positions, findings, and stored audits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "audit_snapshot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("facts_seq", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_audit_snapshot_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_snapshot")),
        sa.UniqueConstraint(
            "portfolio_id",
            "as_of",
            "known_on",
            "facts_seq",
            name=op.f("uq_audit_snapshot_portfolio_id_as_of_known_on_facts_seq"),
        ),
        info={"append_only": True},
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("series", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("mapping", sa.String(length=60), nullable=False),
        sa.Column("mapping_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rounded_to", sa.BigInteger(), nullable=True),
        sa.Column("earlier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("comparison", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["earlier_id"], ["statement.id"], name=op.f("fk_statement_earlier_id")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_statement_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("public_key", name=op.f("uq_statement_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_statement_portfolio_id_series_as_of", ["portfolio_id", "series", "as_of"], unique=False
        )

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_finding_agreement_id")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_finding_portfolio_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_finding_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("key", name=op.f("uq_finding_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_agreement_id", ["agreement_id"], unique=False)
        batch_op.create_index("ix_finding_portfolio_id_code_as_of", ["portfolio_id", "code", "as_of"], unique=False)

    op.create_table(
        "statement_position",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("firm", sa.String(length=300), nullable=True),
        sa.Column("lender", sa.String(length=200), nullable=True),
        sa.Column("branch", sa.String(length=200), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=True),
        sa.Column("area_name", sa.String(length=120), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("instrument", sa.String(length=30), nullable=True),
        sa.Column("status", sa.String(length=80), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("first_money_on", sa.Date(), nullable=True),
        sa.Column("last_money_on", sa.Date(), nullable=True),
        sa.Column("original_minor", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_minor", sa.BigInteger(), nullable=True),
        sa.Column("undisbursed_minor", sa.BigInteger(), nullable=True),
        sa.Column("disbursed_minor", sa.BigInteger(), nullable=True),
        sa.Column("repaid_minor", sa.BigInteger(), nullable=True),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_statement_position_agreement_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_position_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_position")),
        sa.UniqueConstraint(
            "statement_id", "agreement_id", name=op.f("uq_statement_position_statement_id_agreement_id")
        ),
        info={"append_only": True},
    )
    with op.batch_alter_table("statement_position", schema=None) as batch_op:
        batch_op.create_index("ix_statement_position_agreement_id", ["agreement_id"], unique=False)

    op.create_table(
        "audit_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grade", sa.String(length=30), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("bucket", sa.String(length=4), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_audit_line_agreement_id")),
        sa.ForeignKeyConstraint(["position_id"], ["statement_position.id"], name=op.f("fk_audit_line_position_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_audit_line_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
        info={"append_only": True},
    )
    with op.batch_alter_table("audit_line", schema=None) as batch_op:
        batch_op.create_index("ix_audit_line_agreement", ["snapshot_id", "agreement_id"], unique=False)
        batch_op.create_index(
            "ix_audit_line_bucket", ["snapshot_id", "standing", "grade", "bucket", "amount_minor"], unique=False
        )

    op.create_table(
        "audit_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("external_id", sa.String(length=160), nullable=False),
        sa.Column("firm", sa.String(length=300), nullable=True),
        sa.Column("lender", sa.String(length=200), nullable=True),
        sa.Column("branch", sa.String(length=200), nullable=True),
        sa.Column("area_name", sa.String(length=120), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("grade", sa.String(length=30), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("signed_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=True),
        sa.Column("buckets", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_audit_row_agreement_id")),
        sa.ForeignKeyConstraint(["position_id"], ["statement_position.id"], name=op.f("fk_audit_row_position_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_audit_row_snapshot_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_audit_row_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
        sa.UniqueConstraint("snapshot_id", "agreement_id", name=op.f("uq_audit_row_snapshot_id_agreement_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index("ix_audit_row_signed", ["snapshot_id", "grade", "signed_minor"], unique=False)

    op.create_table(
        "finding_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_answer_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_answer")),
        info={"append_only": True},
    )
    with op.batch_alter_table("finding_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_answer_finding_id"), ["finding_id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("finding_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_answer_finding_id"))

    op.drop_table("finding_answer")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_row_signed")

    op.drop_table("audit_row")
    with op.batch_alter_table("audit_line", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_line_bucket")
        batch_op.drop_index("ix_audit_line_agreement")

    op.drop_table("audit_line")
    with op.batch_alter_table("statement_position", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_position_agreement_id")

    op.drop_table("statement_position")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_portfolio_id_code_as_of")
        batch_op.drop_index("ix_finding_agreement_id")

    op.drop_table("finding")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_portfolio_id_series_as_of")

    op.drop_table("statement")
    op.drop_table("audit_snapshot")
