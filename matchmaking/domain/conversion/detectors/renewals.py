"""D1 续贷计作新增, and D4 即贷即收: money that came back, before or after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from matchmaking.domain.conversion.detectors.flags import (
    Exhibit,
    Flag,
    Told,
    of_baseline,
    of_payment,
    of_repayment,
    of_signing,
)
from matchmaking.domain.conversion.detectors.scene import Scene, quarter_end
from matchmaking.domain.conversion.detectors.thresholds import at_least
from matchmaking.domain.conversion.facts import NEW, Disbursement, Signing
from matchmaking.domain.conversion.netting import NetNew
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason


def renewal_as_new(scene: Scene) -> Iterator[Flag]:
    """D1: a paper declares 新增, yet ``d1_old_ppm`` or more of what was paid only replaces what the firm owed before.

    ``old`` = gross − net-new, of which the six months before must have owed as much: money that merely came back
    afterwards is D4's. Nobody is asked before the net-new figure has settled.
    """
    for signing in scene.signings:
        paid = scene.treasury.paid(signing)
        if signing.declared != NEW or paid.net is None or paid.net.provisional or not paid.gross:
            continue
        old = min(paid.gross - paid.net.amount, paid.net.peak)
        if at_least(old, scene.thresholds.d1_old_ppm, paid.gross):
            yield _renewal(scene, signing, paid.gross, paid.net, old)


def _renewal(scene: Scene, signing: Signing, gross: int, net: NetNew, old: int) -> Flag:
    currency = signing.amount.currency
    baseline = scene.book.baselines[signing.key]
    # the balances behind it are of all banks together: no bank is told what the firm owes the others
    told = {
        "paid": str(Money(gross, currency)), "old": str(Money(old, currency)), "day": net.balance_on.isoformat(),
        "from": net.peak_from.isoformat(),
    }  # fmt: skip
    return Flag(
        "d1", signing.lender, Reason("flag_d1_saw", told),
        (of_signing(signing), of_baseline(baseline), *(of_payment(one) for one in scene.paid(signing))),
        (signing.key,), (signing.key,), (signing.firm,), signing.event, Money(old, currency),
    )  # fmt: skip


def round_trip(scene: Scene) -> Iterator[Flag]:
    """D4: ``d4_back_ppm`` of a 借据 came back within ``d4_within_days``; or ``d4_reporting_ppm`` of it, when both days
    lie within ``d4_reporting_days`` of a quarter's end and on its two sides.

    On a revolving line what is drawn again within as many days of going back is turnover, and comes off it.
    """
    for signing in scene.signings:
        account = scene.account(signing)
        back: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for draw, day, amount in account.allotted.pieces:
            back[draw].append((day, amount))
        for paid in scene.paid(signing):
            soon = _soon(scene, signing, paid, back[paid.key])
            if soon:
                yield _trip(scene, signing, paid, *soon)


def _soon(
    scene: Scene, signing: Signing, paid: Disbursement, back: list[tuple[date, int]]
) -> tuple[int, str, date] | None:
    """How much came back too soon, by which rule, and when the last of it; None for nothing to ask about."""
    t = scene.thresholds
    within = [(day, amount) for day, amount in back if (day - paid.value_on).days <= t.d4_within_days]
    last = max((day for day, _ in within), default=paid.value_on)
    total = max(0, sum(amount for _, amount in within) - _drawn_again(scene, signing, paid, last))
    if within and at_least(total, t.d4_back_ppm, paid.amount.minor):
        return total, "flag_d4_saw", max(day for day, _ in within)
    end = quarter_end(paid.value_on)
    if (end - paid.value_on).days > t.d4_reporting_days:
        return None
    across = [(day, amount) for day, amount in within if 0 < (day - end).days <= t.d4_reporting_days]
    total = min(total, sum(amount for _, amount in across))
    if across and at_least(total, t.d4_reporting_ppm, paid.amount.minor):
        return total, "flag_d4_saw_quarter", max(day for day, _ in across)
    return None


def _drawn_again(scene: Scene, signing: Signing, paid: Disbursement, back: date) -> int:
    if not signing.revolving:
        return 0
    until = back + timedelta(days=scene.thresholds.d4_within_days)
    return sum(d.amount for d in scene.account(signing).draws if paid.value_on < d.day <= until)


def _trip(scene: Scene, signing: Signing, paid: Disbursement, back: int, code: str, last: date) -> Flag:
    currency = paid.amount.currency
    told: Told = {
        "paid": str(paid.amount), "back": str(Money(back, currency)), "on": paid.value_on.isoformat(),
        "last": last.isoformat(), "days": (last - paid.value_on).days, "iou": paid.iou_no,
    }  # fmt: skip
    repaid = scene.book.repayments.get(signing.key, ())
    shown = [of_repayment(one) for one in repaid if paid.value_on <= one.paid_on <= last]
    exhibits: tuple[Exhibit, ...] = (of_signing(signing), of_payment(paid), *shown)
    return Flag(
        "d4", signing.lender, Reason(code, told), exhibits, (signing.key,), (signing.key,), (signing.firm,),
        signing.event, Money(back, currency), about=paid.key,
    )  # fmt: skip
