"""One peer of ``matching.py`` in a process of its own: its CPU seconds, and what it found.

``match_peers.py PEER NEEDS PRODUCTS LOOSE SEED ROUNDS SAMPLE`` prints one JSON line: CPU seconds of each round
(loading, imports and compiling not counted), the eligible count, the sum of the best
score of each need, how many needs it had.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("SHARED", ROOT.parent / "shared")) / "bench"
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(SHARED)]

import numpy as np  # noqa: E402

Columns = dict[str, Any]
Answer = tuple[int, float]
"""Eligible pairs, sum of the best scores."""
ROWS = 256
TIGHT = {"rate": 120, "min_years": 2, "min_tax": 1}


def loosened(P: Columns, loose: float, seed: int) -> Columns:
    """``loose`` of every rule of the products taken away, at random; below 0 some rules are made stricter."""
    r, P, m = np.random.default_rng(seed + 7), dict(P), len(P["id"])
    if loose < 0:
        return {**P, **{name: P[name] + more for name, more in TIGHT.items()}}
    open_to = {"amin": 0, "tmin": 1, "tmax": 120, "region_mask": 2**21 - 1, "ind_lo": 2**48 - 1, "ind_hi": 2**48 - 1,
               "guar": 255, "min_years": 0, "min_rev": 0, "min_tax": 0, "first_only": 0, "req_tags": 0,
               "size_mask": 15, "rate": 300, "amax": 3200}  # fmt: skip
    for name, value in open_to.items():
        taken = r.random(m) < loose
        P[name] = np.where(taken, np.maximum(P[name], value) if name == "amax" else value, P[name])
    return P


# --- the engine -------------------------------------------------------------------------------------------------------


def engine(executor: str, threads: int = 1) -> Callable[..., Callable[[], Answer]]:
    """The product's."""

    def ready(N: Columns, P: Columns, market: Any) -> Callable[[], Answer]:
        import market_peer

        market_peer.warm(executor=executor)

        def run() -> Answer:
            found = market_peer.answer(N, P, executor=executor, threads=threads)
            first = found.need_score[found.need_best[:, 0] >= 0, 0]
            return int(found.eligible.sum()), float(first.sum(dtype=np.float64))

        return run

    return ready


def limit(N: Columns, P: Columns, market: Any) -> Callable[[], Answer]:
    """What the machine does at most: AND, extraction and score of the same tables, without keys and lists."""
    import market_peer
    import numba

    from matchmaking.domain.matching.engine import compiled

    ready = compiled.prepare(market_peer.declared(N, P))
    score, zeros, one = compiled._score(ready.fits), compiled._zeros(), np.uint64(1)

    @numba.njit(nogil=True, error_model="numpy")
    def loop(keys: Any, words: Any, needs: Any, products: Any, meetings: Any, overlaps: Any, settings: Any) -> Any:
        count, best = 0, 0.0
        row = np.empty(words.shape[1], np.uint64)
        for i in range(len(keys)):
            for w in range(words.shape[1]):
                row[w] = words[keys[i, 0], w]
            for nth in range(1, keys.shape[1]):
                more = words[keys[i, nth]]
                for w in range(words.shape[1]):
                    row[w] &= more[w]
            top = 0.0
            for w in range(words.shape[1]):
                word = row[w]
                while word:
                    j = w * 64 + np.int64(zeros(word))
                    word &= word - one
                    count += 1
                    top = max(top, score(needs, i, products, j, meetings, overlaps, settings))
            best += top
        return count, best

    parts = ready.keys, ready.words, ready.records, ready.offers, ready.meetings, ready.overlaps, ready.settings
    loop(*(part[:1] if place in (0, 2, 4) else part for place, part in enumerate(parts)))

    def run() -> Answer:
        count, best = loop(*parts)
        return int(count), float(best)

    return run


# --- the peers --------------------------------------------------------------------------------------------------------


