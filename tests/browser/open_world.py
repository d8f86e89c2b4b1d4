"""A city in which every chart is drawn, in a process of its own: ``build FOLDER`` makes it, ``serve FOLDER`` serves.

Twelve firms sign at three banks in each of two years, so that the figures may be public; some is paid, some of that
confirmed. Beside it the meeting of :mod:`tests.desks.gatherings.gathering_world`. ``open.json`` tells the cookie of the
finance office.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from werkzeug.serving import make_server

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail.guards import install_guards
from matchmaking.registry.portfolios.commands import create_portfolio
from tests.browser.city import session_of
from tests.browser.fates_world import application
from tests.delivery.cases_world import MILLION, World, morning
from tests.desks.gatherings.gathering_world import gather
from tests.market.market_world import _person, build_world
from tests.past import write_past_the_trail

DAY = date(2026, 9, 30)
BANKS = ("演示汉江银行", "演示巴山银行", "演示秦岭银行")


def build(instance: Path) -> None:
    """Everything, reckoned on :data:`DAY`."""
    instance.mkdir(parents=True, exist_ok=True)
    app = application(instance, DAY.isoformat())
    storage.Base.metadata.create_all(storage.engine())
    with storage.engine().begin() as connection:
        install_guards(connection)
    with app.app_context():
        market = build_world()
        write_past_the_trail(_person, market, "office.city", Role.FINANCE_OFFICE_CITY, "*", None)
        gather(market).reckon()
        world = World(run_in_unit_of_work(
            create_portfolio, actor="user:test", code="all", title_zh="全部签约", title_en="all", kind="cases",
            currency="CNY", jurisdiction="*", at=morning(date(2024, 1, 2)), default_as_of=DAY,
        ))  # fmt: skip
        for year in (2024, 2025):
            for number in range(12):
                _case(world, year, number)
        run_in_unit_of_work(
            take_snapshot, actor="user:test", portfolio=world.portfolio, as_of=DAY, known_on=DAY, at=morning(DAY)
        )
        told = {"cookie": _cookie(app)}
    storage.dispose()
    (instance / "open.json").write_text(json.dumps(told), "utf-8")


def _case(world: World, year: int, number: int) -> None:
    signed_on = date(year, 1 + number, 10)
    bank = BANKS[number % 3]
    paper = world.sign(
        f"O{year}-{number}", signed_on=signed_on, firm=f"演示企业{number}有限公司", lender=bank, branch=f"{bank}支行",
        amount_minor=(3 + number % 4) * MILLION,
    )  # fmt: skip
    world.baseline(paper, on=signed_on)
    if number % 4 == 3:
        return
    paid_on = signed_on + timedelta(days=20)
    payment = world.pay(paper, 2 * MILLION + year * 100, on=paid_on)
    if number % 2 == 0:
        at = morning(paid_on)
        world.do(confirm_receipt, disbursement=payment, answer="right", answered_on=paid_on, at=at)


def _cookie(app: object) -> str:
    client = app.test_client()  # type: ignore[attr-defined]
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session_of("office.city")
    return str(client.get_cookie("session").value)


def serve(instance: Path) -> None:
    """Serve until told to stop."""
    server = make_server("127.0.0.1", 0, application(instance, DAY.isoformat()), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    {"build": build, "serve": serve}[sys.argv[1]](Path(sys.argv[2]))
