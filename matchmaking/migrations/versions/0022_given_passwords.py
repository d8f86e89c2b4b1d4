"""A password that somebody else gave is remembered as such, until its owner changes it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Passwords of before count as chosen by their owners: nobody is asked twice."""
    op.add_column("user_account", sa.Column("password_given", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("user_account", "password_given")