def dense(N: Columns, P: Columns, market: Any) -> Callable[[], Answer]:
    """NumPy over whole blocks of 256 needs: every predicate and every component of every pair, float32."""
    m, k, kp = len(P["id"]), min(market.KN, len(P["id"])), market.KP
    p = {name: column[None, :] for name, column in P.items()}

    def block(rows: slice) -> tuple[Any, Any]:
        n = {name: column[rows, None] for name, column in N.items()}
        mask = (n["amount"] >= p["amin"]) & (n["amount"] <= p["amax"])
        mask &= (n["term"] >= p["tmin"]) & (n["term"] <= p["tmax"])
        mask &= (n["rbit"] & p["region_mask"]) != 0
        mask &= ((n["ilo"] & p["ind_lo"]) | (n["ihi"] & p["ind_hi"])) != 0
        mask &= (n["offer"] & p["guar"]) != 0
        mask &= (n["years"] >= p["min_years"]) & (n["revenue"] >= p["min_rev"]) & (n["tax"] >= p["min_tax"])
        mask &= (p["first_only"] == 0) | (n["first"] == 1)
        mask &= (p["req_tags"] == 0) | ((n["tags"] & p["req_tags"]) != 0)
        mask &= (n["sbit"] & p["size_mask"]) != 0
        mask &= p["rate"] <= n["max_rate"]
        f = np.float32
        s = f(20) * (1 - np.abs(2 * n["amount"] - p["amin"] - p["amax"]).astype(f) / (p["amax"] - p["amin"]).astype(f))
        s += f(10) * (
            1 - np.abs(2 * n["term"] - p["tmin"] - p["tmax"]).astype(f) / (p["tmax"] - p["tmin"] + 1).astype(f)
        )
        s += f(20) * (n["max_rate"] - p["rate"]).astype(f) / n["max_rate"].astype(f)
        s += f(15) * np.minimum(f(1), n["urgency"].astype(f) / p["days"].astype(f))
        s += np.where((n["pref"] & p["guar"]) != 0, f(10), f(5))
        s += np.where((n["tags"] & p["pref_tags"]) != 0, f(10), f(0))
        s += np.where(p["home_region"] == n["region"], f(10), f(4))
        s += np.where(p["bank"] == n["main_bank"], f(5), f(1.5))
        return mask, np.where(mask, s, f(-1))

    def run() -> Answer:
        count, best = 0, 0.0
        held, who = np.full((m, kp), np.float32(-1)), np.full((m, kp), -1)
        for start in range(0, len(N["id"]), ROWS):
            mask, s = block(slice(start, start + ROWS))
            count += int(mask.sum())
            top = np.argpartition(s, m - k, axis=1)[:, m - k :]
            kept = np.take_along_axis(s, top, 1)
            order = np.argsort(-kept, axis=1)
            kept = np.take_along_axis(kept, order, 1)
            best += float(kept[:, 0][kept[:, 0] >= 0].sum(dtype=np.float64))
            better = np.flatnonzero(s.max(axis=0) > held.min(axis=1))  # products whose list changes at all
            if len(better):
                both = np.concatenate([held[better], s[:, better].T], axis=1)
                mine = np.broadcast_to(np.arange(start, start + len(s)), (len(better), len(s)))
                chosen = np.argpartition(both, both.shape[1] - kp, axis=1)[:, -kp:]
                held[better] = np.take_along_axis(both, chosen, 1)
                who[better] = np.take_along_axis(np.concatenate([who[better], mine], axis=1), chosen, 1)
        return count, best

    return run


def duckdb(N: Columns, P: Columns, market: Any) -> Callable[[], Answer]:
    """SQL with window functions, one thread."""
    import duckdb as duck
    import pandas

    base = duck.connect(config={"threads": 1})
    base.register("n0", pandas.DataFrame(N))
    base.register("p0", pandas.DataFrame(P))
    base.execute("CREATE TABLE needs AS SELECT * FROM n0")
    base.execute("CREATE TABLE products AS SELECT * FROM p0")
    text = f"""WITH e AS (SELECT n.id AS i, p.id AS j, {market.SQL_SCORE} AS s FROM needs n, products p
        WHERE {market.SQL_PRED}),
      a AS (SELECT *, row_number() OVER (PARTITION BY i ORDER BY s DESC, j) AS ri,
        row_number() OVER (PARTITION BY j ORDER BY s DESC, i) AS rj FROM e)
      SELECT (SELECT count(*) FROM e), sum(s) FILTER (ri = 1), count(*) FILTER (ri <= {market.KN}),
        count(*) FILTER (rj <= {market.KP}) FROM a"""

    def run() -> Answer:
        count, best, _, _ = base.execute(text).fetchone()
        return int(count), float(best or 0)

    return run


