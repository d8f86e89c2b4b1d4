"""Runs of matching over the whole market, the facts they read and the best they found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "match_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("engine", sa.String(length=12), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("eligible_pairs", sa.BigInteger(), nullable=False),
        sa.Column("unserved", sa.Integer(), nullable=False),
        sa.Column("per_need", sa.Integer(), nullable=False),
        sa.Column("cpu_ms", sa.Integer(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("read_digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        info={"append_only": True},
    )
    op.create_index("ix_match_run_on_day", "match_run", ["on_day", "id"], unique=False)
    op.create_table(
        "match_input",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_input")),
        sa.UniqueConstraint("digest", name=op.f("uq_match_input_digest")),
        info={"append_only": True},
    )
    op.create_table(
        "match_result",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("need_id", BIG, nullable=False),
        sa.Column("need_version", sa.Integer(), nullable=False),
        sa.Column("product_version_id", BIG, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("need_input_id", BIG, nullable=False),
        sa.Column("product_input_id", BIG, nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= 100000", name=op.f("ck_match_result_points_within_a_hundred")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_result_run_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_match_result_need_id")),
        sa.ForeignKeyConstraint(
            ["product_version_id"], ["product_version.id"], name=op.f("fk_match_result_product_version_id")
        ),
        sa.ForeignKeyConstraint(["need_input_id"], ["match_input.id"], name=op.f("fk_match_result_need_input_id")),
        sa.ForeignKeyConstraint(
            ["product_input_id"], ["match_input.id"], name=op.f("fk_match_result_product_input_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_result")),
        sa.UniqueConstraint("run_id", "need_id", "rank", name=op.f("uq_match_result_run_id_need_id_rank")),
        info={"append_only": True},
    )
    with op.batch_alter_table("match_result", schema=None) as batch_op:
        batch_op.create_index("ix_match_result_need_id", ["need_id"], unique=False)
        batch_op.create_index("ix_match_result_product_version_id", ["product_version_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("match_result")
    op.drop_table("match_input")
    op.drop_table("match_run")
