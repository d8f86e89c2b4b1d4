"""The plugin that makes a skipped browser or PostgreSQL test a failure, run on a suite of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SUITE = """
import pytest

@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_tables(engine):
    if engine in SKIPPED:
        pytest.skip("no server")

@pytest.mark.browser
def test_page():
    if "browser" in SKIPPED:
        pytest.skip("no Chromium")

@pytest.mark.real
@pytest.mark.parametrize("engine", ["postgresql"])
def test_real(engine):
    pytest.skip("no data here")
"""


def _run(folder: Path, skipped: tuple[str, ...], *arguments: str, **required: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(SUITE.replace("SKIPPED", repr(skipped)), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\nmarkers =\n    browser\n    real\n", "utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("REQUIRE_", "PYTEST_"))}
    # whatever else is installed has no part in this, and takes longer to load than the suite to run
    environment |= {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "tests.required", "-p", "xdist", *arguments]
    return subprocess.run(command, cwd=folder, env=environment | required, capture_output=True, text=True)


BOTH = {"REQUIRE_BROWSER": "1", "REQUIRE_POSTGRES": "1"}


@pytest.mark.parametrize(
    ("spread", "skipped", "required", "fault"),
    [
        ((), (), BOTH, None),
        ((), ("postgresql", "browser"), {}, None),
        ((), ("sqlite",), {"REQUIRE_POSTGRES": "1"}, None),
        ((), ("postgresql",), {"REQUIRE_POSTGRES": "1"}, "1 PostgreSQL tests were skipped"),
        ((), ("browser",), {"REQUIRE_BROWSER": "1"}, "1 browser tests were skipped"),
        # with xdist the reports come from another process: one session that passes, one that fails
        (("-n", "1"), (), BOTH, None),
        (("-n", "1"), ("postgresql",), BOTH, "1 PostgreSQL tests were skipped"),
    ],
)
def test_a_required_test_that_skips_fails_the_session(
    tmp_path: Path, skipped: tuple[str, ...], required: dict[str, str], fault: str | None, spread: tuple[str, ...]
) -> None:
    done = _run(tmp_path, skipped, *spread, **required)
    assert done.returncode == (1 if fault else 0), done.stdout + done.stderr
    assert (fault or " passed") in done.stdout
    assert " passed" in done.stdout.strip().splitlines()[-1], "the closing line is printed"


def test_a_whole_suite_without_any_browser_test_fails(tmp_path: Path) -> None:
    done = _run(tmp_path, (), "--deselect", "test_sample.py::test_page", REQUIRE_BROWSER="1")
    assert done.returncode == 1
    assert "no browser test ran" in done.stdout


def test_one_file_asked_for_by_name_need_not_have_them(tmp_path: Path) -> None:
    done = _run(tmp_path, (), "test_sample.py::test_tables", REQUIRE_BROWSER="1")
    assert done.returncode == 0
