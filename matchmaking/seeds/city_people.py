"""Further people of the demo, who come with the city: the firm in trouble, a second bank, the bureau of a district."""

from __future__ import annotations

from datetime import date, datetime

from matchmaking.foundation.access.roles import Role
from matchmaking.registry.organisations.commands import create_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.papers import contract_papers, troubled_contract
from matchmaking.seeds.people import Persona, ensure_people

BANK, BUREAU = "bank-hanjiang", "city-bureau-hanbin"
HANBIN = "610902"


def troubled_firm() -> str:
    """Key of the firm in trouble: paid in part, told of money it never got, and left without a word on the rest."""
    number = troubled_contract().number
    return next(paper.firm.key for paper in contract_papers() if paper.number == number)


def tell_people(diary: Diary) -> None:
    """The district's bureau, and accounts that open from their cards."""
    diary.keep(BUREAU, date(2025, 1, 13), lambda at: _bureau(diary, at))
    diary.note(TODAY, lambda at: _accounts(diary, at), hour=7)


def _bureau(diary: Diary, at: datetime) -> Organisation:
    return create_organisation(
        diary.session, actor="seed:city", kind="bureau", name="汉滨区工信局（演示）", area_code=HANBIN,
        on=date(2025, 1, 13), at=at, public_key=BUREAU,
    )  # fmt: skip


def _accounts(diary: Diary, at: datetime) -> None:
    firm = troubled_firm()
    people = (
        Persona("firm.toys", "罗霞（演示）", Role.ENTERPRISE, HANBIN, firm),
        Persona("bank2.officer", "何川（演示）", Role.BANK_OFFICER, "*", BANK),
        Persona("bank2.manager", "秦岚（演示）", Role.BANK_MANAGER, "*", BANK),
        Persona("bureau.county", "江月（演示）", Role.BUREAU_OFFICER, HANBIN, BUREAU),
    )
    places = {
        firm: diary.rows[firm].organisation_id,
        BANK: diary.rows[BANK].id,
        BUREAU: diary.rows[BUREAU].id,
    }
    ensure_people(diary.session, places=places, at=at, people=people)
