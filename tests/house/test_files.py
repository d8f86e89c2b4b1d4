"""What is committed: nothing third-party, no file too long to read, requirements locked with hashes."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.house.tree import PACKAGE, ROOT, modules

LONGEST = 400
NO_WALLS = {"common", "utils", "helpers", "util", "misc"}


def _tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: what is committed cannot be told")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def test_no_source_file_is_longer_than_anyone_reads() -> None:
    suffixes = {".py", ".html", ".js", ".mjs", ".css"}
    paths = [ROOT / name for name in _tracked() if name.endswith(tuple(suffixes))]
    assert [str(path) for path in paths if len(path.read_text("utf-8").splitlines()) > LONGEST] == []


def test_no_room_without_walls() -> None:
    assert [module.name for module in modules() if NO_WALLS & set(module.parts)] == []


def test_no_third_party_front_end_file_is_committed() -> None:
    banners = re.compile(r"/\*!|@license|sourceMappingURL|Licensed under", re.IGNORECASE)
    front = [
        name for name in _tracked() if name.startswith("static/") and name.endswith((".js", ".css", ".svg", ".map"))
    ]
    assert [name for name in _tracked() if name.startswith(("static/vendor/", "node_modules/"))] == []
    assert [name for name in front if name.endswith((".min.js", ".min.css", ".map"))] == []
    assert [name for name in front if banners.search((ROOT / name).read_text("utf-8"))] == []


def test_no_real_data_is_committed() -> None:
    """Public code tables, with their source in the first lines, are not somebody's data."""
    found = [name for name in _tracked() if name.endswith((".csv", ".gz", ".sqlite3", ".db", ".xls"))]
    tables = [name for name in found if name.startswith("matchmaking/rulebook/reference/") and name.endswith(".csv")]
    assert all((ROOT / name).read_text("utf-8").startswith("# ") for name in tables)
    assert sorted(set(found) - set(tables)) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    requirements = [block for block in blocks if block.strip()]
    assert len(requirements) > 20
    assert [block.split()[0] for block in requirements if "==" not in block.split(" \\")[0]] == []
    assert [block.split()[0] for block in requirements if "--hash=sha256:" not in block] == []
    assert not re.search(r"^\s*(-|[^#\s].*://)", re.sub(r"^\s+--hash.*$", "", text, flags=re.MULTILINE), re.MULTILINE)


def test_the_locks_hold_what_was_asked_for() -> None:
    for wanted in ("requirements.in", "requirements-dev.in", "requirements-bench.in"):
        locked = wanted.replace(".in", ".txt")
        asked = re.findall(
            r"^([a-z0-9][a-z0-9-]*)(?:\[[a-z,]+\])?(==[0-9.]+)?", (ROOT / wanted).read_text("utf-8"), re.MULTILINE
        )
        pins = dict(
            re.findall(r"^([a-z0-9-]+)(?:\[[a-z, ]+\])?==([^\s]+)", (ROOT / locked).read_text("utf-8"), re.MULTILINE)
        )
        assert asked
        for name, pin in asked:
            assert name in pins, f"{name} is not in {locked}: make lock"
            assert not pin or pins[name] == pin[2:], f"{name} is {pins[name]} in {locked}: make lock"


def test_the_front_ends_packages_are_exact_and_locked() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = package["dependencies"] | package["devDependencies"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned exactly"
        assert locked[f"node_modules/{name}"]["version"] == version
    assert [path for path, entry in locked.items() if path and "integrity" not in entry] == []


def test_the_heavy_libraries_stay_out_of_the_web_process() -> None:
    # NumPy is not among them: matching ranks one need on demand, and the product form comes from its declaration
    heavy = "pandas numba duckdb highspy scipy openpyxl python_calamine ortools optbinning"
    code = f"import sys, wsgi; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    import tempfile

    from tests.house.running import PYTHON, environment

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [PYTHON, "-c", code], cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=True
        )
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_every_package_says_what_it_is() -> None:
    import ast

    silent = [
        m.name
        for m in modules()
        if m.path.parent != PACKAGE / "migrations" / "versions" and not ast.get_docstring(m.tree)
    ]
    assert silent == []
