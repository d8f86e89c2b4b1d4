"""Meetings and their sign-in sheets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("freezes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("firms", sa.Integer(), nullable=True),
        sa.Column("banks", sa.Integer(), nullable=True),
        sa.Column("sheet_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_at IS NOT NULL AND sheet_sha256 IS NOT NULL AND firms IS NOT NULL AND banks IS NOT NULL)",
            name=op.f("ck_event_frozen_is_complete"),
        ),
        sa.CheckConstraint("kind IN ('matching', 'regular')", name=op.f("ck_event_kind_known")),
        sa.CheckConstraint("number <> '' AND name <> '' AND place <> ''", name=op.f("ck_event_named")),
        sa.CheckConstraint("state IN ('open', 'frozen')", name=op.f("ck_event_state_known")),
        sa.CheckConstraint("freezes_on > held_on", name=op.f("ck_event_freezes_after_it")),
        sa.CheckConstraint("version > 0", name=op.f("ck_event_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("number", name=op.f("uq_event_number")),
        sa.UniqueConstraint("public_key", name=op.f("uq_event_public_key")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_held_on_id", ["held_on", "id"], unique=False)
        batch_op.create_index("ix_event_state_freezes_on", ["state", "freezes_on"], unique=False)

    op.create_table(
        "event_outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("facts_seq", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=30), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("paid_papers", sa.Integer(), nullable=False),
        sa.Column("signed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("verified_minor", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("standing IN ('member', 'pre_event', 'late')", name=op.f("ck_event_outcome_standing_known")),
        sa.CheckConstraint("papers > 0", name=op.f("ck_event_outcome_papers_counted")),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name=op.f("fk_event_outcome_portfolio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_outcome")),
        sa.UniqueConstraint(
            "event_key",
            "portfolio_id",
            "horizon",
            "as_of",
            "facts_seq",
            "instrument",
            "standing",
            name=op.f("uq_event_outcome_event_key_portfolio_id_horizon_as_of_facts_seq_instrument_standing"),
        ),
        info={"append_only": True},
    )
    op.create_table(
        "event_attendance",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("NOT late OR words <> ''", name=op.f("ck_event_attendance_late_says_why")),
        sa.CheckConstraint("side IN ('enterprise', 'bank')", name=op.f("ck_event_attendance_side_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_attendance_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_attendance_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attendance")),
        info={"append_only": True},
    )
    with op.batch_alter_table("event_attendance", schema=None) as batch_op:
        batch_op.create_index("ix_event_attendance_event_id", ["event_id", "id"], unique=False)
        batch_op.create_index("ix_event_attendance_organisation_id", ["organisation_id", "event_id"], unique=False)

    op.create_table(
        "event_invitation",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_invitation_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_invitation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_invitation")),
        sa.UniqueConstraint("event_id", "organisation_id", name=op.f("uq_event_invitation_event_id_organisation_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("event_invitation", schema=None) as batch_op:
        batch_op.create_index("ix_event_invitation_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "event_attendance_struck",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attendance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["event_attendance.id"], name=op.f("fk_event_attendance_struck_attendance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attendance_struck")),
        sa.UniqueConstraint("attendance_id", name=op.f("uq_event_attendance_struck_attendance_id")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("event_attendance_struck")
    with op.batch_alter_table("event_invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_event_invitation_organisation_id")

    op.drop_table("event_invitation")
    with op.batch_alter_table("event_attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_event_attendance_organisation_id")
        batch_op.drop_index("ix_event_attendance_event_id")

    op.drop_table("event_attendance")
    op.drop_table("event_outcome")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_state_freezes_on")
        batch_op.drop_index("ix_event_held_on_id")

    op.drop_table("event")
