"""One need's way in the demo city, step by step through the platform, as far as its story goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.decisions import commands as decisions
from matchmaking.delivery.decisions.facts import LineTold
from matchmaking.delivery.signings import commands as signings
from matchmaking.delivery.signings.facts import PaperTold
from matchmaking.domain.money import Money
from matchmaking.domain.states import BUREAU, FIRM, MANAGER, OFFICER
from matchmaking.market.needs.commands import post_need, start_need, verify_need
from matchmaking.market.needs.facts import Terms
from matchmaking.market.referrals.commands import Consenting, accept, refer
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook.consent_texts import consent_text
from matchmaking.seeds.diary import Diary

STEPS = (
    "draft", "posted", "verified", "sent", "accepted", "diligence", "deciding", "approved", "drafted", "offered",
    "firm_signed", "signed",
)  # fmt: skip
"""How far a story goes: it is told up to and including this step."""
PURPOSES = ("materials", "orders", "seasonal_purchase", "running_costs")
ACTORS = {FIRM: "seed:firm", BUREAU: "seed:bureau", OFFICER: "seed:officer", MANAGER: "seed:manager"}


@dataclass(slots=True)
class Way:
    """A need of the firm ``firm_key``, sent to the bank of ``product``; ``days`` the day of each step.

    ``paper`` are the terms to sign at the end; ``conditions`` what the line depends on.
    """

    diary: Diary
    key: str
    firm_key: str
    product: str
    asked_minor: int
    days: dict[str, date]
    until: str = "sent"
    paper: PaperTold | None = None
    agreement_key: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    term_months: int = 12
    _told: int = field(default=0, init=False)

    def tell(self) -> None:
        """Note every step up to ``until``."""
        acts: dict[str, Callable[[date, datetime], Any]] = {
            "draft": self.start, "posted": self.post, "verified": self.verify, "sent": self.send,
            "accepted": self.accept, "diligence": self.begin, "deciding": self.submit, "approved": self.approve,
            "drafted": self.draft, "offered": self.offer, "firm_signed": self.sign, "signed": self.countersign,
        }  # fmt: skip
        for place, step in enumerate(STEPS[: STEPS.index(self.until) + 1]):
            day = self.days[step]
            self.diary.note(day, lambda at, act=acts[step], day=day: act(day, at), hour=8 + place)  # type: ignore[misc]

    @property
    def session(self) -> Session:
        """The open unit of work."""
        return self.diary.session

    @property
    def need(self) -> Any:
        """The need, once it is started."""
        return self.diary.rows[f"{self.key}-need"]

    @property
    def referral(self) -> Any:
        """The referral, once it is sent."""
        return self.diary.rows[f"{self.key}-referral"]

    @property
    def decision(self) -> Any:
        """The decision, once it is begun."""
        return self.diary.rows[f"{self.key}-decision"]

    @property
    def sheet(self) -> Any:
        """The paper, once it is drafted."""
        return self.diary.rows[f"{self.key}-paper"]

    def start(self, on: date, at: datetime) -> None:
        """The firm writes its need."""
        place = sum(map(ord, self.key))
        terms = Terms(
            amount=Money(self.asked_minor), amount_unit="wan", term_months=self.term_months,
            purpose=PURPOSES[place % len(PURPOSES)], loan_kind="working_capital",
            guarantees=frozenset({("credit", "surety", "mortgage")[place % 3], "surety"}),
            needed_by=on + timedelta(days=45),
        )  # fmt: skip
        firm = self.session.get_one(Organisation, self.diary.rows[self.firm_key].organisation_id)
        self.diary.rows[f"{self.key}-need"] = start_need(
            self.session, **self._as(FIRM), organisation=firm, terms=terms, on=on, at=at, public_key=f"{self.key}-need"
        )

    def post(self, on: date, at: datetime) -> None:
        """Hands it in; asked about the unit it says that the amount stands."""
        need = self.need
        post_need(self.session, **self._as(FIRM), need=need, version=need.version, on=on, at=at, confirmed=True)

    def verify(self, _on: date, at: datetime) -> None:
        """The bureau verifies it."""
        need = self.need
        verify_need(self.session, **self._as(BUREAU), need=need, version=need.version, at=at)

    def send(self, on: date, at: datetime) -> None:
        """The firm sends it to the bank and lets it read the file."""
        need, version = self.need, consent_text("share_dossier", on).version
        sent = refer(
            self.session, **self._as(FIRM), actor_organisation_id=need.organisation_id, need=need,
            version=need.version, products=[self.product], consenting=Consenting(version, "zh"), on=on, at=at,
        )  # fmt: skip
        self.diary.rows[f"{self.key}-referral"] = sent[0]

    def accept(self, on: date, at: datetime) -> None:
        """The branch takes it in hand."""
        found = self.referral
        accept(self.session, **self._as(OFFICER), referral=found, version=found.version, on=on, at=at)

    def begin(self, on: date, at: datetime) -> None:
        """Diligence: a draft of the line."""
        line = LineTold(
            line=Money(self.asked_minor), term_months=self.term_months, expires_on=on + timedelta(days=365),
            lpr_tenor="1Y", spread_bp=55, conditions=self.conditions,
        )  # fmt: skip
        self.diary.rows[f"{self.key}-decision"] = decisions.start_decision(
            self.session, **self._as(OFFICER), referral_key=self.referral.public_key, on=on, at=at, terms=line,
            public_key=f"{self.key}-decision",
        )  # fmt: skip

    def submit(self, on: date, at: datetime) -> None:
        """Up to the manager."""
        found = self.decision
        decisions.submit_decision(
            self.session, **self._as(OFFICER), decision=found, version=found.version, on=on, at=at
        )  # fmt: skip

    def approve(self, on: date, at: datetime) -> None:
        """已授信."""
        found = self.decision
        decisions.approve_decision(
            self.session, **self._as(MANAGER), decision=found, version=found.version, on=on, at=at
        )  # fmt: skip

    def draft(self, on: date, at: datetime) -> None:
        """The paper is written."""
        if self.paper is None:
            raise ValueError(f"{self.key} has no paper to sign")
        self.diary.rows[f"{self.key}-paper"] = signings.draft_paper(
            self.session, **self._as(OFFICER), decision=self.decision, terms=self.paper, on=on, at=at,
            public_key=f"{self.key}-paper",
        )  # fmt: skip

    def offer(self, on: date, at: datetime) -> None:
        """Shown to the firm."""
        signings.offer_paper(
            self.session, **self._as(OFFICER), paper=self.sheet, version=self.sheet.version, on=on, at=at
        )

    def sign(self, _on: date, at: datetime) -> None:
        """The firm signs."""
        signings.sign_for_firm(self.session, **self._as(FIRM), paper=self.sheet, version=self.sheet.version, at=at)

    def countersign(self, on: date, at: datetime) -> None:
        """The bank signs: from here it is an agreement."""
        self.diary.rows[self.agreement_key] = signings.countersign(
            self.session, **self._as(MANAGER), paper=self.sheet, version=self.sheet.version, on=on, at=at,
            public_key=self.agreement_key,
        )  # fmt: skip

    @staticmethod
    def _as(role: str) -> dict[str, Any]:
        return {"actor": ACTORS[role], "role": role}
