"""The commitment ageing ledger (N7): every signed yuan in exactly one bucket, judged in a fixed order.

S is the original signed amount. With G the valid gross not in dispute (capped by what earlier rules left of S), V its
verified part and N the net-new: A1 = min(N, V), A2 = N − A1, A3 = G − N with V − A1 of it verified; without a baseline
all of G stands in A5 with V of it verified. What is paid beyond S is reported as excess and offsets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.buckets import Line, Waterfall
from matchmaking.domain.conversion.casebook import Casebook
from matchmaking.domain.conversion.facts import AGREED_CUT, BANK, BANK_ENDS, BOTH, FIRM, FIRM_GIVES_UP, Exit, Signing
from matchmaking.domain.conversion.instruments import AMOUNTLESS, CREDIT_LINE, LOAN_CONTRACT
from matchmaking.domain.conversion.netting import Draw, NetNew, drawn_since, open_requests
from matchmaking.domain.conversion.paid import Account, Paid, Treasury
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.reconciling import Reconciliation
from matchmaking.domain.conversion.stages import Position, stage_of
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class SigningLedger:
    """One signing's yuan on a day. ``lines`` add up to ``original`` exactly, one line per bucket that holds anything.

    ``excess``: paid beyond what S had room for. ``cumulative``: every counted draw, a memo on revolving lines.
    ``due``: the agreed day after its cap. ``flagged``: key of the verdict that upholds a flag, which keeps the
    signing's money out of every numerator. ``net``: the net-new reckoning, None without baseline or undisputed money.
    """

    signing: Signing
    original: Money
    lines: tuple[Line, ...]
    rows: tuple[Reconciliation, ...]
    stage: str
    age_days: int
    age_band: str
    due: date | None
    excess: Money
    cumulative: Money
    net: NetNew | None
    flagged: str | None = None

    def amount(self, *names: str) -> Money:
        """What stands in the named buckets together."""
        return Money(sum(line.amount.minor for line in self.lines if line.bucket in names), self.original.currency)

    def verified_in(self, *names: str) -> Money:
        """The verified part of the named buckets together."""
        return Money(sum(line.verified.minor for line in self.lines if line.bucket in names), self.original.currency)

    @property
    def with_money(self) -> Money:
        """Paid by any source, the bank's word included (A1–A5)."""
        return self.amount(*b.PAID)

    @property
    def verified(self) -> Money:
        """Verified gross: the verified parts of A1, A3 and A5."""
        return self.verified_in(b.A1, b.A3, b.A5)

    @property
    def provisional(self) -> bool:
        """Whether the net-new figure may still move because its settling day has not come."""
        return self.net is not None and self.net.provisional


def due_day(signing: Signing, parameters: ConversionParameters) -> date | None:
    """The agreed day of payment, at most ``promise_cap_days`` after signing unless the project is drawn by plan."""
    if signing.promised_on is None or signing.by_plan:
        return signing.promised_on
    return min(signing.promised_on, signing.signed_on + timedelta(days=parameters.promise_cap_days))


def converted_amounts(book: Casebook) -> Mapping[str, int]:
    """K1: minor units of every paper that passed into contracts, keyed by signing.

    Intents pass into any contract, a 额度合同 into the 借款合同 drawn under it: one commitment, counted where it is
    live. A contract's amount climbs the chain of papers it follows, nearest first, and is used once per grade: two
    letters of intent behind one contract never become twice the contract, nor does one behind a line and its loan.
    """
    room = {s.key: s.amount.minor for s in book.signings.values() if s.instrument not in AMOUNTLESS | {LOAN_CONTRACT}}
    converted = dict.fromkeys(room, 0)
    # loans before lines: what a loan took over from its line has climbed already
    for grade in (LOAN_CONTRACT, CREDIT_LINE):
        for contract in book.signings.values():
            if contract.instrument == grade and book.duplicate(contract.key) is None:
                _climb(book, contract, room, converted)
    return {key: amount for key, amount in converted.items() if amount}


