"""Where demo people work: a bureau, and a fictional firm that is verified and ready to post a need."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.domain.states import FIRM as FIRM_ROLE
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.registry.enterprises.commands import FirmTold, ProfileTold, open_firm, tell_profile, verify_enterprise
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.commands import create_organisation
from matchmaking.registry.organisations.queries import organisation_by_key
from matchmaking.seeds.people import ACTOR, BANK, BUREAU, FIRM

SINCE = date(2026, 9, 1)
HANBIN = "610902"


def ensure_places(session: Session) -> dict[str, int]:
    """Key → organisation id of the firm, the bank and the bureau that demo people work for, made where missing."""
    at = datetime.combine(SINCE, time(9), SHANGHAI)
    bureau = organisation_by_key(session, BUREAU) or create_organisation(
        session, actor=ACTOR, kind="bureau", name="市工信局（演示）", area_code="*", on=SINCE, at=at, public_key=BUREAU
    )
    bank = organisation_by_key(session, BANK)
    if bank is None:
        raise LookupError("the demo's products, and with them its banks, are seeded before its people")
    firm = session.scalars(select(Enterprise).where(Enterprise.public_key == FIRM)).one_or_none()
    return {FIRM: (firm or _firm(session, at)).organisation_id, BANK: bank.id, BUREAU: bureau.id}


def _firm(session: Session, at: datetime) -> Enterprise:
    """A fictional tea firm, told and verified, so that a need can be posted in the first minute."""
    told = FirmTold(uscc_from("91", HANBIN, 900_001), "硒香茶业有限公司（演示）", "limited", HANBIN)
    firm = open_firm(session, actor=ACTOR, told=told, entered_by="firm", on=SINCE, at=at, public_key=FIRM)
    profile = ProfileTold(
        "limited", HANBIN, industry="1530", founded_on=date(2019, 3, 1), employees=36, figures_year=2025,
        revenue=Money.of(18_000_000), assets=Money.of(12_000_000), tax_grade="A", without_loans=True,
    )  # fmt: skip
    tell_profile(session, actor=ACTOR, role=FIRM_ROLE, enterprise_id=firm.id, version=1, told=profile, on=SINCE, at=at)
    verify_enterprise(
        session, actor="seed:bureau", enterprise_id=firm.id, version=2, basis="public_register", on=SINCE, at=at
    )
    return firm
