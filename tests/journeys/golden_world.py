"""The people of the golden cases at their browsers in 2025: a case's facts typed in, each by its actor on its day."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from matchmaking.delivery.audits import jobs as audits
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.findings.models import Finding
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts.commands.sessions import Place, open_session
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.organisations.commands import create_organisation, ensure_zones, open_branch
from matchmaking.registry.organisations.models import Organisation
from matchmaking.seeds.city import ensure_city
from matchmaking.seeds.golden_cases import GoldenCase
from tests.journeys.thread_world import hidden, noon, plain, referral_key
from tests.market import market_world, referral_world
from tests.web_fixtures import Browser

OPENS = date(2025, 2, 10)
HOUSE, BRANCH, DESK = "演示汉江银行", "演示汉江银行汉滨支行", "演示汉江银行营业部"
RIVAL, EAST = "演示巴山银行", "演示巴山银行城东支行"
STAFF = {BRANCH: ("officer", "branch"), EAST: ("officer2", "branch2"), DESK: ("desk", "")}
"""Branch → logins of its officer and of the manager who binds the bank."""
MORE = "2025-12-31"


@dataclass
class Typist:
    """One case's city. ``typed``: key in the case's file → public key that the product gave to what was typed."""

    app: Flask
    settings: Settings
    travel: time_machine.Traveller
    case: GoldenCase
    products: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    browsers: dict[tuple[str, date], Browser] = field(default_factory=dict)
    need: str = ""
    today: date = OPENS

    def type_in(self) -> None:
        """Every fact of the case in the order in which it became known, on its own day."""
        for fact in sorted(self.case.facts, key=lambda one: (one.recorded_on, PLACES[type(one)], one.key)):
            if fact.recorded_on != self.today:
                self.today = fact.recorded_on
                self.travel.move_to(noon(self.today))
            TYPED[type(fact)](self, fact)

    # --- HTTP

    def browser(self, login: str) -> Browser:
        """The browser of ``login``, signed in anew every day."""
        known = self.browsers.get((login, self.today))
        if known is not None:
            return known
        client: Browser = self.app.test_client()  # type: ignore[assignment]

        def opened(session: Session) -> str:
            user = account_by_login(session, login)
            assert user is not None, login
            return open_session(session, user=user, at=clock.now(), place=Place(hours=8))

        token = run_in_unit_of_work(opened)
        storage.remove_session()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return self.browsers.setdefault((login, self.today), client)

    def post(self, login: str, path: str, **data: Any) -> TestResponse:
        """``login`` sends the form of ``path``, which is taken."""
        answer = self.browser(login).submit(path, {"key": uuid.uuid4().hex, **data})
        assert answer.status_code == 303, (path, answer.status_code, plain(answer))
        assert answer.headers["Location"] != "/sign-in", (login, path)
        storage.remove_session()
        return answer

    # --- what each fact takes

    def _all(self, kind: type) -> Iterable[Any]:
        return (fact for fact in self.case.facts if isinstance(fact, kind))

    def hold(self, fact: f.Event) -> None:
        """The bureau records the meeting that papers will name."""
        told = {"kind": "matching", "number": fact.key, "name": "演示对接会", "place": "演示会场"}
        answer = self.post("county", "/events/new", held_on=fact.held_on.isoformat(), **told)
        self.typed[fact.key] = answer.headers["Location"].rsplit("/", 1)[1]

    def ask(self, amount: Money) -> None:
        """The firm writes and posts what it needs; the bureau verifies it."""
        written = self.post(
            "tea", "/needs/new", version=0, amount=wan(amount), amount_unit="wan", term_months="12", purpose="orders",
            loan_kind="working_capital", guarantees="credit", then="check",
        )  # fmt: skip
        self.need = written.headers["Location"].split("/")[2]
        self.post("tea", f"/needs/{self.need}/post", version=1, confirmed="y")
        self.post("county", f"/bureau/needs/{self.need}/verify", version=2)

    def line(self, branch: str, amount: Money, revolving: bool) -> str:
        """The firm sends its need with its consent; the branch accepts, an officer proposes, the manager approves."""
        officer, manager = STAFF[branch]
        product = self.products[branch]
        path = f"/needs/{self.need}/send"
        page = self.browser("tea").get(path, query_string={"product": product}).get_data(as_text=True)
        shown = hidden(page)
        self.post("tea", path, product=product, agreed="y", version=shown["version"], digest=shown["digest"])
        referral = referral_key(self.need)
        self.post(officer, f"/inbox/{referral}/accept", version=1)
        begun = self.post(officer, f"/bank/referrals/{referral}/decision")
        decision = begun.headers["Location"].rsplit("/", 1)[1]
        told: dict[str, Any] = {
            "line": wan(amount), "line_unit": "wan", "term_months": "12", "expires_on": MORE, "lpr_tenor": "1Y",
            "spread_bp": "55", **({"revolving": "y"} if revolving else {}),
        }  # fmt: skip
        self.post(officer, f"/bank/decisions/{decision}/edit", version=1, **told)
        self.post(officer, f"/bank/decisions/{decision}/move", version=2, action="submit")
        self.post(manager, f"/bank/decisions/{decision}/move", version=3, action="approve")
        return decision

    def sign(self, fact: f.Signing) -> None:
        """A paper under the line, offered, signed by the firm, countersigned by the bank."""
        officer, manager = STAFF[fact.branch]
        if not self.need:
            self.ask(fact.amount)
        if fact.supersedes:
            self.decisions[fact.key] = self.decisions[fact.supersedes]
        # a need goes to every bank before one of them has signed
        for one in self._all(f.Signing):
            if one.recorded_on == self.today and one.key not in self.decisions:
                self.decisions[one.key] = self.line(one.branch, one.amount, one.revolving)
        decision = self.decisions[fact.key]
        drafted = self.post(officer, f"/bank/decisions/{decision}/papers", **self._paper(fact))
        paper = drafted.headers["Location"].rsplit("/", 1)[1]
        self.post(officer, f"/bank/papers/{paper}/move", version=1, action="offer")
        self.post("tea", f"/my/papers/{paper}/sign", version=2, action="sign")
        self.post(manager, f"/bank/papers/{paper}/countersign", version=3, action="countersign")
        page = self.browser(officer).get(f"/bank/papers/{paper}").get_data(as_text=True)
        found = re.search(r"/bank/agreements/([^\"/]+)\"", page.split("<main", 1)[1])
        assert found, plain(self.browser(officer).get(f"/bank/papers/{paper}"))
        self.typed[fact.key] = found[1]

    def _paper(self, fact: f.Signing) -> dict[str, Any]:
        base = next((one for one in self._all(f.Baseline) if one.signing == fact.key), None)
        told: dict[str, Any] = {
            "instrument": fact.instrument, "amount": wan(fact.amount), "amount_unit": "wan", "term_months": "12",
            "rate": "3.65", "declared": fact.declared, "baseline": wan(base.balance) if base else "0",
            "baseline_unit": "wan", "ious": "\n".join(base.ious) if base else "",
            "promised_on": (fact.promised_on or self.today).isoformat(),
        }  # fmt: skip
        if fact.revolving:
            told["revolving"] = "y"
        if fact.supersedes:
            told["follows_key"] = self.typed[fact.supersedes]
        if fact.signed_on != self.today:
            told["dated_on"] = fact.signed_on.isoformat()
        if fact.event:
            told["event_key"] = self.typed[fact.event]
        return told

    def condition(self, fact: f.Condition) -> None:
        """The officer records a condition and who holds it."""
        due = fact.due_on.isoformat() if fact.due_on else ""
        told = {"holder": fact.holder, "what": fact.words, "set_on": fact.set_on.isoformat(), "due_on": due}
        self.post("officer", f"/bank/agreements/{self.typed[fact.signing]}/conditions", **told)

    def drawable(self, fact: f.Drawable) -> None:
        """The officer marks all that is left as drawable."""
        assert fact.amount is None
        path = f"/bank/agreements/{self.typed[fact.signing]}/drawable"
        self.post("officer", path, marked_on=fact.marked_on.isoformat())

    def pay(self, fact: f.Disbursement) -> None:
        """The branch that paid reports in its own name; where it did not sign, its manager named it before."""
        signing = next(one for one in self._all(f.Signing) if one.key == fact.signing)
        agreement = self.typed[fact.signing]
        if fact.branch != signing.branch:
            named = storage.session().scalars(select(Organisation.public_key).where(Organisation.name == fact.branch))
            self.post(STAFF[signing.branch][1], f"/bank/agreements/{agreement}/paying-branches", branch=named.one())
        self.post(
            STAFF[fact.branch][0], f"/bank/agreements/{agreement}/disbursements", amount=wan(fact.amount),
            amount_unit="wan", value_on=fact.value_on.isoformat(), iou_no=fact.iou_no, no_fees="y",
        )  # fmt: skip
        wanted = select(Disbursement.public_key).where(Disbursement.iou_no == fact.iou_no)
        self.typed[fact.key] = storage.session().scalars(wanted.order_by(Disbursement.id.desc())).first() or ""
        storage.remove_session()

    def answer(self, fact: f.Confirmation) -> None:
        """The firm taps right, wrong with its amount, or not received."""
        told: dict[str, Any] = {"answer": fact.answer}
        if fact.amount is not None:
            told |= {"amount": wan(fact.amount), "amount_unit": "wan"}
        self.post("tea", f"/my/disbursements/{self.typed[fact.disbursement]}/answer", **told)

    def void(self, fact: f.Void) -> None:
        """The officer takes a report back."""
        self.post("officer", f"/bank/disbursements/{self.typed[fact.fact]}/void", reason=fact.reason)

    def repay(self, fact: f.Repayment) -> None:
        """The officer records principal paid back, on its 借据 or on an older loan of the bank."""
        agreement = (
            self.typed[fact.signing] if fact.signing else next(self.typed[one.key] for one in self._all(f.Signing))
        )
        on = self.typed[fact.disbursement] if fact.disbursement else "this" if fact.signing else "older"
        self.post(
            "officer", f"/bank/agreements/{agreement}/repayments", amount=wan(fact.amount), amount_unit="wan",
            paid_on=fact.paid_on.isoformat(), on=on, iou_no=fact.iou_no or "",
        )  # fmt: skip

    def leave(self, fact: f.Exit) -> None:
        """The firm gives up, or the manager ends the rest with the coded reason of these words."""
        agreement = self.typed[fact.signing]
        if fact.kind == "firm_gives_up":
            self.post("tea", f"/my/agreements/{agreement}/give-up")
        else:
            assert (fact.kind, fact.reason) == ("bank_ends", "规模限额")
            self.post("branch", f"/bank/agreements/{agreement}/end", code="quota")

    def judge(self, fact: f.Verdict) -> None:
        """The night's check asks about the disagreement; the office answers it with a verdict."""
        audits.run_findings(JobContext(self.today, clock.now(), self.settings))
        storage.remove_session()
        asked = list(storage.session().scalars(select(Finding).where(Finding.code == "receipt_conflict")))
        number = next(one.id for one in asked if one.params["about"] == self.typed[fact.subject])
        storage.remove_session()
        self.post(
            "office", f"/findings/{number}/verdict", kind=fact.kind, document=fact.document,
            decided_on=fact.decided_on.isoformat(), because="已核对收款账户流水与借据，放款金额属实",
        )  # fmt: skip


