"""Whose turn it is on a referral and why the clock stands; declines that are taken back; what lines take of a quota."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COPIED = "id, referral_id, list_version, reason_group, reason_code, words, recorded_at, recorded_by"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    # a column brings its check with it: SQLite then neither rebuilds the table now nor when it goes
    op.execute(
        "ALTER TABLE referral ADD COLUMN turn VARCHAR(10) DEFAULT 'with_bank' NOT NULL CONSTRAINT ck_referral_turn_known "
        "CHECK (turn IN ('with_bank', 'with_firm', 'with_third', 'stopped'))"
    )
    op.add_column("referral", sa.Column("turn_on", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("decide_by", sa.Date(), nullable=True))
    # what has ended, and what is signed, has no turn any more
    op.execute(
        "UPDATE referral SET turn = 'stopped' "
        "WHERE state NOT IN ('claimed', 'sent', 'accepted', 'diligence', 'deciding', 'approved')"
    )
    op.create_table(
        "referral_turn",
        sa.Column("id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "after IN ('with_bank', 'with_firm', 'with_third', 'stopped')", name=op.f("ck_referral_turn_turn_known")
        ),
        sa.CheckConstraint(
            "action NOT IN ('ask_firm', 'await_third') OR (reason_code <> '' AND words <> '')",
            name=op.f("ck_referral_turn_pause_says_why"),
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_turn_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_turn")),
        sa.UniqueConstraint("referral_id", "number", name=op.f("uq_referral_turn_referral_id_number")),
        info={"append_only": True},
    )
    # a second reason may follow one that was taken back
    _reasons(unique=False)
    op.create_index("ix_referral_decline_referral_id", "referral_decline", ["referral_id"], unique=False)
    op.create_table(
        "referral_decline_undo",
        sa.Column("id", ID, nullable=False),
        sa.Column("decline_id", ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["decline_id"], ["referral_decline.id"], name=op.f("fk_referral_decline_undo_decline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_decline_undo")),
        sa.UniqueConstraint("decline_id", name=op.f("uq_referral_decline_undo_decline_id")),
        info={"append_only": True},
    )
    op.create_table(
        "product_quota",
        sa.Column("product_id", ID, autoincrement=False, nullable=False),
        sa.Column("taken_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("taken_minor >= 0", name=op.f("ck_product_quota_taken_not_negative")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_quota_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_quota")),
    )
    # lines that stand already
    op.execute(
        "INSERT INTO product_quota (product_id, taken_minor) SELECT product_version.product_id, "
        "SUM(credit_decision.line_minor) FROM credit_decision "
        "JOIN referral ON referral.public_key = credit_decision.referral_key "
        "JOIN product_version ON product_version.id = referral.product_version_id "
        "WHERE credit_decision.state = 'approved' OR (credit_decision.state IN ('lapsed', 'revoked', 'turned_down') "
        "AND referral.state = 'signed') "
        "GROUP BY product_version.product_id"
    )


def downgrade() -> None:
    """Back. Refused while a decline was taken back or a reason stands twice: the older tables cannot hold it."""
    twice = "SELECT 1 FROM referral_decline GROUP BY referral_id HAVING COUNT(*) > 1"
    if not op.get_context().as_sql and op.get_bind().execute(sa.text(twice)).first() is not None:
        raise RuntimeError("0012: a referral has more than one reason of the bank's; the older tables keep only one")
    op.drop_table("product_quota")
    op.drop_table("referral_decline_undo")
    op.drop_index("ix_referral_decline_referral_id", table_name="referral_decline")
    _reasons(unique=True)
    op.drop_table("referral_turn")
    for column in ("decide_by", "turn_on", "turn"):
        op.drop_column("referral", column)


def _reasons(*, unique: bool) -> None:
    """Make the table unique by referral, or no longer. SQLite can only build it anew."""
    name = op.f("uq_referral_decline_referral_id")
    if op.get_context().dialect.name == "postgresql":
        if unique:
            op.create_unique_constraint(name, "referral_decline", ["referral_id"])
        else:
            op.drop_constraint(name, "referral_decline", type_="unique")
        return
    op.create_table(
        "referral_decline_new",
        sa.Column("id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
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
        *([sa.UniqueConstraint("referral_id", name=name)] if unique else []),
        info={"append_only": True},
    )
    op.execute(f"INSERT INTO referral_decline_new ({COPIED}) SELECT {COPIED} FROM referral_decline")  # noqa: S608
    op.drop_table("referral_decline")
    op.rename_table("referral_decline_new", "referral_decline")
