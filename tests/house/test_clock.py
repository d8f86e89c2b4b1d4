"""The day is an argument. One clock, in the foundation; only doors (pages, shell, worker) read it."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import Module, modules

READINGS = {
    *(f"{prefix}datetime.{name}" for prefix in ("", "datetime.", "dt.") for name in ("now", "utcnow", "today")),
    *(f"{prefix}date.today" for prefix in ("", "datetime.", "dt.")),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
}
ONE_CLOCK = "matchmaking.foundation.clock"
DOORS = {"views", "cli", "worker", "app", "serve"}
"""Rooms that hand the day down."""


def raw_readings(module: Module) -> list[str]:
    """Where ``module`` reads the machine's clock, also by another name of the same function."""
    found = [
        module.at(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in READINGS
    ]
    return found + [module.at(node) for name, node in module.imports() if name in ("time.time", "time.time_ns")]


def reads_our_clock(module: Module) -> list[str]:
    """Where ``module`` imports ``now`` or ``today`` (or the whole clock)."""
    wanted = {ONE_CLOCK, f"{ONE_CLOCK}.now", f"{ONE_CLOCK}.today"}
    return [module.at(node) for name, node in module.imports() if name in wanted]


def may_read(module: Module) -> bool:
    """Whether ``module`` is a door or part of the foundation."""
    return module.parts[:1] == ("foundation",) or module.parts[:1] == ("desks",) or bool(DOORS & set(module.parts))


def test_the_machines_clock_is_read_in_one_file() -> None:
    places = [place for module in modules() if module.name != ONE_CLOCK for place in raw_readings(module)]
    assert places == []


def test_only_doors_read_our_clock() -> None:
    assert [place for module in modules() if not may_read(module) for place in reads_our_clock(module)] == []


def test_the_clock_file_does_read_the_clock() -> None:
    clock = next(module for module in modules("foundation") if module.name == ONE_CLOCK)
    assert raw_readings(clock)


@pytest.mark.parametrize(
    "code", ["x = datetime.now(UTC)", "f = date.today", "import time\ntime.time()", "from time import time"]
)
def test_the_check_sees_what_it_should(code: str) -> None:
    module = modules("domain")[0]
    assert raw_readings(Module(module.name, module.path, ast.parse(code)))
