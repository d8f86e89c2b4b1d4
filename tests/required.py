"""A plugin: where ``REQUIRE_BROWSER`` or ``REQUIRE_POSTGRES`` is set, a skipped test of that kind fails the session.

A suite that skips its browser tests is green for the wrong reason. The build server sets both variables, so a machine
without Chromium or without a database server cannot pass; elsewhere such tests skip and say why.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest


@dataclass
class Kind:
    """Tests that must run here. ``ran`` and ``skipped`` hold node ids."""

    name: str
    variable: str
    ran: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        """Whether the environment asks for it."""
        return os.environ.get(self.variable, "") not in ("", "0")

    def fault(self, whole_suite: bool) -> str | None:
        """Why the session fails, or None. Running none at all is a fault only where the whole suite was asked for."""
        if not self.wanted:
            return None
        if self.skipped:
            node, why = next(iter(self.skipped.items()))
            return f"{self.variable}: {len(self.skipped)} {self.name} tests were skipped, {node} because: {why}"
        if whole_suite and not self.ran:
            return f"{self.variable}: no {self.name} test ran"
        return None


class Required:
    """Counts reports by kind on the controlling process and turns a fault into a failed session."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.kinds = [Kind("browser", "REQUIRE_BROWSER"), Kind("PostgreSQL", "REQUIRE_POSTGRES")]

    def _kind(self, report: pytest.TestReport) -> list[Kind]:
        browser, postgres = self.kinds
        needs_postgres = "postgres" in report.keywords or "postgresql" in report.nodeid.partition("[")[2]
        # tests of the real data may skip where it is absent, whatever engine they are on
        if report.skipped and "real" in report.keywords:
            return []
        needed = ((browser, "browser" in report.keywords), (postgres, needs_postgres))
        return [kind for kind, is_needed in needed if is_needed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what ran and what was skipped."""
        for kind in self._kind(report):
            if report.skipped and not hasattr(report, "wasxfail"):
                kind.skipped[report.nodeid] = _why(report)
            elif report.when == "call":
                kind.ran.add(report.nodeid)

    def faults(self) -> list[str]:
        """What is wrong with this session."""
        whole = not self.config.getoption("keyword") and "browser" not in (self.config.getoption("markexpr") or "")
        whole = whole and self.config.args_source is not pytest.Config.ArgsSource.ARGS
        found = [kind.fault(whole) for kind in self.kinds]
        return [fault for fault in found if fault]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a session that would otherwise be green."""
        if self.faults() and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say so above the closing line."""
        for fault in self.faults():
            terminalreporter.write_line(f"REQUIRED TESTS MISSING — {fault}", red=True, bold=True)


def _why(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_configure(config: pytest.Config) -> None:
    """Register on the controlling process only; xdist's workers send their reports there."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Required(config), "required-tests")
