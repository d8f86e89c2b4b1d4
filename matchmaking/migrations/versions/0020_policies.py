"""Proposed and adopted weights of matching, and what was done with each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "policy_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("base_version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("pairs_digest", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'adopted', 'set_aside', 'withdrawn')", name=op.f("ck_policy_version_state_known")
        ),
        sa.CheckConstraint(
            "(state IN ('adopted', 'withdrawn')) = (since IS NOT NULL)",
            name=op.f("ck_policy_version_adopted_has_its_day"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (until IS NOT NULL)", name=op.f("ck_policy_version_withdrawn_has_its_day")
        ),
        sa.CheckConstraint("row_version > 0", name=op.f("ck_policy_version_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("public_key", name=op.f("uq_policy_version_public_key")),
        sa.UniqueConstraint("version", name=op.f("uq_policy_version_version")),
    )
    op.create_index("ix_policy_version_since", "policy_version", ["since"], unique=False)
    op.create_table(
        "policy_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_policy_act_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_act")),
        sa.UniqueConstraint("policy_version_id", "number", name=op.f("uq_policy_act_policy_version_id_number")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("policy_act")
    op.drop_index("ix_policy_version_since", table_name="policy_version")
    op.drop_table("policy_version")
