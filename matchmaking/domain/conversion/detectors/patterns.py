"""D10 扎堆, D11 数字异常, D12 一家独大: what a bank's or an event's figures look like together. D10 and D11 are
statistics: they may be wrong, their chance of a false alarm is bounded per bank by ``…_alpha_ppm``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from matchmaking.domain.conversion.detectors.flags import Exhibit, Flag, Told, of_payment, of_signing
from matchmaking.domain.conversion.detectors.scene import Scene, quarter_end
from matchmaking.domain.conversion.detectors.tails import binomial_tail_ppm, hypergeometric_tail_ppm
from matchmaking.domain.conversion.detectors.thresholds import at_least
from matchmaking.domain.conversion.facts import Disbursement, Signing
from matchmaking.domain.money import MINOR_PER_MAJOR, Money
from matchmaking.domain.reasons import Reason

BENFORD_PPM = (301_030, 176_091, 124_939, 96_910, 79_181, 66_947, 57_992, 51_153, 45_757)
"""Newcomb–Benford: log10(1 + 1/d) for the first digits 1–9, parts per million."""
SHOWN = 12
"""Exhibits of a flag about many papers: the largest ones."""
TESTS = 3
"""D11 makes three tests of a bank and 9, 10 and 1 comparisons in them; the level is shared among all of them."""


def bunched(scene: Scene) -> Iterator[Flag]:
    """D10: of a bank's signings in a quarter more fell into its last ``d10_last_days`` than chance would bring.

    Exact binomial tail against equal days of the quarter; at least ``d10_fewest_count`` signings. What was signed at
    an event on the event's own day is left out: meetings are held when they are held.
    """
    groups: dict[tuple[str, date], list[Signing]] = defaultdict(list)
    for signing in scene.signings:
        event = scene.book.events.get(signing.event or "")
        if event is None or event.held_on != signing.signed_on:
            groups[signing.lender, quarter_end(signing.signed_on)].append(signing)
    t = scene.thresholds
    for (lender, end), papers in sorted(groups.items()):
        late = [s for s in papers if (end - s.signed_on).days < t.d10_last_days]
        if len(papers) < t.d10_fewest_count or end > scene.book.as_of:
            continue
        days = (end - quarter_end(end - timedelta(days=100))).days
        chance = binomial_tail_ppm(len(late), len(papers), t.d10_last_days, days)
        if chance <= t.d10_alpha_ppm:
            told: Told = {
                "count": len(late), "of": len(papers), "days": t.d10_last_days, "end": end.isoformat(),
                "chance": _chance(chance),
            }  # fmt: skip
            yield Flag(
                "d10", lender, Reason("flag_d10_saw", told), _largest(late), tuple(sorted(s.key for s in late)), (),
                amount=_sum(late), about=end.isoformat(),
            )  # fmt: skip


def odd_digits(scene: Scene) -> Iterator[Flag]:
    """D11: a bank's paid amounts favour a digit, or round sums, beyond chance; at least ``d11_fewest_count`` of them.

    First digits against Newcomb–Benford and last digits (of whole yuan) against equal shares, both over amounts that
    are not multiples of ``d11_round_minor``/10; round sums against the other banks' share (Fisher). The level is
    divided by the comparisons made (Bonferroni).
    """
    paid: dict[str, list[Disbursement]] = defaultdict(list)
    for signing in scene.signings:
        for report in scene.paid(signing):
            paid[signing.lender].append(report)
    everywhere = [report for reports in paid.values() for report in reports]
    for lender, reports in sorted(paid.items()):
        for code, chance, told in _oddities(scene, reports, everywhere):
            if chance <= scene.thresholds.d11_alpha_ppm:
                keys = tuple(sorted({report.signing for report in reports}))
                largest = sorted(reports, key=lambda r: (-r.amount.minor, r.key))[:SHOWN]
                yield Flag(
                    "d11", lender, Reason(code, {**told, "chance": _chance(chance)}),
                    tuple(of_payment(report) for report in largest), keys, (), about=code,
                )  # fmt: skip


def _oddities(
    scene: Scene, reports: Sequence[Disbursement], everywhere: Sequence[Disbursement]
) -> Iterator[tuple[str, int, Told]]:
    """(code, chance in ppm already multiplied by the comparisons, figures) of every test there are enough sums for."""
    t = scene.thresholds
    uneven = [r.amount.minor // MINOR_PER_MAJOR for r in reports if r.amount.minor % (t.d11_round_minor // 10)]
    uneven = [yuan for yuan in uneven if yuan]
    if len(uneven) >= t.d11_fewest_count:
        first = Counter(str(yuan)[0] for yuan in uneven)
        yield _favoured("flag_d11_saw_first", first, [(str(d), p) for d, p in enumerate(BENFORD_PPM, 1)], len(uneven))
        last = Counter(str(yuan)[-1] for yuan in uneven)
        yield _favoured("flag_d11_saw_last", last, [(str(d), 100_000) for d in range(10)], len(uneven))
    others = len(everywhere) - len(reports)
    if min(len(reports), others) >= t.d11_fewest_count:
        round_ = sum(1 for r in reports if r.amount.minor % t.d11_round_minor == 0)
        marked = sum(1 for r in everywhere if r.amount.minor % t.d11_round_minor == 0)
        chance = hypergeometric_tail_ppm(round_, len(reports), marked, len(everywhere)) * TESTS
        told: Told = {"count": round_, "of": len(reports), "others": marked - round_, "others_of": others}
        yield "flag_d11_saw_round", chance, told


def _favoured(code: str, seen: Counter[str], expected: Sequence[tuple[str, int]], count: int) -> tuple[str, int, Told]:
    """The digit least likely to come so often, its chance times all comparisons."""
    chance, digit, ppm = min(
        (binomial_tail_ppm(seen[digit], count, ppm, 1_000_000), digit, ppm) for digit, ppm in expected
    )
    told: Told = {
        "digit": digit, "count": seen[digit], "of": count, "expected": count * ppm // 1_000_000,
    }  # fmt: skip
    return code, chance * len(expected) * TESTS, told


def dominated(scene: Scene) -> Iterator[Flag]:
    """D12: at an event of at least ``d12_fewest_count`` papers, ``d12_small_ppm`` of which are for ``d12_cap_minor`` or
    less (so the event is one of small firms), one larger paper holds ``d12_share_ppm`` of the amount or more.
    """
    t = scene.thresholds
    for (event, currency), papers in sorted(_by_event(scene).items()):
        small = sum(1 for s in papers if s.amount.minor <= t.d12_cap_minor)
        if len(papers) < t.d12_fewest_count or not at_least(small, t.d12_small_ppm, len(papers)):
            continue
        largest = max(papers, key=lambda s: (s.amount.minor, s.key))
        total = sum(s.amount.minor for s in papers)
        if largest.amount.minor > t.d12_cap_minor and at_least(largest.amount.minor, t.d12_share_ppm, total):
            told: Told = {
                "amount": str(largest.amount), "total": str(Money(total, currency)), "count": len(papers),
                "small": small, "firm": largest.firm,
            }  # fmt: skip
            yield Flag(
                "d12", largest.lender, Reason("flag_d12_saw", told),
                (of_signing(largest), Exhibit("event", event, None, Money(total, currency))), (largest.key,), (),
                (largest.firm,), event, largest.amount,
            )  # fmt: skip


def _by_event(scene: Scene) -> dict[tuple[str, str], list[Signing]]:
    """Papers by event and currency; a paper that another one follows at the same event counts once, as that one."""
    followed = {(s.event, s.supersedes) for s in scene.signings if s.supersedes}
    found: dict[tuple[str, str], list[Signing]] = defaultdict(list)
    for signing in scene.signings:
        if signing.event in scene.book.events and (signing.event, signing.key) not in followed:
            found[signing.event or "", signing.amount.currency].append(signing)
    return found


def _largest(papers: Sequence[Signing]) -> tuple[Exhibit, ...]:
    return tuple(of_signing(s) for s in sorted(papers, key=lambda s: (-s.amount.minor, s.key))[:SHOWN])


def _sum(papers: Sequence[Signing]) -> Money | None:
    """Together; None where currencies differ."""
    currencies = {s.amount.currency for s in papers}
    return Money.total((s.amount for s in papers), currencies.pop()) if len(currencies) == 1 else None


def _chance(ppm: int) -> str:
    """``≤ 0.0012``; chances too small to matter are all alike."""
    return f"≤ 0.{max(ppm, 1):06d}" if ppm < 1_000_000 else "1"
