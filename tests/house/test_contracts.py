"""The import contracts hold, and each of them is seen to break when somebody breaks it."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, Module, modules

CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / ".importlinter", "utf-8")
NAMES = {
    section.removeprefix("importlinter:contract:"): " ".join(CONFIG[section]["name"].split())
    for section in CONFIG.sections()
    if section.startswith("importlinter:contract:")
}

VIOLATIONS = [
    ("floors", "registry/portfolios/models.py", "import matchmaking.delivery.agreements.models"),
    ("floors", "foundation/clock.py", "import matchmaking.registry.organisations.models"),
    ("floors", "rulebook/__init__.py", "import matchmaking.foundation.clock"),
    ("floors", "domain/money.py", "import matchmaking.rulebook"),
    ("floors", "lobby/__init__.py", "'a wing nobody declared'"),
    ("registry", "registry/accounts/models.py", "import matchmaking.registry.portfolios.models"),
    ("registry", "registry/annexe/__init__.py", "'a slice nobody declared'"),
    ("floors", "registry/enterprises/models.py", "import matchmaking.market.needs.models"),
    ("floors", "market/needs/models.py", "import matchmaking.delivery.agreements.models"),
    ("market", "market/needs/models.py", "import matchmaking.market.products.models"),
    ("market", "market/stall/__init__.py", "'a slice nobody declared'"),
    ("rooms", "market/needs/queries.py", "import matchmaking.market.needs.commands"),
    ("rooms", "market/products/models.py", "import matchmaking.market.products.facts"),
    ("no-flask", "market/products/jobs.py", "from flask import g"),
    ("forms", "market/needs/steps.py", "import matchmaking.market.needs.forms"),
    ("delivery", "delivery/agreements/models.py", "import matchmaking.delivery.statements.models"),
    ("delivery", "delivery/disbursements/models.py", "def late():\n    import matchmaking.delivery.audits.models"),
    ("market", "market/batches/models.py", "import matchmaking.market.events.models"),
    ("oversight", "oversight/lines/models.py", "import matchmaking.oversight.periods.models"),
    ("oversight", "oversight/annexe/__init__.py", "'a slice nobody declared'"),
    ("support", "support/annexe/__init__.py", "'a slice nobody declared'"),
    ("floors", "support/awards/queries.py", "import matchmaking.oversight.learning.choices"),
    ("floors", "support/awards/queries.py", "import matchmaking.oversight.samples.models"),
    ("rooms", "support/awards/queries.py", "import matchmaking.support.awards.commands"),
    ("rooms", "delivery/statements/facts.py", "import matchmaking.delivery.statements.queries"),
    ("rooms", "delivery/statements/models.py", "import matchmaking.delivery.statements.facts"),
    ("rooms", "registry/accounts/queries.py", "import matchmaking.registry.accounts.commands"),
    ("rooms", "delivery/statements/commands.py", "import matchmaking.delivery.statements.jobs"),
    ("domain", "domain/money.py", "import sqlalchemy"),
    ("domain", "domain/attic.py", "from flask import g"),
    ("domain", "domain/reasons.py", "import redis"),
    ("no-flask", "registry/portfolios/models.py", "from flask import g"),
    ("no-flask", "delivery/statements/facts.py", "import flask_login"),
    ("no-flask", "delivery/statements/queries.py", "from flask import request"),
    ("no-flask", "registry/accounts/commands.py", "from matchmaking.foundation.storage.flask_db import db"),
    ("no-flask", "delivery/audits/jobs.py", "import werkzeug"),
    ("views", "cli.py", "import matchmaking.registry.accounts.views"),
    ("forms", "cli.py", "import matchmaking.registry.accounts.forms"),
    ("rings", "domain/reasons.py", "import matchmaking.domain.money"),
]


def lint(folder: Path) -> tuple[int, dict[str, bool], str]:
    """Run the contracts on the tree in ``folder``: exit code, contract → kept, output."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", ".importlinter"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"COLUMNS": "400"})
    lines = re.findall(r"^(.+) (KEPT|BROKEN)(?: .*)?$", done.stdout, re.MULTILINE)
    verdicts = {" ".join(name.split()): verdict == "KEPT" for name, verdict in lines}
    return done.returncode, verdicts, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources to do wrong in; what is done to it is undone, so that one will do."""
    folder = tmp_path_factory.mktemp("sources")
    shutil.copytree(PACKAGE, folder / "matchmaking", ignore=lambda _, names: [n for n in names if n == "__pycache__"])
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


@contextmanager
def planted(folder: Path, place: str, line: str) -> Iterator[None]:
    """Inside, ``line`` stands at the end of a file of the copy, which is made where it is not there yet."""
    path = folder / "matchmaking" / place
    changed = {path: path.read_text("utf-8") if path.exists() else None}
    new_folder = not path.parent.exists()
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{changed[path] or ''}\n\n{line}\n", "utf-8")
    imported = re.search(r"import (matchmaking[.\w]+)$", line)
    if imported:
        target = folder / Path(*imported[1].split("."))
        room = target.with_suffix(".py")
        if not room.exists() and not target.is_dir():
            changed[room] = None
            room.write_text('"""A room."""\n', "utf-8")
    try:
        yield
    finally:
        for file, before in changed.items():
            if before is None:
                file.unlink()
            else:
                file.write_text(before, "utf-8")
        if new_folder:
            path.parent.rmdir()


def test_all_contracts_hold(copied: Path) -> None:
    code, verdicts, output = lint(copied)
    assert code == 0, output
    assert verdicts == dict.fromkeys(NAMES.values(), True)


@pytest.mark.parametrize(("contract", "place", "line"), VIOLATIONS, ids=[f"{c} in {p}" for c, p, _ in VIOLATIONS])
def test_a_planted_import_breaks_exactly_its_contract(copied: Path, contract: str, place: str, line: str) -> None:
    with planted(copied, place, line):
        code, verdicts, output = lint(copied)
    assert code == 1, output
    assert [name for name, kept in verdicts.items() if not kept] == [NAMES[contract]], output


def test_every_contract_is_broken_by_some_test() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(NAMES)


def test_brackets_stand_only_around_wings_that_are_not_there() -> None:
    floors = CONFIG["importlinter:contract:floors"]["layers"]
    bracketed = re.findall(r"\((\w+)\)", floors)
    there = [name for name in bracketed if (PACKAGE / name).is_dir() and any((PACKAGE / name).rglob("*.py"))]
    there += [name for name in bracketed if (PACKAGE / f"{name}.py").exists()]
    assert there == [], "take the brackets off in .importlinter"


def intruders(module: Module) -> Iterator[str]:
    """Imports by ``module`` of another slice's views or forms. Only the list of blueprints may hang views."""
    for name, node in module.imports():
        parts = name.split(".")
        rooms = [index for index, part in enumerate(parts) if part in ("views", "forms")]
        # matchmaking.<wing>.<slice>.views: what comes before the room is the slice
        if parts[0] != "matchmaking" or not rooms or parts[1] == "foundation":
            continue
        own = module.name.split(".")[: rooms[0]] == parts[: rooms[0]]
        hung = parts[rooms[0]] == "views" and module.name == "matchmaking.blueprints"
        if not own and not hung:
            yield f"{module.at(node)}: {name}"


def test_views_and_forms_stay_in_their_own_slice() -> None:
    assert [place for module in modules() for place in intruders(module)] == []


@pytest.mark.parametrize(
    ("importer", "line", "wrong"),
    [
        ("matchmaking.delivery.audits.views", "from matchmaking.delivery.statements import forms", True),
        ("matchmaking.delivery.audits.views", "from matchmaking.delivery.statements.forms import Upload", True),
        ("matchmaking.delivery.audits.views", "from matchmaking.delivery.audits.forms import Days", False),
        ("matchmaking.blueprints", "from matchmaking.delivery.audits.views import audits", False),
        ("matchmaking.blueprints", "from matchmaking.delivery.audits.forms import Days", True),
    ],
)
def test_the_check_of_slices_sees_what_it_should(importer: str, line: str, wrong: bool) -> None:
    module = Module(importer, PACKAGE / "blueprints.py", ast.parse(line))
    assert bool(list(intruders(module))) == wrong
