"""The market: needs with their history, products with versions and terms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "need",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_unit", sa.String(length=8), nullable=False),
        sa.Column("amount_confirmed", sa.Boolean(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("purpose_words", sa.String(length=300), nullable=False),
        sa.Column("loan_kind", sa.String(length=24), nullable=False),
        sa.Column("guarantees", sa.Text(), nullable=False),
        sa.Column("rate_ceiling_ppm", sa.Integer(), nullable=True),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("zone_code", sa.String(length=40), nullable=True),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(amount_minor IS NULL) = (amount_unit = '')", name=op.f("ck_need_amount_has_its_unit")),
        sa.CheckConstraint("amount_unit IN ('', 'wan', 'yuan')", name=op.f("ck_need_unit_known")),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_need_entered_by_known")),
        sa.CheckConstraint(
            "state IN ('draft', 'returned', 'posted', 'discarded', 'verified', 'listed', 'referred', 'contracted', 'closed', 'withdrawn', 'expired', 'merged')",
            name=op.f("ck_need_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('posted', 'verified', 'listed', 'referred', 'contracted', 'closed') OR (amount_minor IS NOT NULL AND amount_minor > 0 AND term_months IS NOT NULL AND term_months > 0 AND purpose <> '' AND loan_kind <> '' AND posted_on IS NOT NULL AND expires_on IS NOT NULL)",
            name=op.f("ck_need_posted_is_complete"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_need_version_counts")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_need_organisation_id")),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_need_zone_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("public_key", name=op.f("uq_need_public_key")),
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index("ix_need_area_code_state_id", ["area_code", "state", "id"], unique=False)
        batch_op.create_index("ix_need_organisation_id_id", ["organisation_id", "id"], unique=False)
        batch_op.create_index("ix_need_state_expires_on", ["state", "expires_on"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_product_named")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_product_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_product_organisation_id_name")),
        sa.UniqueConstraint("public_key", name=op.f("uq_product_public_key")),
    )
    op.create_table(
        "need_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_event_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_event")),
        sa.UniqueConstraint("need_id", "number", name=op.f("uq_need_event_need_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "product_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state IN ('published', 'superseded', 'retired')) = (effective_from IS NOT NULL)",
            name=op.f("ck_product_version_published_has_its_day"),
        ),
        sa.CheckConstraint(
            "state <> 'superseded' OR effective_to IS NOT NULL", name=op.f("ck_product_version_superseded_has_ended")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'published', 'superseded', 'retired', 'discarded')",
            name=op.f("ck_product_version_state_known"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_version_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_version")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_product_version_product_id_number")),
    )
    with op.batch_alter_table("product_version", schema=None) as batch_op:
        batch_op.create_index("ix_product_version_state_effective_to", ["state", "effective_to"], unique=False)
        batch_op.create_index(
            "uq_product_version_one_draft",
            ["product_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )

    op.create_table(
        "product_terms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_min_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_max_minor", sa.BigInteger(), nullable=False),
        sa.Column("term_min", sa.Integer(), nullable=False),
        sa.Column("term_max", sa.Integer(), nullable=False),
        sa.Column("loan_kinds", sa.String(length=120), nullable=False),
        sa.Column("guarantees", sa.String(length=120), nullable=False),
        sa.Column("lpr_tenor", sa.String(length=4), nullable=False),
        sa.Column("spread_low_bp", sa.Integer(), nullable=False),
        sa.Column("spread_high_bp", sa.Integer(), nullable=False),
        sa.Column("quota_minor", sa.BigInteger(), nullable=True),
        sa.Column("promised_workdays", sa.Integer(), nullable=True),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("lpr_tenor IN ('1Y', '5Y')", name=op.f("ck_product_terms_tenor_known")),
        sa.CheckConstraint(
            "amount_max_minor > 0 AND amount_min_minor <= amount_max_minor",
            name=op.f("ck_product_terms_amounts_ascend"),
        ),
        sa.CheckConstraint("quota_minor IS NULL OR quota_minor > 0", name=op.f("ck_product_terms_quota_positive")),
        sa.CheckConstraint("spread_low_bp <= spread_high_bp", name=op.f("ck_product_terms_spread_ascends")),
        sa.CheckConstraint("term_max > 0 AND term_min <= term_max", name=op.f("ck_product_terms_terms_ascend")),
        sa.ForeignKeyConstraint(["version_id"], ["product_version.id"], name=op.f("fk_product_terms_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_terms")),
        sa.UniqueConstraint("version_id", "revision", name=op.f("uq_product_terms_version_id_revision")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("product_terms")
    with op.batch_alter_table("product_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_product_version_one_draft",
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )
        batch_op.drop_index("ix_product_version_state_effective_to")

    op.drop_table("product_version")
    op.drop_table("need_event")
    op.drop_table("product")
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.drop_index("ix_need_state_expires_on")
        batch_op.drop_index("ix_need_organisation_id_id")
        batch_op.drop_index("ix_need_area_code_state_id")

    op.drop_table("need")