def _nothing(_typist: Typist, _fact: f.Fact) -> None:
    """Typed with its paper: the baseline that is asked once, at signing."""


def _need(typist: Typist, fact: f.Need) -> None:
    typist.ask(fact.amount)
    typist.typed[fact.key] = typist.need


TYPED: dict[type, Callable[[Typist, Any], None]] = {
    f.Event: Typist.hold,
    f.Need: _need,
    f.Signing: Typist.sign,
    f.Baseline: _nothing,
    f.Condition: Typist.condition,
    f.Disbursement: Typist.pay,
    f.Repayment: Typist.repay,
    f.Exit: Typist.leave,
    f.Void: Typist.void,
    f.Confirmation: Typist.answer,
    f.Drawable: Typist.drawable,
    f.Verdict: Typist.judge,
}
"""Fact → how its actor types it, in the order in which facts of one day can be told."""
PLACES = {kind: place for place, kind in enumerate(TYPED)}


def wan(amount: Money) -> str:
    """An amount as somebody types it in 万元."""
    whole, rest = divmod(amount.minor, 1_000_000)
    assert rest == 0
    return str(whole)


def build_golden(app: Flask, settings: Settings, travel: time_machine.Traveller, case: GoldenCase) -> Typist:
    """The firm of ``case``, the two banks of the golden cases with their branches and people, a product of each."""
    at = noon(OPENS)
    heads = run_in_unit_of_work(_people, case=case, at=at)
    run_in_unit_of_work(ensure_city, actor="seed", at=at)
    offers = {branch: referral_world.sell(heads[branch], f"{branch}信用贷", on=OPENS) for branch in (BRANCH, EAST)}
    storage.remove_session()
    return Typist(app, settings, travel, case, offers)


