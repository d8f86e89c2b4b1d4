"""找产品: one need against a catalogue of 1,000 and of 10,000 products, as a web page.

Ranked, with points and reasons, paged; asked over WSGI in one process, ``ROUNDS`` rounds (5) of ``CALLS`` calls (20).
CPU time of the process counts; beside it an ordinary page of the same application. "One need" asks the same page again
and again, "needs in turn" ``NEEDS`` different ones, each once a round. The catalogue is indexed once per process: the
first call, which does that, and the call after one product changed are told apart.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy import insert, update  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from config import Settings  # noqa: E402
from matchmaking.app import create_app  # noqa: E402
from matchmaking.domain.matching.codes import GUARANTEES, SIZE_CLASSES  # noqa: E402
from matchmaking.domain.money import Money  # noqa: E402
from matchmaking.foundation import storage  # noqa: E402
from matchmaking.foundation.trail.guards import install_guards  # noqa: E402
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion  # noqa: E402
from tests.market.market_world import GOOD, NOON, TODAY, World, build_world, enter  # noqa: E402
from tests.market.referral_world import verified  # noqa: E402
from tests.past import write_past_the_trail  # noqa: E402

ROUNDS, CALLS = max(3, int(os.environ.get("ROUNDS", "5"))), int(os.environ.get("CALLS", "20"))
SIZES, NEEDS = (1_000, 10_000), 20
SEED = 20260930


def products(session: Session, numbers: range, bank: int) -> None:
    """Published products of any rules, past the commands: only reading is measured."""
    r, made = Random(SEED + numbers.start), {"created_at": NOON, "created_by": "bench"}
    rows: list[tuple[dict[str, object], dict[str, object], dict[str, object]]] = []
    for n in numbers:
        most, months = r.choice([50, 100, 300, 500, 1000, 3000]) * 1_000_000, r.choice([12, 24, 36, 60])
        criteria = {"amount_max": most, "term_max": months, "guarantees": sorted(r.sample(GUARANTEES, 3))}
        criteria |= {"size_classes": sorted(r.sample(SIZE_CLASSES, 3))} if r.random() < 0.4 else {}
        criteria |= {"industries": r.sample(["15", "01", "C", "51", "1530"], 2)} if r.random() < 0.5 else {}
        criteria |= {"months_in_business_min": r.choice([12, 24, 120])} if r.random() < 0.5 else {}
        low = r.randrange(0, 200)
        version = {"id": n, "product_id": n, "number": 1, "state": "published", "version": 1, "revision": 1,
                   "effective_from": TODAY, **made}  # fmt: skip
        terms = {"version_id": n, "revision": 1, "effective_from": TODAY, "summary": "", "criteria": criteria,
                 "currency": "CNY", "amount_min_minor": 0, "amount_max_minor": most, "term_min": 0, "term_max": months,
                 "loan_kinds": "", "guarantees": "", "lpr_tenor": "1Y", "spread_low_bp": low,
                 "spread_high_bp": low + 60, "quota_minor": None, "promised_workdays": r.choice([3, 5, 10]),
                 "documents": {"names": []}, "digest": "0" * 64, "recorded_at": NOON,
                 "recorded_by": "bench"}  # fmt: skip
        product = {"id": n, "public_key": f"product-{n}", "organisation_id": bank, "name": f"第 {n} 号贷", "demo": True,
                   **made}  # fmt: skip
        rows.append((product, version, terms))
    for place, table in enumerate((Product, ProductVersion, ProductTerms)):
        session.execute(insert(table), [row[place] for row in rows])


def asked(client: FlaskClient, address: str, calls: int) -> float:
    """Milliseconds of CPU a call."""
    began = time.process_time()
    for _ in range(calls):
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
    return (time.process_time() - began) * 1000 / calls


def each_once(client: FlaskClient, addresses: list[str]) -> float:
    """Milliseconds of CPU a call, of different addresses."""
    return statistics.mean(asked(client, address, 1) for address in addresses)


def change(session: Session) -> None:
    """One product is not what it was."""
    session.execute(update(ProductVersion).where(ProductVersion.id == 100).values(version=ProductVersion.version + 1))


def report(app: Flask, world: World, keys: list[str]) -> None:
    """Two lines per size."""
    client: FlaskClient = app.test_client()
    enter(client, "tea")
    addresses, before, last = [f"/needs/{key}/products" for key in keys], 0, 100
    address = addresses[0]
    for size in SIZES:
        write_past_the_trail(products, range(last, last + size - before), world.bank)
        last, before = last + size - before, size
        first = asked(client, address, 1)
        write_past_the_trail(change)
        again = asked(client, address, 1)
        rounds = [
            (asked(client, address, CALLS), each_once(client, addresses), asked(client, "/account", CALLS))
            for _ in range(ROUNDS)
        ]
        page, turn, plain = ([one[place] for one in rounds] for place in (0, 1, 2))
        print(f"{size:>7} products  one need {statistics.median(page):6.2f} ms of CPU "
              f"({min(page):.2f}–{max(page):.2f})   needs in turn {statistics.median(turn):6.2f} "
              f"({min(turn):.2f}–{max(turn):.2f})   "
              f"an ordinary page {statistics.median(plain):5.2f}")  # fmt: skip
        print(f"                  first call {first:8.1f} ms   after one product changed {again:8.1f} ms")


def main() -> None:
    """Build, ask, tell."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(environment="test", instance=Path(folder), secret_key="b" * 40, frozen_day="2026-09-30")
        app = create_app(settings)
        app.config.update(PAGE_LIMIT="1000000/minute")
        storage.Base.metadata.create_all(storage.engine())
        with storage.engine().begin() as connection:
            install_guards(connection)
        world = build_world()
        asks = [replace(GOOD, amount=Money.of(900_000 + 100_000 * n), term_months=6 + n) for n in range(NEEDS)]
        report(app, world, [verified(world, terms=one) for one in asks])


if __name__ == "__main__":
    main()
