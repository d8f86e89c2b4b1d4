"""Recommendations and referrals, and the reading log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("under", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        info={"append_only": True},
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index("ix_access_log_subject", ["subject", "id"], unique=False)

    op.create_table(
        "ranking_choice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("automated", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ranking_choice_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_choice")),
        info={"append_only": True},
    )
    with op.batch_alter_table("ranking_choice", schema=None) as batch_op:
        batch_op.create_index("ix_ranking_choice_organisation_id", ["organisation_id", "id"], unique=False)

    op.create_table(
        "recommendation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_version", sa.Integer(), nullable=False),
        sa.Column("product_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= 100000", name=op.f("ck_recommendation_points_within_a_hundred")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_recommendation_need_id")),
        sa.ForeignKeyConstraint(
            ["product_version_id"], ["product_version.id"], name=op.f("fk_recommendation_product_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        info={"append_only": True},
    )
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.create_index("ix_recommendation_need_id", ["need_id"], unique=False)
        batch_op.create_index("ix_recommendation_product_version_id", ["product_version_id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("legal_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recommendation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_by", sa.String(length=8), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("industry_code", sa.String(length=8), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sent_by IN ('firm', 'bureau')", name=op.f("ck_referral_sent_by_known")),
        sa.CheckConstraint(
            "state IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved', 'signed', 'declined', 'refused', 'withdrawn', 'transferred', 'released', 'terminated', 'lapsed', 'merged')",
            name=op.f("ck_referral_state_known"),
        ),
        sa.CheckConstraint("amount_minor > 0 AND term_months > 0", name=op.f("ck_referral_asks_for_something")),
        sa.CheckConstraint("due_on >= sent_on", name=op.f("ck_referral_due_after_it_was_sent")),
        sa.CheckConstraint("version > 0", name=op.f("ck_referral_version_counts")),
        sa.ForeignKeyConstraint(["legal_person_id"], ["organisation.id"], name=op.f("fk_referral_legal_person_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_referral_need_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["user_account.id"], name=op.f("fk_referral_officer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")),
        sa.ForeignKeyConstraint(
            ["product_version_id"], ["product_version.id"], name=op.f("fk_referral_product_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendation.id"], name=op.f("fk_referral_recommendation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("public_key", name=op.f("uq_referral_public_key")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index("ix_referral_need_id", ["need_id"], unique=False)
        batch_op.create_index(
            "ix_referral_organisation_id_state_due_on", ["organisation_id", "state", "due_on"], unique=False
        )
        batch_op.create_index("ix_referral_state_sent_on", ["state", "sent_on"], unique=False)
        batch_op.create_index(
            "uq_referral_one_live",
            ["need_id", "legal_person_id"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved', 'signed')"
            ),
            postgresql_where=sa.text(
                "state IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved', 'signed')"
            ),
        )

    op.create_table(
        "referral_decline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("reason_group", sa.String(length=24), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "reason_code <> '' AND reason_group <> ''", name=op.f("ck_referral_decline_reason_is_coded")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_decline_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_decline")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_referral_decline_referral_id")),
        info={"append_only": True},
    )
    op.create_table(
        "referral_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["user_account.id"], name=op.f("fk_referral_event_officer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_referral_event_organisation_id")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_event_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_event")),
        sa.UniqueConstraint("referral_id", "number", name=op.f("uq_referral_event_referral_id_number")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("referral_event")
    op.drop_table("referral_decline")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_referral_one_live",
            sqlite_where=sa.text(
                "state IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved', 'signed')"
            ),
            postgresql_where=sa.text(
                "state IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved', 'signed')"
            ),
        )
        batch_op.drop_index("ix_referral_state_sent_on")
        batch_op.drop_index("ix_referral_organisation_id_state_due_on")
        batch_op.drop_index("ix_referral_need_id")

    op.drop_table("referral")
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_index("ix_recommendation_product_version_id")
        batch_op.drop_index("ix_recommendation_need_id")

    op.drop_table("recommendation")
    with op.batch_alter_table("ranking_choice", schema=None) as batch_op:
        batch_op.drop_index("ix_ranking_choice_organisation_id")

    op.drop_table("ranking_choice")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index("ix_access_log_subject")

    op.drop_table("access_log")