def _people(session: Session, *, case: GoldenCase, at: datetime) -> dict[str, int]:
    told: dict[str, Any] = {"actor": "seed", "on": OPENS, "at": at}
    ensure_zones(session)
    world, area = market_world.World(), market_world.HANBIN
    signing = next(fact for fact in case.facts if isinstance(fact, f.Signing))
    firm = market_world._firm(session, signing.firm, area, 1).organisation_id
    house = create_organisation(session, kind="bank", name=HOUSE, area_code="*", **told)
    rival = create_organisation(session, kind="bank", name=RIVAL, area_code="*", **told)
    county = create_organisation(session, kind="bureau", name="演示汉滨区工信局", area_code=area, **told)
    below: dict[str, Any] = {"level": "branch", **told}
    # the desk is elsewhere: a need of the county goes to the county's own branch
    branch = open_branch(session, parent=house, name=BRANCH, area_code=area, **below)
    desk = open_branch(session, parent=house, name=DESK, area_code=market_world.ZIYANG, **below)
    east = open_branch(session, parent=rival, name=EAST, area_code=area, **below)
    for login, role, where, owner in (
        ("tea", Role.ENTERPRISE, area, firm),
        ("county", Role.BUREAU_OFFICER, area, county.id),
        ("officer", Role.BANK_OFFICER, "*", branch.id),
        ("branch", Role.BANK_MANAGER, "*", branch.id),
        ("desk", Role.BANK_OFFICER, "*", desk.id),
        ("officer2", Role.BANK_OFFICER, "*", east.id),
        ("branch2", Role.BANK_MANAGER, "*", east.id),
        ("office", Role.FINANCE_OFFICE_CITY, "*", None),
    ):
        market_world._person(session, world, login, role, where, owner)
    return {BRANCH: house.id, EAST: rival.id}