def score_of(n: Any, p: Any, w: Any) -> float:
    """The eight components of one pair."""
    return float(
        w[0] * (1 - abs(2 * n["amount"] - p["amin"] - p["amax"]) / (p["amax"] - p["amin"]))
        + w[1] * (1 - abs(2 * n["term"] - p["tmin"] - p["tmax"]) / (p["tmax"] - p["tmin"] + 1))
        + w[2] * (n["max_rate"] - p["rate"]) / n["max_rate"]
        + w[3] * min(1.0, n["urgency"] / p["days"])
        + w[4] * (1.0 if n["pref"] & p["guar"] else 0.5)
        + w[5] * (1.0 if n["tags"] & p["pref_tags"] else 0.0)
        + w[6] * (1.0 if p["home_region"] == n["region"] else 0.4)
        + w[7] * (1.0 if p["bank"] == n["main_bank"] else 0.3)
    )


def fitting(n: Any, products: list[Any], w: Any) -> list[tuple[float, int]]:
    """Score and place, downward, of the products that one need may have: a loop that stops at the first predicate that
    fails."""
    mine = []
    for p in products:
        if (
            p["rate"] <= n["max_rate"] and p["amin"] <= n["amount"] <= p["amax"]
            and n["rbit"] & p["region_mask"] and (n["ilo"] & p["ind_lo"] | n["ihi"] & p["ind_hi"])
            and n["offer"] & p["guar"] and n["revenue"] >= p["min_rev"] and n["years"] >= p["min_years"]
            and n["tax"] >= p["min_tax"] and p["tmin"] <= n["term"] <= p["tmax"] and n["sbit"] & p["size_mask"]
            and (not p["first_only"] or n["first"]) and (not p["req_tags"] or n["tags"] & p["req_tags"])
        ):  # fmt: skip
            mine.append((score_of(n, p, w), -p["id"]))
    return mine


def python(N: Columns, P: Columns, market: Any) -> Callable[[], Answer]:
    """Loops, and heaps for both lists."""
    needs, products, w = market.rows(N), market.rows(P), market.WEIGHTS

    def run() -> Answer:
        count, best = 0, 0.0
        theirs: list[list[tuple[float, int]]] = [[] for _ in products]
        for n in needs:
            mine = fitting(n, products, w)
            for s, place in mine:
                heap = theirs[-place]
                (heapq.heappush if len(heap) < market.KP else heapq.heappushpop)(heap, (s, -n["id"]))
            count += len(mine)
            top = heapq.nlargest(market.KN, mine)
            best += top[0][0] if top else 0
        return count, best

    return run


PEERS: dict[str, Callable[..., Callable[[], Answer]]] = {
    "engine numba": engine("numba"),
    "engine numpy": engine("numpy"),
    "limit": limit,
    "dense numpy": dense,
    "duckdb": duckdb,
    "python": python,
}


def main() -> None:
    """Make the market, run the rounds, tell."""
    import market
    from match_rules import RULES

    peer, n, m, loose, seed, rounds, sample = sys.argv[1], *(float(one) for one in sys.argv[2:])
    N, P = market.needs(int(n), int(seed)), loosened(market.products(int(m), int(seed) + 1), loose, int(seed))
    N = market.take(N, slice(0, int(sample)))
    run, spent, answer = (PEERS | RULES)[peer](N, P, market), [], (0, 0.0)
    for _ in range(int(rounds)):
        began = time.process_time()
        answer = run()
        spent.append(time.process_time() - began)
    print(json.dumps({"cpu": spent, "eligible": answer[0], "best": answer[1], "needs": len(N["id"])}))


if __name__ == "__main__":
    main()
