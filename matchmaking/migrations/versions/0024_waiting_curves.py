"""Curves of waiting, kept beside the audits whose days they are of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "waiting_curves",
        sa.Column("id", BIG, nullable=False),
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column("wait", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["audit_snapshot.id"], name=op.f("fk_waiting_curves_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_curves")),
        sa.UniqueConstraint("snapshot_id", "wait", "made_at", name=op.f("uq_waiting_curves_snapshot_id_wait_made_at")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("waiting_curves")