def _climb(book: Casebook, contract: Signing, room: dict[str, int], converted: dict[str, int]) -> None:
    amount = contract.amount.minor - converted.get(contract.key, 0)
    left: dict[str, int] = {}
    seen = {contract.key}
    later = contract
    while later.supersedes is not None and later.supersedes not in seen:
        if later not in book.successors.get(later.supersedes, ()):
            return
        paper = book.signings[later.supersedes]
        seen.add(paper.key)
        # A merged duplicate's yuan are gone from its ledger already.
        if _passes(paper, contract) and paper.key in room and book.duplicate(paper.key) is None:
            available = left.setdefault(paper.instrument, amount)
            piece = min(available, room[paper.key])
            room[paper.key] -= piece
            converted[paper.key] += piece
            left[paper.instrument] = available - piece
        later = paper


def _passes(paper: Signing, contract: Signing) -> bool:
    """Whether ``paper`` can pass into ``contract``: a line into loans only, never into another line."""
    return paper.instrument != CREDIT_LINE or contract.instrument == LOAN_CONTRACT


class Ageing:
    """Ledgers of all signings of a book on its two days."""

    def __init__(self, book: Casebook, treasury: Treasury, parameters: ConversionParameters) -> None:
        self._book = book
        self._treasury = treasury
        self._parameters = parameters
        self._converted = converted_amounts(book)

    def ledger(self, signing: Signing) -> SigningLedger:
        """The ledger of one signing."""
        book, account = self._book, self._treasury.accounts[signing.key]
        paid = self._treasury.paid(signing)
        original = Money.zero(signing.amount.currency) if signing.instrument in AMOUNTLESS else signing.amount
        due = due_day(signing, self._parameters)
        fall = Waterfall(original)
        self._merge(fall, signing)
        room = fall.rest
        self._pay(fall, account, paid)
        taken = room - fall.rest
        self._close(fall, signing)
        self._wait(fall, account, due)
        lines = fall.settle(self._unexplained(signing))
        age = (book.as_of - signing.signed_on).days
        excess = 0 if signing.instrument in AMOUNTLESS or self._duplicate(lines) else paid.disputed + paid.gross - taken
        flag = book.flag(signing.key)
        return SigningLedger(
            signing=signing,
            original=original,
            lines=lines,
            rows=account.rows,
            stage=stage_of(self._position(signing, original, lines, due), as_of=book.as_of),
            age_days=age,
            age_band=self._parameters.band(age),
            due=due,
            excess=Money(excess, original.currency),
            cumulative=Money(paid.cumulative, original.currency),
            net=paid.net,
            flagged=None if flag is None else flag.key,
        )

    @staticmethod
    def _duplicate(lines: tuple[Line, ...]) -> bool:
        return any(line.bucket == b.K0 for line in lines)

    def _merge(self, fall: Waterfall, signing: Signing) -> None:
        verdict = self._book.duplicate(signing.key)
        if verdict is not None:
            fall.take(b.K0, None, Reason("merged_by_verdict", {"other": verdict.other}), [verdict.key])
        elif signing.key in self._converted:
            papers = sorted(paper.key for paper in self._book.successors.get(signing.key, ()))
            why = Reason("followed_by_contract", {"contract": "、".join(papers)})
            fall.take(b.K1, self._converted[signing.key], why, papers)

    def _pay(self, fall: Waterfall, account: Account, paid: Paid) -> None:
        disputed = [row for row in account.rows if row.disputed]
        if disputed:
            fall.take(b.A4, paid.disputed, disputed[0].reasons[0], _keys(disputed))
        gross = min(paid.gross, fall.rest)
        sure = min(paid.verified, gross)
        settled = [row for row in account.rows if row.settled]
        if paid.net is None:
            fall.take(b.A5, gross, Reason("no_baseline", {}), _keys(settled), verified=sure)
            return
        self._split(fall, account, paid.net, gross, sure)

    def _split(self, fall: Waterfall, account: Account, net: NetNew, gross: int, sure: int) -> None:
        """A3, A1 and A2 of what is settled."""
        new = min(net.amount, gross)
        first = min(new, sure)
        settled = [row for row in account.rows if row.settled]
        baseline = self._book.baselines[account.signing.key]
        figures = self._figures(net, account.signing.amount.currency)
        keys = (*_keys(settled), baseline.key)
        fall.take(b.A3, gross - new, Reason("not_net_new", figures), keys, verified=sure - first)
        agreed = [row for row in settled if row.verified]
        fall.take(b.A1, first, Reason("net_new_verified", figures), (*_keys(agreed), baseline.key), verified=first)
        alone = [row for row in settled if not row.verified]
        fall.take(b.A2, new - first, Reason("net_new_bank_alone", figures), _keys(alone))

    @staticmethod
    def _figures(net: NetNew, currency: str) -> dict[str, str | int | None]:
        """The reckoning behind a net-new figure, for its reason."""
        peak, balance = str(Money(net.peak, currency)), str(Money(net.balance, currency))
        return {"peak": peak, "balance": balance, "day": net.balance_on.isoformat()}

    def _close(self, fall: Waterfall, signing: Signing) -> None:
        exits = self._book.exits.get(signing.key, ())
        for bucket, kind, code in (
            (b.C1, FIRM_GIVES_UP, "firm_gave_up"),
            (b.C2, BANK_ENDS, "bank_ended"),
            (b.C3, AGREED_CUT, "cut_by_agreement"),
        ):
            heard = [fact for fact in exits if fact.kind == kind and said_by_whom_it_takes(fact)]
            if heard:
                whole = any(fact.amount is None for fact in heard)
                wanted = None if whole else sum(fact.amount.minor for fact in heard if fact.amount is not None)
                why = Reason(code, {"reason": heard[0].reason or None, "day": heard[0].happened_on.isoformat()})
                fall.take(bucket, wanted, why, [fact.key for fact in heard])
        until = signing.available_until
        if until is not None and until < self._book.as_of:
            fall.take(b.C4, None, Reason("availability_passed", {"day": until.isoformat()}), [signing.key])

    def _wait(self, fall: Waterfall, account: Account, due: date | None) -> None:
        signing, book = account.signing, self._book
        asked = [Draw(r.key, r.asked_on, r.amount.minor) for r in book.requests.get(signing.key, ())]
        answered = {row.disbursement.key: row.disbursement.request or "" for row in account.rows}
        waiting = open_requests(asked, account.draws, answered)
        if waiting:
            fall.take(b.W6, sum(waiting.values()), Reason("asked_not_paid", {}), sorted(waiting))
        condition = book.blocking.get(signing.key)
        if condition is not None:
            day = None if condition.due_on is None else condition.due_on.isoformat()
            why = Reason("condition_open", {"words": condition.words, "due": day})
            fall.take(b.HOLDERS[condition.holder], None, why, [condition.key])
        mark = book.drawables.get(signing.key)
        if mark is not None:
            left = None if mark.amount is None else mark.amount.minor - drawn_since(account.draws, mark.marked_on)
            fall.take(b.W5, left, Reason("marked_drawable", {"day": mark.marked_on.isoformat()}), [mark.key])
        if due is not None and book.as_of < due:
            fall.take(b.W0, None, Reason("agreed_day_not_reached", {"day": due.isoformat()}), [signing.key])

    def _unexplained(self, signing: Signing) -> Reason:
        """Why nothing explains the rest; silence of the bank is said, never read as zero."""
        dismissed = [x for x in self._book.exits.get(signing.key, ()) if not said_by_whom_it_takes(x)]
        if dismissed:
            return Reason("exit_word_not_enough", {"kind": dismissed[0].kind, "by": dismissed[0].by})
        if self._book.has_reported(signing.lender) is False:
            return Reason("bank_has_not_reported", {"lender": signing.lender})
        return Reason("unexplained", {})

    @staticmethod
    def _position(signing: Signing, original: Money, lines: tuple[Line, ...], due: date | None) -> Position:
        held = {line.bucket: line.amount.minor for line in lines}
        return Position(
            original=original.minor,
            duplicate=held.get(b.K0, 0),
            converted=held.get(b.K1, 0),
            paid=sum(held.get(bucket, 0) for bucket in b.PAID),
            given_up=held.get(b.C1, 0),
            ended=held.get(b.C2, 0),
            cut=held.get(b.C3, 0),
            lapsed=held.get(b.C4, 0),
            due=due,
            framework=signing.instrument in AMOUNTLESS,
        )


def said_by_whom_it_takes(fact: Exit) -> bool:
    """Whether an exit counts: C1 takes the firm's own word, C2 the bank's with a reason, C3 the word of both."""
    if fact.kind == FIRM_GIVES_UP:
        return fact.by in (FIRM, BOTH)
    if fact.kind == BANK_ENDS:
        return fact.by in (BANK, BOTH) and bool(fact.reason.strip())
    return fact.by == BOTH


def _keys(rows: list[Reconciliation]) -> tuple[str, ...]:
    return tuple(key for row in rows for key in row.facts)
