"""How Alembic meets the database: the product's own engine, its whole metadata, one transaction on both engines."""

from __future__ import annotations

import logging
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

import matchmaking.tables  # noqa: F401  every model
from matchmaking.foundation import storage
from matchmaking.foundation.storage.base import Base, Instant, Json

# what Alembic compares and plugs in is no news; a failing migration speaks for itself
logging.getLogger("alembic").setLevel(logging.WARNING)


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    # a revision must read the same in ten years: it names plain column types, never the product's own
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.Text()"
    return False


def _number(migration: MigrationContext, _revision: Any, directives: list[MigrationScript]) -> None:
    """Revisions are numbered 0001, 0002 …"""
    heads = [int(head) for head in context.script.get_heads()]
    directives[0].rev_id = f"{max(heads, default=0) + 1:04d}"


def _guard(connection: Connection, before: tuple[str, ...]) -> None:
    # append-only triggers belong to the newest tables; they follow every change of revision that ends at the head
    after = context.get_context().get_current_heads()
    if after == before or set(after) != set(context.script.get_heads()):
        return
    from matchmaking.foundation.trail.guards import install_guards

    install_guards(connection)


def _foreign_keys(connection: Connection, state: str) -> None:
    # SQLite rebuilds a table by dropping it; its rows' referrers must hold still. Only outside a transaction
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA foreign_keys={state}")


def run() -> None:
    """Run what Alembic was asked for on the application's database."""
    with storage.engine().connect() as connection:
        _foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
            transactional_ddl=True,
            render_item=_render,
            process_revision_directives=_number,
        )
        try:
            with context.begin_transaction():
                before = context.get_context().get_current_heads()
                context.run_migrations()
                _guard(connection, before)
        finally:
            _foreign_keys(connection, "ON")


if context.is_offline_mode():
    context.configure(dialect_name=storage.engine().dialect.name, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
