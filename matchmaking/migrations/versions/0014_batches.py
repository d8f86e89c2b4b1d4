"""Lists frozen with their hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("asked_minor", sa.BigInteger(), nullable=True),
        sa.Column("membership_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND membership_sha256 IS NOT NULL AND members > 0 AND asked_minor > 0)",
            name=op.f("ck_batch_frozen_is_complete"),
        ),
        sa.CheckConstraint("kind IN ('city', 'upward')", name=op.f("ck_batch_kind_known")),
        sa.CheckConstraint("number <> '' AND title <> ''", name=op.f("ck_batch_named")),
        sa.CheckConstraint("state IN ('draft', 'frozen', 'discarded')", name=op.f("ck_batch_state_known")),
        sa.CheckConstraint("version > 0", name=op.f("ck_batch_version_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_batch_number")),
        sa.UniqueConstraint("public_key", name=op.f("uq_batch_public_key")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_kind_id", ["kind", "id"], unique=False)

    op.create_table(
        "batch_member",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=False),
        sa.Column("asked_unit", sa.String(length=8), nullable=False),
        sa.Column("amount_confirmed", sa.Boolean(), nullable=False),
        sa.Column("need_key", sa.String(length=120), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("asked_unit IN ('wan', 'yuan')", name=op.f("ck_batch_member_amount_has_its_unit")),
        sa.CheckConstraint("asked_minor > 0", name=op.f("ck_batch_member_amount_positive")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_member_batch_id")),
        sa.ForeignKeyConstraint(["need_key"], ["need.public_key"], name=op.f("fk_batch_member_need_key")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_batch_member_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_member")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_batch_member_batch_id_position")),
        info={"append_only": True},
    )
    with op.batch_alter_table("batch_member", schema=None) as batch_op:
        batch_op.create_index("ix_batch_member_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "batch_member_struck",
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["batch_member.id"], name=op.f("fk_batch_member_struck_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_member_struck")),
        sa.UniqueConstraint("member_id", name=op.f("uq_batch_member_struck_member_id")),
        info={"append_only": True},
    )
    op.create_table(
        "batch_outcome",
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("outcome <> 'declined' OR words <> ''", name=op.f("ck_batch_outcome_declined_says_why")),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'declined', 'unknown')", name=op.f("ck_batch_outcome_outcome_known")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["batch_member.id"], name=op.f("fk_batch_outcome_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_outcome")),
        info={"append_only": True},
    )
    with op.batch_alter_table("batch_outcome", schema=None) as batch_op:
        batch_op.create_index("ix_batch_outcome_member_id", ["member_id", "id"], unique=False)

    op.create_table(
        "batch_restatement",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=500), nullable=False),
        sa.Column("difference_members", sa.Integer(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("cause <> ''", name=op.f("ck_batch_restatement_cause_given")),
        sa.CheckConstraint(
            "difference_members <> 0 OR difference_minor <> 0", name=op.f("ck_batch_restatement_says_a_difference")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_restatement_batch_id")),
        sa.ForeignKeyConstraint(["member_id"], ["batch_member.id"], name=op.f("fk_batch_restatement_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_restatement")),
        info={"append_only": True},
    )
    with op.batch_alter_table("batch_restatement", schema=None) as batch_op:
        batch_op.create_index("ix_batch_restatement_batch_id", ["batch_id", "id"], unique=False)

    op.create_table(
        "batch_test",
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("test", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "test IN ('lawful', 'premises', 'true_need', 'credit', 'lawful_use')", name=op.f("ck_batch_test_test_known")
        ),
        sa.CheckConstraint("verdict = 'unknown' OR words <> ''", name=op.f("ck_batch_test_verdict_has_its_ground")),
        sa.CheckConstraint("verdict IN ('passed', 'failed', 'unknown')", name=op.f("ck_batch_test_verdict_known")),
        sa.ForeignKeyConstraint(["member_id"], ["batch_member.id"], name=op.f("fk_batch_test_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_test")),
        info={"append_only": True},
    )
    with op.batch_alter_table("batch_test", schema=None) as batch_op:
        batch_op.create_index("ix_batch_test_member_id", ["member_id", "id"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("batch_test", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_test_member_id")

    op.drop_table("batch_test")
    with op.batch_alter_table("batch_restatement", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_restatement_batch_id")

    op.drop_table("batch_restatement")
    with op.batch_alter_table("batch_outcome", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_outcome_member_id")

    op.drop_table("batch_outcome")
    op.drop_table("batch_member_struck")
    with op.batch_alter_table("batch_member", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_member_organisation_id")

    op.drop_table("batch_member")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_kind_id")

    op.drop_table("batch")
