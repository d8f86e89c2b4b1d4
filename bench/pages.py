"""The office's list page against an empty answer of the same application, and a naive ORM page of the same rows.

All three are asked in turn over WSGI in one process, ``ROUNDS`` rounds (5) of ``CALLS`` calls (40). CPU time of the
process counts; what is said is the ratio of medians with the spread. The naive page shows the same agreements in the
same layout as one writes it first: every agreement an object, its payments and their answers loaded one by one, summed
in Python, and the whole list counted.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flask import Flask, render_template_string  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy import func, select  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from config import Settings  # noqa: E402
from matchmaking.app import create_app  # noqa: E402
from matchmaking.delivery.agreements.models import Agreement  # noqa: E402
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement  # noqa: E402
from matchmaking.foundation import clock, storage  # noqa: E402
from matchmaking.foundation.access.guard import public, requires  # noqa: E402
from matchmaking.foundation.access.login import current_viewer  # noqa: E402
from matchmaking.foundation.access.permissions import Permission  # noqa: E402
from matchmaking.foundation.storage import run_in_unit_of_work  # noqa: E402
from matchmaking.foundation.trail.guards import install_guards  # noqa: E402
from matchmaking.registry.accounts.commands.sessions import Place, open_session  # noqa: E402
from matchmaking.registry.accounts.queries import account_by_login  # noqa: E402
from matchmaking.registry.portfolios.models import Portfolio  # noqa: E402
from matchmaking.seeds.demo import seed_demo  # noqa: E402

ROUNDS = max(5, int(os.environ.get("ROUNDS", "5")))
CALLS = int(os.environ.get("CALLS", "40"))
LIST, EMPTY, NAIVE = "/portfolios/golden/agreements", "/bench/empty", "/bench/naive"
PAGE = """{% extends "_layout/base.html" %}{% block title %}list{% endblock %}{% block main %}<h1>{{ total }}</h1>
<table class="tb"><tbody>{% for one, paid, confirmed in rows %}<tr><th>{{ one.firm }}
<small>{{ one.public_key }}</small></th><td>{{ one.lender }}</td><td>{{ one.signed_on|day }}</td>
<td>{{ one.amount_minor|amount('wan', 'CNY') }}</td>
<td>{{ paid|amount('wan', 'CNY') }}</td><td>{{ confirmed|amount('wan', 'CNY') }}</td>
<td>{{ ((one.amount_minor or 0) - paid)|amount('wan', 'CNY') }}</td></tr>{% endfor %}</tbody></table>{% endblock %}"""


@public("measured only: nothing is read and nothing shown")
def empty() -> str:
    """What every answer costs."""
    return ""


@requires(Permission.READ_AGREEMENTS)
def naive() -> str:
    """The same agreements, each with its payments and their answers loaded by itself."""
    session, _ = storage.session(), current_viewer()
    golden = session.scalars(select(Portfolio).where(Portfolio.code == "golden")).one()
    of_golden = select(Agreement).where(Agreement.portfolio_id == golden.id)
    total = session.scalar(select(func.count()).select_from(of_golden.subquery()))
    rows = []
    for one in session.scalars(of_golden.order_by(Agreement.signed_on.desc()).limit(50)).all():
        paid = confirmed = 0
        for each in session.scalars(select(Disbursement).where(Disbursement.agreement_id == one.id)).all():
            said = session.scalars(select(Confirmation).where(Confirmation.disbursement_id == each.id)).all()
            paid += each.amount_minor
            confirmed += each.amount_minor if any(answer.answer == "right" for answer in said) else 0
        rows.append((one, paid, confirmed))
    return render_template_string(PAGE, rows=rows, total=total)


def signed_in(app: Flask) -> FlaskClient:
    """The finance office's browser."""

    def opened(session: Session) -> str:
        user = account_by_login(session, "office.city")
        assert user is not None
        return open_session(session, user=user, at=clock.now(), place=Place(hours=8))

    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = run_in_unit_of_work(opened)
    storage.remove_session()
    return client


def cpu(client: FlaskClient, path: str) -> float:
    """Microseconds of CPU of one call, over ``CALLS`` calls."""
    start = time.process_time()
    for _ in range(CALLS):
        assert client.get(path).status_code == 200
    return (time.process_time() - start) / CALLS * 1e6


def main() -> None:
    """Build the demo, ask in turn, say the ratios."""
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(environment="test", instance=Path(place), secret_key="b" * 40, frozen_day="2026-09-30")
        app = create_app(settings)
        app.config.update(PAGE_LIMIT="1000000/minute")
        app.add_url_rule(EMPTY, "bench.empty", empty)
        app.add_url_rule(NAIVE, "bench.naive", naive)
        storage.Base.metadata.create_all(storage.engine())
        with storage.engine().begin() as connection:
            install_guards(connection)
        with app.app_context():
            seed_demo()
        client = signed_in(app)
        seen: dict[str, list[float]] = {path: [] for path in (EMPTY, LIST, NAIVE)}
        for number in range(ROUNDS + 1):
            for path, found in seen.items():
                took = cpu(client, path)
                found += [took] * (number > 0)  # the first round warms caches
    for path, found in seen.items():
        print(f"{path:36} {statistics.median(found):8.0f} µs CPU ({min(found):.0f}–{max(found):.0f})")
    middle = {path: statistics.median(found) for path, found in seen.items()}
    print(f"list / empty {middle[LIST] / middle[EMPTY]:.1f}, list / naive ORM {middle[LIST] / middle[NAIVE]:.2f}")


if __name__ == "__main__":
    main()
