"""People of the thread at their browsers: one step each, over HTTP, on days that pass."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaking.delivery.audits.case_audit import reckon_cases
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.signings.models import Paper
from matchmaking.foundation import clock, storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import verify
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.models import Referral
from matchmaking.registry.accounts.commands.sessions import Place, open_session
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.city import ensure_city
from tests.databases import seeded_where_empty
from tests.market.market_world import GOOD, NOON, World, build_world, new_need
from tests.web_fixtures import Browser

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PROMISED = date(2026, 11, 30)


def noon(day: date) -> datetime:
    """12:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=clock.UTC)


@dataclass
class Thread:
    """A city in which a need goes its way. ``at`` moves the clock of everybody."""

    app: Flask
    world: World
    travel: time_machine.Traveller | None = None
    browsers: dict[str, Browser] = field(default_factory=dict)
    firm: str = "tea"
    """Who acts for the firm."""
    referral: str = ""
    need: str = ""
    decision: str = ""

    def on(self, day: date) -> None:
        """It is noon of ``day``."""
        assert self.travel is not None
        self.travel.move_to(noon(day))

    def at(self, login: str, *, address: str = "", browser: str = "") -> Browser:
        """The browser of the person ``login``, freshly signed in."""
        client = self.browsers.setdefault(login, self.app.test_client())  # type: ignore[arg-type]

        def opened(session: Session) -> str:
            user = account_by_login(session, login)
            assert user is not None
            place = Place(hours=8, address=address, browser=browser)
            return open_session(session, user=user, at=clock.now(), place=place)

        token = run_in_unit_of_work(opened)
        storage.remove_session()
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token
        return client

    def post(self, login: str, path: str, status: int = 303, **data: Any) -> TestResponse:
        """``login`` sends the form of ``path``; the answer has ``status``."""
        answer = self.at(login).submit(path, {"key": uuid.uuid4().hex, **data})
        assert answer.status_code == status, (path, answer.status_code, plain(answer))
        storage.remove_session()
        return answer

    # --- the way to a line

    def begin(self, product: str = "", terms: Any = GOOD) -> str:
        """A need verified and sent with the firm's consent, accepted by the branch; the decision's key."""
        if not self.need:
            self.need = new_need(self.world, terms)
            self.post(self.firm, f"/needs/{self.need}/post", version=1, confirmed="y")
            self.post("county", f"/bureau/needs/{self.need}/verify", version=2)
        path = f"/needs/{self.need}/send"
        shown = hidden(self.at(self.firm).get(path, query_string={"product": product}).get_data(as_text=True))
        self.post(self.firm, path, product=product, agreed="y", version=shown["version"], digest=shown["digest"])
        self.referral = referral_key(self.need)
        self.post("officer", f"/inbox/{self.referral}/accept", version=1)
        answer = self.post("officer", f"/bank/referrals/{self.referral}/decision")
        return answer.headers["Location"].rsplit("/", 1)[1]

    def line(self, decision: str, wan: str = "300", **more: Any) -> None:
        """The officer writes the terms and submits; the manager of the branch approves."""
        told = {
            "line": wan, "line_unit": "wan", "term_months": "12", "expires_on": "2027-09-30", "lpr_tenor": "1Y",
            "spread_bp": "55", **more,
        }  # fmt: skip
        self.post("officer", f"/bank/decisions/{decision}/edit", version=1, **told)
        self.post("officer", f"/bank/decisions/{decision}/move", version=2, action="submit")
        self.post("branch", f"/bank/decisions/{decision}/move", version=3, action="approve")

    def draft(self, decision: str, **more: Any) -> str:
        """The officer drafts a paper; its key."""
        told = {
            "instrument": "loan_contract", "amount": "300", "amount_unit": "wan", "term_months": "12", "rate": "3.55",
            "declared": "new", "baseline": "0", "baseline_unit": "wan", "promised_on": PROMISED.isoformat(), **more,
        }  # fmt: skip
        answer = self.post("officer", f"/bank/decisions/{decision}/papers", **told)
        return answer.headers["Location"].rsplit("/", 1)[1]

    def signed(self, product: str, **more: Any) -> str:
        """All the way to an agreement of 3,000,000 signed by both; the agreement's key."""
        decision = self.begin(product)
        self.line(decision)
        paper = self.draft(decision, **more)
        self.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
        self.post(self.firm, f"/my/papers/{paper}/sign", version=2, action="sign")
        self.post("branch", f"/bank/papers/{paper}/countersign", version=3, action="countersign")
        page = self.at("officer").get(f"/bank/papers/{paper}").get_data(as_text=True)
        found = re.search(r"/bank/agreements/([^\"]+)", page.split("<main", 1)[1])
        assert found
        return found[1]

    # --- money

    def report(self, agreement: str, iou: str, wan: str, day: date, status: int = 303, **more: Any) -> TestResponse:
        """The officer reports one 借据."""
        told = {"amount": wan, "amount_unit": "wan", "value_on": day.isoformat(), "iou_no": iou, **more}
        return self.post("officer", f"/bank/agreements/{agreement}/disbursements", status, **told)

    def answer(self, iou: str, said: str, **more: Any) -> None:
        """The firm taps once."""
        self.post(self.firm, f"/my/disbursements/{report_key(iou)}/answer", answer=said, **more)

    def ledger(self, as_of: date, known_on: date | None = None) -> dict[str, int]:
        """The audited figure: buckets of the city's loan contracts in yuan, from the kernel of the audit."""
        storage.remove_session()
        session = storage.session()
        city = portfolio_by_code(session, "city")
        assert city is not None
        payload = reckon_cases(session, city, as_of=as_of, known_on=known_on or as_of).payload
        assert verify(session).sound
        buckets = payload["ledger"].get("loan_contract", {})
        assert all(minor % 100 == 0 for minor in buckets.values())
        return {bucket: minor // 100 for bucket, minor in buckets.items() if minor}


def report_key(iou: str) -> str:
    """Public key of the last report of a 借据."""
    storage.remove_session()
    wanted = select(Disbursement.public_key).where(Disbursement.iou_no == iou).order_by(Disbursement.id.desc())
    return str(storage.session().scalars(wanted).first())


def referral_key(need: str) -> str:
    """Public key of the last referral of a need."""
    storage.remove_session()
    wanted = select(Referral.public_key).join(Need, Need.id == Referral.need_id).where(Need.public_key == need)
    return str(storage.session().scalars(wanted.order_by(Referral.id.desc())).first())


def hidden(page: str) -> dict[str, str]:
    """What a page's forms carry unseen: name → value, the last of a name."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'([a-z_]+)="([^"]*)"', tag))
        if told.get("type") == "hidden":
            found[told.get("name", "")] = told.get("value", "")
    return found


def decision_now(key: str) -> CreditDecision:
    """The decision as it is in the database."""
    storage.remove_session()
    return storage.session().scalars(select(CreditDecision).where(CreditDecision.public_key == key)).one()


def paper_now(key: str) -> Paper:
    """The paper as it is in the database."""
    storage.remove_session()
    return storage.session().scalars(select(Paper).where(Paper.public_key == key)).one()


def plain(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    text = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main", 1)[-1]))[:1500]


def build_thread(app: Flask) -> Thread:
    """The market with the city's portfolio."""
    return Thread(app, _build())


def kept_thread(app: Flask) -> Thread:
    """The same, on an empty database copied from the first one of this process."""
    return Thread(app, seeded_where_empty("thread", app.config["SETTINGS"].instance, _build))


def _build() -> World:
    world = build_world()
    run_in_unit_of_work(ensure_city, actor="seed", at=NOON)
    storage.remove_session()
    return world
