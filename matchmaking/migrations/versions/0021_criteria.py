"""What the need form asks for criteria, parks, declared fees, and what came of the agreements lenders signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward. Needs have answered nothing yet, products declare no fees."""
    op.add_column("need", sa.Column("answers", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("product_terms", sa.Column("fees", sa.Text(), nullable=False, server_default='{"rows":[]}'))
    op.add_column("enterprise_profile", sa.Column("park_kind", sa.String(length=24), nullable=True))
    op.create_table(
        "lender_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("lender_key", sa.String(length=120), nullable=False),
        sa.Column("size_class", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("signed_count", sa.Integer(), nullable=False),
        sa.Column("signed_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("audit_digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verified_minor >= 0 AND verified_minor <= signed_minor",
            name=op.f("ck_lender_record_verified_within_signed"),
        ),
        sa.CheckConstraint("signed_count > 0 AND signed_minor > 0", name=op.f("ck_lender_record_something_signed")),
        sa.CheckConstraint(
            "size_class IN ('micro', 'small', 'medium', 'large')", name=op.f("ck_lender_record_size_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lender_record")),
        sa.UniqueConstraint(
            "as_of",
            "lender_key",
            "size_class",
            "currency",
            name=op.f("uq_lender_record_as_of_lender_key_size_class_currency"),
        ),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("lender_record")
    op.drop_column("enterprise_profile", "park_kind")
    op.drop_column("product_terms", "fees")
    op.drop_column("need", "answers")
