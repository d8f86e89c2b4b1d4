"""Papers signed in the demo city: who with whom, what kind, how much, at which meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from matchmaking.seeds.city_banks import BANKS, BY_CODE, Bank
from matchmaking.seeds.city_firms import RECOMMENDED, Firm, city_firms
from matchmaking.seeds.contracts import Contract, contracts
from matchmaking.seeds.gatherings import TODAY, Meeting, meeting

OVERLAP = 87
"""How many of the recommended firms signed anything at a meeting; all other signers stand on the list that went up."""
RENEWALS_AS_NEW = "qinling"
"""The bank that tells every renewal as new money."""
ON_PAPER, THROUGH_THE_PLATFORM = "paper", "platform"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper and what becomes of it. ``pieces``: (code of ``contracts.py``, minor units); ``told_on``: entered."""

    key: str
    firm: Firm
    bank: Bank
    instrument: str
    amount_minor: int | None
    signed_on: date
    told_on: date
    meeting: Meeting | None
    number: int
    pieces: tuple[tuple[str, int], ...] = ()
    supersedes: str | None = None
    revolving: bool = False

    def minor(self, *codes: str) -> int:
        """What the pieces of these codes come to."""
        return sum(minor for code, minor in self.pieces if code in codes)

    @property
    def declared(self) -> str:
        """新增 or 续贷/置换, in the bank's words."""
        return "renewal" if self.minor("A3", "A3b") and self.bank.code != RENEWALS_AS_NEW else "new"

    @property
    def promised_on(self) -> date:
        """The agreed day of the money: still to come for what waits for it, else two months or less."""
        if self.minor("W0"):
            return max(TODAY + timedelta(days=20 + self.number % 25), self.signed_on + timedelta(days=45))
        return self.signed_on + timedelta(days=20 if (TODAY - self.signed_on).days < 75 else 60)

    @property
    def available_until(self) -> date | None:
        """The last day of the availability period, on papers that have lapsed."""
        return self.signed_on + timedelta(days=150) if self.minor("C4") else None


@cache
def signers() -> tuple[Firm, ...]:
    """Firms that sign at meetings: 87 of the recommended ones and the 53 of the list that went up."""
    return tuple(
        firm
        for firm in city_firms()
        if firm.number > RECOMMENDED or firm.number * OVERLAP % RECOMMENDED < OVERLAP
    )  # fmt: skip


@cache
def contract_papers() -> tuple[Paper, ...]:
    """The 120 loan contracts, each with a firm of its own, of a county that its bank serves as far as there are any."""
    free = list(signers())
    return tuple(_contract(each, _taken(free, each)) for each in contracts())


def tea_contract() -> Contract:
    """The contract behind which the demo's firm owner stands: paid by the bank's word, not answered yet."""
    return next(each for each in contracts() if (each.bank, each.meeting) == ("jinzhou", 23))


def troubled_contract() -> Contract:
    """The contract of the firm in trouble: part paid, part denied, part without a word."""
    return next(each for each in contracts() if (each.bank, each.meeting) == ("hanjiang", 16))


def _taken(free: list[Firm], contract: Contract) -> Firm:
    areas = BY_CODE[contract.bank].areas
    toys = contract == troubled_contract()
    near = [firm for firm in free if firm.area in areas and (not toys or firm.trade.words == "毛绒玩具")]
    chosen = (near or free)[0]
    free.remove(chosen)
    return chosen


def _contract(each: Contract, firm: Firm) -> Paper:
    place = meeting("matching", each.meeting)
    return Paper(
        key=f"city-contract-{each.number:03d}", firm=firm, bank=BY_CODE[each.bank], instrument="loan_contract",
        amount_minor=each.amount_minor, signed_on=place.held_on, told_on=place.held_on, meeting=place,
        number=each.number, pieces=each.pieces,
    )  # fmt: skip


def shares(total_minor: int, count: int, *, unit: int) -> Iterator[int]:
    """``count`` amounts of multiples of ``unit`` between 60 and 140 per cent of the mean; the last takes the rest."""
    mean, left = total_minor // count, total_minor
    for place in range(count - 1):
        amount = max(unit, mean * (60 + place * 53 % 81) // 100 // unit * unit)
        left -= amount
        yield amount
    yield left


def banks_for(firm: Firm) -> Sequence[Bank]:
    """Banks with a branch in the firm's county."""
    return [bank for bank in BANKS if firm.area in bank.areas]
