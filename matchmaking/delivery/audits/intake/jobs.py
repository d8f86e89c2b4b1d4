"""The task ``statement.import``: what a page's preview was confirmed for."""

from __future__ import annotations

from typing import Any

from matchmaking.delivery.audits.intake import import_file
from matchmaking.delivery.statements.asked import Asked
from matchmaking.delivery.statements.catalogue import mapping_named
from matchmaking.delivery.statements.commands import Wanted
from matchmaking.delivery.statements.reading import progress_into
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.jobs import TaskContext, register_task


@register_task("statement.import")
def run_import(context: TaskContext) -> dict[str, Any]:
    """Take in the file that was previewed; refuses with ``mapping_changed`` when its mapping is no longer the same."""
    asked = Asked.from_params(context.params)
    catalogued = mapping_named(asked.mapping)
    if catalogued.sha256 != context.params["mapping_sha256"]:
        raise Refusal(Reason("mapping_changed", {"name": asked.mapping}))
    came = import_file(
        asked.kept,
        actor=context.actor,
        catalogued=catalogued,
        wanted=Wanted(asked.portfolio, asked.title_zh, asked.title_en),
        as_of=asked.as_of,
        at=context.at,
        on_progress=progress_into(context),
    )
    return came.as_json()
