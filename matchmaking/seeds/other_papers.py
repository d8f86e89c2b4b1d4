"""Everything signed in the demo city that is no loan contract: lines, commitments, intents, papers nobody graded.

At the twenty-three meetings, together with the contracts, exactly 1,650,000,000.00 yuan; at the three regular ones
exactly 1,340,000,000.00, none of it a loan contract. Grades are never added up anywhere but in the bureau's letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from matchmaking.seeds.city_firms import RECOMMENDED, Firm, city_firms
from matchmaking.seeds.gatherings import meeting
from matchmaking.seeds.papers import Paper, banks_for, contract_papers, shares, signers, tea_contract

YI = 10_000_000_000
LINES, COMMITMENTS, INTENTS, UNGRADED = 249 * YI // 100, 213 * YI // 100, 717 * YI // 100, 85 * YI // 100
"""Fen signed at the twenty-three meetings; with 3.86 亿 of contracts they make 16.5 亿."""
REGULAR = (("ungraded", 54 * YI // 10, 42), ("credit_line", 42 * YI // 10, 34), ("intent_letter", 38 * YI // 10, 30))
"""Fen and papers of each grade at the three regular meetings: 13.4 亿."""
FIVE_WAN = 5_000_000
TWINS = ("city-intent-070", "city-intent-071")
"""One firm, one bank, one sum, signed at two meetings: the office found later that the second repeats the first."""


def other_papers(listed: Sequence[Paper]) -> list[Paper]:
    """All of them. ``listed``: contracts that come from lists, and may follow a paper of an earlier meeting."""
    return [*_intents(listed), *_lines(listed), *_commitments(), *_ungraded(), *_strategic(), *_regular(), *_apart()]


def predecessor_of(contract: Paper) -> str | None:
    """Key of the paper that a contract from a list follows: an intent mostly, a line now and then."""
    if contract.meeting is None or contract.meeting.number < 4 or contract.number % 4 == 1:
        return None
    kind = "intent" if contract.number % 4 else "line"
    return f"city-{kind}-of-{contract.number:03d}"


def _intents(listed: Sequence[Paper]) -> Iterator[Paper]:
    followed = [one for one in listed if (predecessor_of(one) or "").startswith("city-intent")]
    amounts = list(shares(INTENTS, 96, unit=FIVE_WAN))
    amounts[72] += amounts[71] - amounts[70]
    amounts[71] = amounts[70]
    pool = signers()
    for place, amount in enumerate(amounts):
        if place < len(followed):
            yield _before(followed[place], "intent_letter", amount, f"city-intent-of-{followed[place].number:03d}")
        else:
            like = 70 if place == 71 else place
            firm = pool[like * 31 % len(pool)]
            yield _at(f"city-intent-{place:03d}", firm, "intent_letter", amount, 1 + place * 5 % 23, like)


def _lines(listed: Sequence[Paper]) -> Iterator[Paper]:
    followed = [one for one in listed if (predecessor_of(one) or "").startswith("city-line")]
    busy = {paper.firm for paper in contract_papers()}
    quiet = [firm for firm in signers() if firm not in busy]
    for place, amount in enumerate(shares(LINES, 34, unit=FIVE_WAN)):
        if place < len(followed):
            yield _before(followed[place], "credit_line", amount, f"city-line-of-{followed[place].number:03d}")
        else:
            firm, number = quiet[place % len(quiet)], 1 + place * 7 % 21
            yield _at(f"city-line-{place:03d}", firm, "credit_line", amount, number, place, revolving=place % 3 == 0)


def _commitments() -> Iterator[Paper]:
    pool = signers()
    for place, amount in enumerate(shares(COMMITMENTS, 28, unit=FIVE_WAN)):
        firm = pool[(place * 17 + 5) % len(pool)]
        yield _at(f"city-commitment-{place:03d}", firm, "commitment_letter", amount, 1 + place * 9 % 23, place)


def _ungraded() -> Iterator[Paper]:
    pool = signers()
    for place, amount in enumerate(shares(UNGRADED, 12, unit=FIVE_WAN)):
        firm = pool[(place * 11 + 3) % len(pool)]
        yield _at(f"city-ungraded-{place:03d}", firm, "ungraded", amount, 1 + place * 2 % 23, place)


def _strategic() -> Iterator[Paper]:
    pool = signers()
    for place in range(6):
        # the contract of this firm's place in the table is told of the demo's firm owner
        firm = pool[place * 20] if place else contract_papers()[tea_contract().number - 1].firm
        yield _at(f"city-strategic-{place}", firm, "strategic", None, 1 + place * 4, place)


def _regular() -> Iterator[Paper]:
    pool = [firm for firm in city_firms() if firm.number <= RECOMMENDED and firm not in set(signers())]
    place = 0
    for instrument, total, count in REGULAR:
        for amount in shares(total, count, unit=FIVE_WAN):
            firm, place = pool[place % len(pool)], place + 1
            yield _at(f"city-regular-{place:03d}", firm, instrument, amount, 1 + place % 3, place, kind="regular")


def _apart() -> Iterator[Paper]:
    """Papers older than their meeting (会前存量), and papers told long after its sheet froze (补录)."""
    pool = [firm for firm in city_firms() if firm.number <= RECOMMENDED and firm not in set(signers())]
    for place in range(6):
        held = meeting("matching", 6 + place * 2)
        old = place % 2 == 0
        signed = held.held_on - timedelta(days=21) if old else held.held_on
        firm = pool[-1 - place]
        yield Paper(
            key=f"city-{'before' if old else 'late'}-{place}", firm=firm, bank=banks_for(firm)[0],
            instrument="loan_contract", amount_minor=(18 + place * 4) * 10 * FIVE_WAN // 5, signed_on=signed,
            told_on=held.held_on + timedelta(days=0 if old else 27), meeting=held, number=500 + place,
            pieces=(("A1", (18 + place * 4) * 10 * FIVE_WAN // 5),),
        )  # fmt: skip


def _before(contract: Paper, instrument: str, amount: int, key: str) -> Paper:
    """The paper that a contract follows, signed two meetings earlier or more."""
    if contract.meeting is None:
        raise ValueError(f"{contract.key} was signed at no meeting")
    held = meeting("matching", max(1, contract.meeting.number - 2 - contract.number % 3))
    return Paper(
        key=key, firm=contract.firm, bank=contract.bank, instrument=instrument, amount_minor=amount,
        signed_on=held.held_on, told_on=held.held_on, meeting=held, number=600 + contract.number,
    )  # fmt: skip


def _at(
    key: str, firm: Firm, instrument: str, amount: int | None, number: int, place: int, *, kind: str = "matching",
    revolving: bool = False,
) -> Paper:  # fmt: skip
    held, banks = meeting(kind, number), banks_for(firm)
    return Paper(
        key=key, firm=firm, bank=banks[place % len(banks)], instrument=instrument, amount_minor=amount,
        signed_on=held.held_on, told_on=held.held_on, meeting=held, number=700 + place,
        pieces=_pieces(instrument, amount or 0, place, number if kind == "matching" else 10, revolving),
        revolving=revolving,
    )  # fmt: skip


def _pieces(instrument: str, amount: int, place: int, number: int, revolving: bool) -> tuple[tuple[str, int], ...]:
    """What became of a paper by its kind and place; young papers wait for their day."""
    if instrument == "strategic":
        return ()
    if number >= 21:
        return (("W0", amount),)
    if instrument == "credit_line":
        drawn = amount * 2 // 5 // FIVE_WAN * FIVE_WAN
        if revolving:
            return (("R", drawn), ("W5", amount - drawn))
        fates = (("A1", "W5"), ("A2", "U"), ("A1", "W3"), ("A2", "W5"))[place % 4]
        return ((fates[0], drawn), (fates[1], amount - drawn))
    codes = {"commitment_letter": ("W2", "U", "W4", "C4", "W1"), "ungraded": ("U", "U", "C1", "U", "W3")}
    chosen = codes.get(instrument, ("U", "U", "C1", "U", "C4", "U", "U", "W3", "U"))
    return ((chosen[place % len(chosen)], amount),)
