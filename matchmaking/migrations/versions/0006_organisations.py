"""Organisations with their branches, functional zones, and for whom an account works."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    zone = op.create_table(
        "zone",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_zone")),
    )
    # the city's functional zones, as the rulebook has them (rulebook/reference/areas_ankang.toml)
    op.bulk_insert(
        zone,
        [
            {"code": "gaoxin", "name_zh": "高新区", "name_en": "High-tech Zone", "area_code": "610902"},
            {
                "code": "hengkou",
                "name_zh": "恒口示范区",
                "name_en": "Hengkou Demonstration Zone",
                "area_code": "610902",
            },
        ],
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("legal_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("zone_code", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(level = 'head') = (legal_person_id = id)", name=op.f("ck_organisation_legal_person_is_its_own_head")
        ),
        sa.CheckConstraint("(level = 'head') = (parent_id IS NULL)", name=op.f("ck_organisation_branch_has_a_parent")),
        sa.CheckConstraint(
            "kind IN ('enterprise', 'bank', 'bureau', 'office', 'guarantor', 'operator')",
            name=op.f("ck_organisation_kind_known"),
        ),
        sa.CheckConstraint(
            "level <> 'head' OR path = '/' || id || '/'", name=op.f("ck_organisation_head_begins_its_path")
        ),
        sa.CheckConstraint("level = 'head' OR kind = 'bank'", name=op.f("ck_organisation_branch_is_a_banks")),
        sa.CheckConstraint("level IN ('head', 'branch', 'sub_branch')", name=op.f("ck_organisation_level_known")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_organisation_named")),
        sa.CheckConstraint("path LIKE '%/' || id || '/'", name=op.f("ck_organisation_path_ends_in_itself")),
        sa.ForeignKeyConstraint(
            ["legal_person_id", "kind"],
            ["organisation.id", "organisation.kind"],
            name=op.f("fk_organisation_legal_person_id_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "kind"], ["organisation.id", "organisation.kind"], name=op.f("fk_organisation_parent_id_kind")
        ),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_organisation_zone_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_organisation_id_kind")),
        sa.UniqueConstraint("path", name=op.f("uq_organisation_path")),
        sa.UniqueConstraint("public_key", name=op.f("uq_organisation_public_key")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_kind_area_code", ["kind", "area_code"], unique=False)
        batch_op.create_index("ix_organisation_parent_id", ["parent_id"], unique=False)
    op.create_table(
        "organisation_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("before", sa.String(length=200), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(change = 'renamed') = (before <> after)", name=op.f("ck_organisation_change_a_new_name_differs")
        ),
        sa.CheckConstraint(
            "change IN ('renamed', 'closed', 'reopened')", name=op.f("ck_organisation_change_change_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_change_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
        info={"append_only": True},
    )
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_change_organisation_id", ["organisation_id", "on_day"], unique=False)
    # SQLite adds a referring column without rebuilding the table, which also works in a script written offline
    big = "BIGINT" if op.get_context().dialect.name == "postgresql" else "INTEGER"
    refers = "CONSTRAINT fk_user_account_organisation_id REFERENCES organisation (id)"
    op.execute(f"ALTER TABLE user_account ADD COLUMN organisation_id {big} {refers}")
    op.create_index("ix_user_account_organisation_id", "user_account", ["organisation_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_user_account_organisation_id", table_name="user_account")
    # the reference goes with its column, on both engines
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_column("organisation_id")
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_change_organisation_id")
    op.drop_table("organisation_change")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_parent_id")
        batch_op.drop_index("ix_organisation_kind_area_code")
    op.drop_table("organisation")
    op.drop_table("zone")
