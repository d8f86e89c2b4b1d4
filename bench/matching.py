"""The matching engine against peers, side by side in one run: the synthetic market of ``../shared/bench/market.py``.

Each peer runs in a process of its own, in turn, ``TURNS`` times (3); CPU seconds of the work count (loading and
compiling not), medians with the spread over at least five rounds, three where a round is dear. Peers too slow for the
whole size run on the first needs, which is said, and are counted up. Eligible counts must be equal and sums of the best
scores within 1e-4, else the run ends. ``QUICK=1`` leaves out the sweep at 100,000 × 1,000 and the 5e9 pairs.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from measuring import measure  # noqa: E402

MARKET = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / "bench" / "market.py"
TURNS, SEED = int(os.environ.get("TURNS", "3")), int(os.environ.get("SEED", "1"))
QUICK = bool(os.environ.get("QUICK"))
SIZES = ((231, 50), (10_000, 500), (100_000, 1_000))
LARGEST = (1_000_000, 5_000)
LOOSE = (-1.0, 0.0, 0.4, 0.7, 0.85, 0.97)
"""Share of the products' rules taken away; below 0 they are made stricter. Gives about 1 to 90 % eligible."""
SAMPLES = {"python": 1_000, "zen-engine": 30, "business-rules": 10}
DEAR = {"duckdb", "python", "zen-engine", "business-rules"}


@dataclass
class Told:
    """What one peer did at one size. ``cpu``: seconds for the whole size, counted up from ``needs``."""

    peer: str
    needs: int
    eligible: int = 0
    best: float = 0.0
    peak: float = 0.0
    cpu: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Median of CPU seconds."""
        return statistics.median(self.cpu)


def asked(peer: str, size: tuple[int, int], loose: float, rounds: int, sample: int) -> Told:
    """One process of one peer."""
    n, m = size
    command = [sys.executable, ROOT / "bench" / "match_peers.py", peer, *map(str, (n, m, loose, SEED, rounds, sample))]
    done = measure(command, env=os.environ, cwd=ROOT)
    said = json.loads(done.output.strip().splitlines()[-1])
    spent = [cpu * n / said["needs"] for cpu in said["cpu"]]
    return Told(peer, said["needs"], said["eligible"], said["best"], done.peak, spent)


def side_by_side(peers: tuple[str, ...], size: tuple[int, int], loose: float) -> dict[str, Told]:
    """Every peer in turn, several times."""
    found: dict[str, Told] = {}
    for _ in range(TURNS):
        for peer in peers:
            rounds = 1 if peer in DEAR else 2 if size[0] > 10_000 else 5
            told = asked(peer, size, loose, rounds, min(SAMPLES.get(peer, size[0]), size[0]))
            if peer in found:
                found[peer].cpu += told.cpu
                found[peer].peak = max(found[peer].peak, told.peak)
            else:
                found[peer] = told
    agree(found, size, loose)
    return found


def agree(found: dict[str, Told], size: tuple[int, int], loose: float) -> None:
    """Equal eligible counts, and best scores within 1e-4; of a sample against the engine on that sample."""
    truth = {size[0]: found["engine numba"]}
    for told in found.values():
        if told.needs not in truth:
            truth[told.needs] = asked("engine numpy", size, loose, 1, told.needs)
        right = truth[told.needs]
        close = math.isnan(told.best) or math.isclose(told.best, right.best, rel_tol=1e-4)
        if told.eligible != right.eligible or not close:
            raise SystemExit(
                f"{told.peer} found {told.eligible}, {told.best}; the engine {right.eligible}, {right.best}"
            )


def table(found: dict[str, Told], size: tuple[int, int], loose: float) -> None:
    """One size."""
    n, m = size
    own = found["engine numba"]
    print(f"\n{n:,} needs x {m:,} products, {own.eligible / n / m:.1%} eligible (loose {loose:g}, seed {SEED})")
    print(f"{'':16} {'CPU s':>10} {'(spread)':>21} {'pairs/CPU-s':>12} {'/numba':>9} {'/numpy':>9} {'peak MB':>8}")
    plain = found.get("engine numpy", own)
    for told in found.values():
        spread = f"({min(told.cpu):.4g}-{max(told.cpu):.4g})"
        sample = f"  first {told.needs:,} needs" if told.needs < n else ""
        speed = n * m / told.middle
        ratios = f"{told.middle / own.middle:9.3g} {told.middle / plain.middle:9.3g}"
        print(f"{told.peer:16} {told.middle:10.4g} {spread:>21} {speed:12.3g} {ratios} {told.peak:8.0f}{sample}")
    if "limit" in found:
        share = found["limit"].middle / own.middle
        print(f"share of this machine's AND + extract + score limit reached by the whole call: {share:.2f}")


def one_need() -> None:
    """One need against 1,000 products with an explanation, beside loops that give none; NumPy alone."""
    told: dict[str, list[dict[str, float]]] = {"numpy": [], "python": []}
    for _ in range(max(TURNS, 5)):
        for peer, found in told.items():
            command = [sys.executable, ROOT / "bench" / "match_one.py", peer, "1000", "1000", str(SEED)]
            found.append(json.loads(measure(command, env=os.environ, cwd=ROOT).output.strip().splitlines()[-1]))
    own, plain = told["numpy"][0], told["python"][0]
    if own["eligible"] != plain["eligible"] or not math.isclose(own["best"], plain["best"], rel_tol=1e-4):
        raise SystemExit(f"one need: the engine found {own}, plain Python {plain}")
    print(f"\nOne need x 1,000 products, us of CPU a need, 1,000 needs in turn, {own['eligible'] / 1e6:.1%} eligible: "
          "match, ten best explained, why not of all (numpy); match alone, stopping early (python)")  # fmt: skip
    for peer, found in told.items():
        middle, tail = ([one[name] for one in found] for name in ("p50", "p99"))
        print(f"{peer:16} p50 {statistics.median(middle):6.0f} ({min(middle):.0f}-{max(middle):.0f})   "
              f"p99 {statistics.median(tail):6.0f} ({min(tail):.0f}-{max(tail):.0f})")  # fmt: skip
    shares = [mine["p50"] / theirs["p50"] for mine, theirs in zip(told["numpy"], told["python"], strict=True)]
    print(f"numpy / python, p50: {statistics.median(shares):.2f} ({min(shares):.2f}-{max(shares):.2f})")


def main() -> None:
    """Every size, the sweep, the largest alone."""
    if not MARKET.exists():
        print(f"matching: no {MARKET}; nothing measured")
        return
    print("Matching, CPU seconds of the work. zen-engine and business-rules only say who is eligible.")
    every = ("engine numba", "engine numpy", "limit", "dense numpy", "duckdb", "python", "zen-engine", "business-rules")
    one_need()
    whole: dict[tuple[int, int], Told] = {}
    for size in SIZES:
        found = side_by_side(every, size, 0.0)
        whole[size] = found["engine numba"]
        table(found, size, 0.0)
    sweep = (10_000, 1_000) if QUICK else (100_000, 1_000)
    for loose in LOOSE:
        table(side_by_side(("engine numba", "engine numpy", "dense numpy"), sweep, loose), sweep, loose)
    if not QUICK:
        found = side_by_side(("engine numba",), LARGEST, 0.0)
        table(found, LARGEST, 0.0)
        each, pairs = found["engine numba"].middle / math.prod(LARGEST), whole[SIZES[-1]].middle / math.prod(SIZES[-1])
        print(f"CPU per pair against 100,000 x 1,000: {each / pairs:.2f}; peak {found['engine numba'].peak:.0f} MB")


if __name__ == "__main__":
    main()
