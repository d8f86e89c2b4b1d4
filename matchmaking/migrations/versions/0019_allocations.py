"""Plans that spread a frozen list over products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "allocation_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("count_most", sa.Integer(), nullable=False),
        sa.Column("task_key", sa.String(length=64), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=True),
        sa.Column("placed", sa.Integer(), nullable=True),
        sa.Column("placed_most", sa.Integer(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        sa.Column("bound_by", sa.String(length=8), nullable=False),
        sa.Column("floors", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("frozen_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND digest IS NOT NULL)",
            name=op.f("ck_allocation_plan_frozen_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'solving', 'solved', 'frozen', 'discarded')",
            name=op.f("ck_allocation_plan_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('solved', 'frozen') OR (run > 0 AND policy_version <> '' AND value IS NOT NULL AND bound IS NOT NULL AND placed IS NOT NULL)",
            name=op.f("ck_allocation_plan_solved_is_complete"),
        ),
        sa.CheckConstraint("count_most > 0", name=op.f("ck_allocation_plan_count_positive")),
        sa.CheckConstraint("version > 0 AND run >= 0", name=op.f("ck_allocation_plan_version_counts")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_allocation_plan_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_plan")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_allocation_plan_batch_id_number")),
        sa.UniqueConstraint("public_key", name=op.f("uq_allocation_plan_public_key")),
    )
    with op.batch_alter_table("allocation_plan", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_plan_state", ["state", "id"], unique=False)

    op.create_table(
        "allocation_price",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bank_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quota_minor", sa.BigInteger(), nullable=True),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("per_wan", sa.BigInteger(), nullable=False),
        sa.Column("per_firm", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.CheckConstraint("per_wan >= 0 AND per_firm >= 0", name=op.f("ck_allocation_price_prices_not_negative")),
        sa.ForeignKeyConstraint(["bank_id"], ["organisation.id"], name=op.f("fk_allocation_price_bank_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["allocation_plan.id"], name=op.f("fk_allocation_price_plan_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_allocation_price_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_price")),
        sa.UniqueConstraint("plan_id", "run", "product_id", name=op.f("uq_allocation_price_plan_id_run_product_id")),
        info={"append_only": True},
    )
    op.create_table(
        "allocation_unplaced",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("firm", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("need_key", sa.String(length=120), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('no_need', 'declined', 'no_profile', 'no_eligible', 'forbidden', 'over_quota', 'quota_full')",
            name=op.f("ck_allocation_unplaced_reason_known"),
        ),
        sa.ForeignKeyConstraint(["need_key"], ["need.public_key"], name=op.f("fk_allocation_unplaced_need_key")),
        sa.ForeignKeyConstraint(["plan_id"], ["allocation_plan.id"], name=op.f("fk_allocation_unplaced_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_unplaced")),
        sa.UniqueConstraint("plan_id", "run", "position", name=op.f("uq_allocation_unplaced_plan_id_run_position")),
        info={"append_only": True},
    )
    op.create_table(
        "allocation_wish",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_key", sa.String(length=120), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("wish IN ('pin', 'forbid', 'free')", name=op.f("ck_allocation_wish_wish_known")),
        sa.ForeignKeyConstraint(["need_key"], ["need.public_key"], name=op.f("fk_allocation_wish_need_key")),
        sa.ForeignKeyConstraint(["plan_id"], ["allocation_plan.id"], name=op.f("fk_allocation_wish_plan_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_allocation_wish_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_wish")),
        info={"append_only": True},
    )
    with op.batch_alter_table("allocation_wish", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_wish_plan_id", ["plan_id", "id"], unique=False)

    op.create_table(
        "allocation_pair",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("firm", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("need_key", sa.String(length=120), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bank_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0 AND points >= 0 AND worth >= 0", name=op.f("ck_allocation_pair_figures_not_negative")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["organisation.id"], name=op.f("fk_allocation_pair_bank_id")),
        sa.ForeignKeyConstraint(["need_key"], ["need.public_key"], name=op.f("fk_allocation_pair_need_key")),
        sa.ForeignKeyConstraint(["plan_id"], ["allocation_plan.id"], name=op.f("fk_allocation_pair_plan_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_allocation_pair_product_id")),
        sa.ForeignKeyConstraint(
            ["product_version_id"], ["product_version.id"], name=op.f("fk_allocation_pair_product_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_pair")),
        sa.UniqueConstraint(
            "plan_id", "run", "need_key", "product_id", name=op.f("uq_allocation_pair_plan_id_run_need_key_product_id")
        ),
        info={"append_only": True},
    )
    with op.batch_alter_table("allocation_pair", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_pair_plan_id_run_position", ["plan_id", "run", "position"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("allocation_pair", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_pair_plan_id_run_position")

    op.drop_table("allocation_pair")
    with op.batch_alter_table("allocation_wish", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_wish_plan_id")

    op.drop_table("allocation_wish")
    op.drop_table("allocation_unplaced")
    op.drop_table("allocation_price")
    with op.batch_alter_table("allocation_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_plan_state")

    op.drop_table("allocation_plan")
