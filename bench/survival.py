"""Curves of thirty banks from a million agreements, against lifelines: ``make bench``.

Each side runs in a process of its own, in turn, ``ROUNDS`` times (5), and is handed the same columns. What is measured
is the CPU from columns to curves, so neither side pays for starting up; the best of three in each process counts. Both
must give the same share for every group and day, to 1e-4.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SPELLS = int(os.environ.get("SPELLS", "1000000"))
GROUPS, LAST, REPEATS = 30, 900, 3
ROUNDS = max(5, int(os.environ.get("ROUNDS", "5")))
DAYS = np.arange(LAST + 1)


def world() -> dict[str, np.ndarray]:
    """Banks of unlike size and speed; a third of all agreements are still waiting when the books close."""
    chance = np.random.default_rng(20_260_930)
    group = chance.choice(GROUPS, SPELLS, p=np.arange(1, GROUPS + 1) / (GROUPS * (GROUPS + 1) / 2))
    wait = chance.exponential(60 + 12 * group)
    seen = chance.integers(1, LAST + 1, SPELLS)
    happened = wait <= seen
    return {"group": group, "days": np.where(happened, wait, seen).astype(np.int64), "happened": happened}


def ours(held: dict[str, np.ndarray]) -> np.ndarray:
    """Groups × days."""
    from matchmaking.domain.conversion.survival.columns import columns_of

    found = columns_of(held["group"], held["days"], held["happened"], groups=GROUPS).waiting
    return found[:, np.minimum(DAYS, found.shape[1] - 1)]


def peer(held: dict[str, np.ndarray]) -> np.ndarray:
    """The same by lifelines, one fit for each group."""
    from lifelines import KaplanMeierFitter

    made = []
    for number in range(GROUPS):
        mine = held["group"] == number
        fitted = KaplanMeierFitter().fit(held["days"][mine], held["happened"][mine])
        made.append(fitted.survival_function_at_times(DAYS).to_numpy())
    return np.array(made)


def run(side: str, folder: Path) -> None:
    """One process of one side: reckon, keep the curves, print the CPU."""
    work: Callable[[dict[str, np.ndarray]], np.ndarray] = {"ours": ours, "lifelines": peer}[side]
    held = dict(np.load(folder / "world.npz"))
    spent = []
    for _ in range(REPEATS):
        start = time.process_time()
        curves = work(held)
        spent.append(time.process_time() - start)
    np.save(folder / f"{side}.npy", curves)
    print(json.dumps(min(spent)))


def main() -> None:
    """Measure and print."""
    found: dict[str, list[float]] = {"ours": [], "lifelines": []}
    with tempfile.TemporaryDirectory() as name:
        np.savez(Path(name) / "world.npz", **world())
        for _ in range(ROUNDS):
            for side, runs in found.items():
                command = [sys.executable, __file__, side, name]
                runs.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
            difference = np.abs(np.load(Path(name) / "ours.npy") - np.load(Path(name) / "lifelines.npy")).max()
            if not difference <= 1e-4:
                raise SystemExit(f"the curves differ by {difference}")
    cores = os.cpu_count()
    print(f"{SPELLS:,} spells, {GROUPS} groups, {ROUNDS} rounds, Python {platform.python_version()}, {cores} cores\n")
    for side, runs in found.items():
        print(
            f"{side:10} CPU {1000 * statistics.median(runs):8.1f} ms  ({1000 * min(runs):.1f}–{1000 * max(runs):.1f})"
        )
    ratio = statistics.median(found["lifelines"]) / statistics.median(found["ours"])
    print(f"\nlifelines ÷ ours: {ratio:.0f}; largest difference of any share {difference:.1e}")
    if ratio < 20:
        raise SystemExit("survival: more than a twentieth of lifelines' CPU")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
