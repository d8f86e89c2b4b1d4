"""Importing and auditing 8,986 real loan agreements, against pandas doing the same sums: ``make bench``.

Each side runs in a process of its own, in turn, ``ROUNDS`` times (5). Ours starts from an empty, migrated database and
does what the office does: keep the file, check and store every row with its line number, compare with the series, write
the trail, store the audit with its lines and findings; then print the audit. pandas reads the file and prints the sums.
Both must give the published answers.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.measuring import HEAD, Series, measure  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "ibrd"
FILE = DATA / "ibrd_2020-11-30.csv.gz"
DAY = "2020-11-30"
ROUNDS = max(5, int(os.environ.get("ROUNDS", "5")))
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi:app"]
PORTFOLIO = "ibrd"


def environment(instance: Path) -> dict[str, str]:
    """A child's surroundings: its own instance folder, SQLite."""
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "FLASK_APP")}
    return kept | {"INSTANCE": str(instance), "PYTHONHASHSEED": "0"}


def agree(ours: dict[str, Any], peer: dict[str, Any]) -> None:
    """Stop unless both sides give the published answers and the same ledger."""
    known = json.loads((DATA / "known_answers.json").read_text("utf-8"))["dev_truths"]
    for key, value in known.items():
        for name, answer in (("ours", ours), ("pandas", peer)):
            if answer[key] != value:
                raise SystemExit(f"{name}: {key} is {answer[key]}, published {value}")
    buckets = {bucket: amount for grade in ours["ledger"].values() for bucket, amount in grade.items()}
    renamed = {"SP": "within", "SO": "over", "SC": "cancelled", "SW": "undisbursed", "SD": "difference"}
    if {renamed[b]: v for b, v in buckets.items() if b in renamed} != peer["ledger"]:
        raise SystemExit(f"the ledgers differ: {buckets} and {peer['ledger']}")


def one_round(folder: Path, template: Path, series: dict[str, Series]) -> None:
    """Everything once, in turn."""
    instance = folder / "instance"
    shutil.rmtree(instance, ignore_errors=True)
    shutil.copytree(template, instance)
    env = environment(instance)
    taken = ["statement", "import", FILE, "--mapping", "ibrd", "--portfolio", PORTFOLIO, "--as-of", DAY]
    asked = ["audit", "--portfolio", PORTFOLIO, "--as-of", DAY, "--json"]
    series["import"].runs.append(measure([*FLASK, *taken], env=env, cwd=ROOT))
    series["audit"].runs.append(measure([*FLASK, *asked], env=env, cwd=ROOT))
    series["start"].runs.append(measure([*FLASK, "--help"], env=env, cwd=ROOT))
    series["pandas"].runs.append(measure([sys.executable, ROOT / "bench" / "peer_pandas.py", FILE], env=env, cwd=ROOT))
    series["bare"].runs.append(measure([sys.executable, "-c", "import pandas"], env=env, cwd=ROOT))
    agree(json.loads(series["audit"].runs[-1].output), json.loads(series["pandas"].runs[-1].output))


def main() -> None:
    """Measure and print the table."""
    if not FILE.exists():
        print("bench: ../shared/data is not here, so there is nothing to measure")
        return
    series = {
        "import": Series("ours: import, audited and stored"),
        "audit": Series("ours: audit --json of what is stored"),
        "start": Series("ours: starting up alone"),
        "pandas": Series("pandas: the same sums"),
        "bare": Series("pandas: starting up alone"),
    }
    with tempfile.TemporaryDirectory() as name:
        template = Path(name) / "template"
        subprocess.run([*FLASK, "db", "upgrade"], env=environment(template), cwd=ROOT, check=True, capture_output=True)
        for _ in range(ROUNDS):
            one_round(Path(name), template, series)
    print(f"8,986 agreements, {ROUNDS} rounds, SQLite, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print(HEAD)
    for one in series.values():
        print(one.row())
    both = [a.cpu + b.cpu for a, b in zip(series["import"].runs, series["audit"].runs, strict=True)]
    ratios = sorted(ours / peer.cpu for ours, peer in zip(both, series["pandas"].runs, strict=True))
    ratio = (series["import"].median("cpu") + series["audit"].median("cpu")) / series["pandas"].median("cpu")
    print(f"\nCPU, import and audit ÷ pandas: {ratio:.1f} (rounds {ratios[0]:.1f}–{ratios[-1]:.1f})")
    net = series["import"].median("cpu") + series["audit"].median("cpu") - 2 * series["start"].median("cpu")
    print(f"without starting up: {net / (series['pandas'].median('cpu') - series['bare'].median('cpu')):.1f}")


if __name__ == "__main__":
    main()
