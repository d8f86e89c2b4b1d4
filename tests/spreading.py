"""How the suite is spread over workers: by file, the longest first, and all that needs a browser on one of them.

A file's tests share what its fixtures and :mod:`tests.databases` build once in a process; the browser's tests share one
served city, which nobody else then waits for.
"""

from __future__ import annotations

from typing import Any

import pytest

TOGETHER = "tests/browser/"
LOOKING = ("tests/browser/test_every_page.py::", "tests/browser/test_keyboard.py::")
"""They find the served city as the catalogue of its pages has it: others post, sign and confirm in it."""
LONG = (
    TOGETHER,
    *(
        f"tests/{module}.py::"
        for module in (
            "house/test_hostile_forms", "house/test_get_purity", "house/test_object_probes", "house/test_migrations",
            "house/test_audit_schema", "house/test_seeds", "house/test_list_budgets", "seeds/test_city",
            "journeys/test_races", "real/test_import_ibrd", "domain/matching/test_kernel",
            "market/matches/test_run_command", "delivery/statements/test_statement_pages",
        )
    ),
)  # fmt: skip
"""What takes longest; begun last, it would keep one worker while the others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that only look at the city, then long modules, then the rest, in the order they had or a random one."""
    items.sort(key=lambda item: (not item.nodeid.startswith(LOOKING), not item.nodeid.startswith(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By file; of a release's tests, which are few and long, each by itself."""
    from xdist.scheduler import LoadScheduling, LoadScopeScheduling

    if config.option.markexpr.startswith("release"):
        return LoadScheduling(config, log)

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return TOGETHER if nodeid.startswith(TOGETHER) else nodeid.split("::", 1)[0]

    config.option.loadscopereorder = False
    return ByFile(config, log)
