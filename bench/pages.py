"""The office's list page against an empty answer of the same application, and a naive ORM page of the same rows.

The city of the demo: every agreement it has signed, a page of the ordinary size. All three are asked in turn over WSGI
in one process, ``ROUNDS`` rounds (5) of ``CALLS`` calls (40). CPU time of the process counts; what is said is the ratio
of medians with the spread. The naive page shows the same fifty agreements under the same heads, filters and pages, as
one writes it first: every row an object whose agreement, payments, answers and buckets are loaded when the template
touches them, added up there, and the whole list counted. Its template too is compiled once.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flask import Flask, current_app, request  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy import and_, func, select  # noqa: E402
from sqlalchemy.orm import Session, foreign, registry, relationship  # noqa: E402

from config import Settings  # noqa: E402
from matchmaking.app import create_app  # noqa: E402
from matchmaking.delivery.agreements.models import Agreement  # noqa: E402
from matchmaking.delivery.audits.models import AuditLine, AuditRow  # noqa: E402
from matchmaking.delivery.audits.queries import PER_PAGE, RowPage  # noqa: E402
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement  # noqa: E402
from matchmaking.desks.office import views  # noqa: E402
from matchmaking.desks.office.listing import list_page, read_filter  # noqa: E402
from matchmaking.foundation import clock, storage  # noqa: E402
from matchmaking.foundation.access.guard import public, requires  # noqa: E402
from matchmaking.foundation.access.permissions import Permission  # noqa: E402
from matchmaking.foundation.storage import run_in_unit_of_work  # noqa: E402
from matchmaking.foundation.trail.guards import install_guards  # noqa: E402
from matchmaking.registry.accounts.commands.sessions import Place, open_session  # noqa: E402
from matchmaking.registry.accounts.queries import account_by_login  # noqa: E402
from matchmaking.seeds.ankang import seed_city  # noqa: E402
from matchmaking.seeds.demo import seed_demo  # noqa: E402

ROUNDS = max(5, int(os.environ.get("ROUNDS", "5")))
CALLS = int(os.environ.get("CALLS", "40"))
LIST, EMPTY, NAIVE = "/portfolios/city/agreements", "/bench/empty", "/bench/naive/city"
LINK = re.compile(r"/portfolios/city/agreements/[^?\"]+")

naive_models = registry()


class LazyConfirmation:
    """An answer of the firm."""


class LazyDisbursement:
    """A payment; its answers are loaded when they are asked for."""

    @property
    def is_right(self) -> bool:
        """Whether the firm said it came."""
        return any(one.answer == "right" for one in self.confirmations)  # type: ignore[attr-defined]


class LazyAgreement:
    """A signing; its payments are loaded when they are asked for."""


class LazyLine:
    """One bucket's share."""


class LazyRow:
    """A line of the list; its agreement and its buckets are loaded when they are asked for."""


def map_naively() -> None:
    """The product's own tables as objects that refer to one another."""
    tables = {one: one.__table__ for one in (Agreement, Disbursement, Confirmation, AuditRow, AuditLine)}
    line, row = tables[AuditLine].c, tables[AuditRow].c
    shares = and_(foreign(line.agreement_id) == row.agreement_id, line.snapshot_id == row.snapshot_id)
    make = naive_models.map_imperatively
    make(LazyConfirmation, tables[Confirmation])
    answers = relationship(LazyConfirmation, viewonly=True)
    make(LazyDisbursement, tables[Disbursement], properties={"confirmations": answers})
    payments = relationship(LazyDisbursement, viewonly=True)
    make(LazyAgreement, tables[Agreement], properties={"disbursements": payments})
    make(LazyLine, tables[AuditLine])
    lines = relationship(LazyLine, primaryjoin=shares, viewonly=True, uselist=True)
    make(
        LazyRow, tables[AuditRow], properties={"agreement": relationship(LazyAgreement, viewonly=True), "lines": lines}
    )


@public("measured only: nothing is read and nothing shown")
def empty() -> str:
    """What every answer costs."""
    return ""


@requires(Permission.READ_AGREEMENTS)
def naive(code: str) -> str:
    """The same agreements, each with its payments, their answers and its buckets loaded by itself."""
    session = storage.session()
    opened, setting = views._open(code, "office.agreements", kept=("unit",), with_portfolios=False)
    assert opened.snapshot is not None
    of_city = select(LazyRow).where(AuditRow.__table__.c.snapshot_id == opened.snapshot.id)
    total = session.scalar(select(func.count()).select_from(of_city.subquery())) or 0
    order = (AuditRow.__table__.c.signed_minor.desc(), AuditRow.__table__.c.agreement_id)
    rows = session.scalars(of_city.order_by(*order).limit(PER_PAGE)).all()
    page = list_page(setting, opened.payload, read_filter(request.args), RowPage((), total, 1, -(-total // PER_PAGE)))
    return str(current_app.extensions["naive_template"].render(page=page, rows=rows, setting=setting))


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
        app.add_url_rule("/bench/naive/<key:code>", "bench.naive", naive)
        app.extensions["naive_template"] = app.jinja_env.from_string(
            (ROOT / "bench" / "naive_list.html").read_text("utf-8")
        )
        map_naively()
        storage.Base.metadata.create_all(storage.engine())
        with storage.engine().begin() as connection:
            install_guards(connection)
        with app.app_context():
            seed_demo()
            seed_city()
        client = signed_in(app)
        ours, theirs = (LINK.findall(client.get(path).text) for path in (LIST, NAIVE))
        assert ours == theirs and len(ours) == PER_PAGE, "both pages show the same agreements in the same order"
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
