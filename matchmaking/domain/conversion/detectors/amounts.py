"""D5 等额存贷, D7 超额, D8 改头换面, D9 单位错位: amounts and labels that do not go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from matchmaking.domain.conversion.detectors.flags import Exhibit, Flag, of_need, of_payment, of_signing
from matchmaking.domain.conversion.detectors.scene import Scene, near
from matchmaking.domain.conversion.detectors.sidelights import firm_id
from matchmaking.domain.conversion.detectors.thresholds import MILLION, at_least
from matchmaking.domain.conversion.evidence import NOTHING
from matchmaking.domain.conversion.facts import LOAN, Disbursement, Signing
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason


def deposit_beside_loan(scene: Scene) -> Iterator[Flag]:
    """D5: a statement that the firm itself supplied shows, within ``d5_days`` of a 借据, a deposit at the same bank of
    ``d5_share_ppm`` of it or more. Without such a statement nothing is asked.
    """
    for signing in scene.signings:
        deposits = [
            d for d in scene.sidelights.deposits
            if d.by_firm and d.firm == firm_id(signing) and d.lender == signing.lender
            and d.amount.currency == signing.amount.currency
        ]  # fmt: skip
        for paid in scene.paid(signing) if deposits else ():
            found = [
                d for d in deposits
                if near(d.on, paid.value_on, scene.thresholds.d5_days)
                and at_least(d.amount.minor, scene.thresholds.d5_share_ppm, paid.amount.minor)
            ]  # fmt: skip
            if found:
                seen = min(found, key=lambda d: (d.on, d.key))
                told = {
                    "paid": str(paid.amount), "deposit": str(seen.amount), "on": paid.value_on.isoformat(),
                    "day": seen.on.isoformat(),
                }  # fmt: skip
                yield Flag(
                    "d5", signing.lender, Reason("flag_d5_saw", told),
                    (of_signing(signing), of_payment(paid), Exhibit("deposit", seen.key, seen.on, seen.amount)),
                    (signing.key,), (signing.key,), (signing.firm,), signing.event, seen.amount, about=paid.key,
                )  # fmt: skip


def far_above(scene: Scene) -> Iterator[Flag]:
    """D7: signed for ``d7_need_ppm`` of the need or more, or for more than ``d7_sales_ppm`` of a year's sales.

    A project drawn by plan is measured by its need alone; a whole power of the unit factor is D9's.
    """
    t = scene.thresholds
    for signing in scene.signings:
        need, sales = scene.book.needs.get(signing.need or ""), scene.sidelights.sales.get(firm_id(signing))
        amount = signing.amount
        if need and _far(scene, amount, need.amount):
            told = {"amount": str(amount), "need": str(need.amount)}
            yield _above(signing, Reason("flag_d7_saw_need", told), of_need(need), "need")
        elif (
            sales
            and sales.currency == amount.currency
            and not signing.by_plan
            and _beyond(amount.minor, t.d7_sales_ppm, sales.minor)
        ):
            told = {"amount": str(amount), "sales": str(sales)}
            yield _above(signing, Reason("flag_d7_saw_sales", told), Exhibit("sales", "", None, sales), "sales")


def _far(scene: Scene, amount: Money, need: Money) -> bool:
    """Whether a paper is far above its need, and by something else than a unit."""
    fair = bool(need) and need.currency == amount.currency and not _slip(scene, amount, need)
    return fair and at_least(amount.minor, scene.thresholds.d7_need_ppm, need.minor)


def _beyond(part: int, ppm: int, whole: int) -> bool:
    return part * MILLION > ppm * whole


def _above(signing: Signing, saw: Reason, beside: Exhibit, about: str) -> Flag:
    return Flag(
        "d7", signing.lender, saw, (of_signing(signing), beside), (signing.key,), (signing.key,), (signing.firm,),
        signing.event, signing.amount, about=about,
    )  # fmt: skip


def relabelled(scene: Scene) -> Iterator[Flag]:
    """D8: one 借据 of one signing was told as something else than a loan, taken back more than ``d8_grace_days`` later,
    and told again as a loan. A slip mended within those days is a slip.
    """
    for signing in scene.signings:
        told: dict[str, list[Disbursement]] = defaultdict(list)
        for report in scene.book.reports.get(signing.key, ()):
            told[report.iou_no].append(report)
        for reports in told.values():
            before = next((r for r in reports if r.form != LOAN and _taken_back_late(scene, r)), None)
            after = next((r for r in reports if r.form == LOAN and r.key not in scene.book.voids), None)
            if before is not None and after is not None and after.reported_on >= before.reported_on:
                saw = {
                    "iou": after.iou_no, "form_word": f"form_{before.form}", "amount": str(after.amount),
                    "first": before.reported_on.isoformat(), "second": after.reported_on.isoformat(),
                }  # fmt: skip
                yield Flag(
                    "d8", signing.lender, Reason("flag_d8_saw", saw),
                    (of_signing(signing), of_payment(before), of_payment(after)), (signing.key,), (signing.key,),
                    (signing.firm,), signing.event, after.amount, about=after.iou_no,
                )  # fmt: skip


def _taken_back_late(scene: Scene, report: Disbursement) -> bool:
    voids = scene.book.voids.get(report.key, ())
    return any((v.recorded_on - report.recorded_on).days > scene.thresholds.d8_grace_days for v in voids)


def unit_slip(scene: Scene) -> Iterator[Flag]:
    """D9: two figures of one thing differ by exactly ``d9_factor_times`` or its square: 元, 万元, 亿元 mistaken.

    A paper beside its need, a 借据 above its paper, a 借据 beside what the firm or a third party says of it. A small
    first draw under a large paper is none.
    """
    for signing in scene.signings:
        need = scene.book.needs.get(signing.need or "")
        if need is not None and _slip(scene, signing.amount, need.amount):
            yield _slipped(signing, of_signing(signing), of_need(need))
        for paid in scene.paid(signing):
            if paid.amount > signing.amount and _slip(scene, paid.amount, signing.amount):
                yield _slipped(signing, of_payment(paid), of_signing(signing))
            evidence = scene.book.evidence.get(paid.key, NOTHING)
            said = [
                *(Exhibit("answer", c.key, c.answered_on, c.amount) for c in evidence.confirmations),
                *(Exhibit("line", x.key, x.value_on, x.amount) for x in evidence.lines),
            ]  # fmt: skip
            other = next((one for one in said if one.amount and _slip(scene, paid.amount, one.amount)), None)
            if other is not None:
                yield _slipped(signing, of_payment(paid), other)


def _slip(scene: Scene, one: Money, other: Money) -> bool:
    low, high = sorted((one.minor, other.minor))
    factor = scene.thresholds.d9_factor_times
    return one.currency == other.currency and low > 0 and high in (low * factor, low * factor * factor)


def _slipped(signing: Signing, one: Exhibit, other: Exhibit) -> Flag:
    kinds = f"exhibit_{one.kind} exhibit_{other.kind}"
    told = {"one": str(one.amount), "other": str(other.amount), "kinds_words": kinds}
    return Flag(
        "d9", signing.lender, Reason("flag_d9_saw", told), (one, other), (signing.key,), (signing.key,),
        (signing.firm,), signing.event, one.amount, about=f"{one.key} {other.key}",
    )  # fmt: skip
