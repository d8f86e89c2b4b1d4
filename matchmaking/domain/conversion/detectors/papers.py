"""D2 同一笔两会重复签, D3 旧约新签, D6 关联拆分: papers that stand in each other's light."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from matchmaking.domain.conversion.detectors.flags import Flag, Told, of_signing
from matchmaking.domain.conversion.detectors.scene import Scene
from matchmaking.domain.conversion.detectors.sidelights import firm_id
from matchmaking.domain.conversion.facts import Signing
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason


def signed_twice(scene: Scene) -> Iterator[Flag]:
    """D2: one firm, one bank, one amount, at two events at most ``d2_window_days`` apart.

    Innocent by rule: one paper follows the other (an intent and its contract), or money was paid under each of them.
    """
    groups: dict[tuple[str, str, Money], list[Signing]] = defaultdict(list)
    for signing in sorted(scene.signings, key=lambda s: (s.signed_on, s.key)):
        if signing.event is not None:
            groups[firm_id(signing), signing.lender, signing.amount].append(signing)
    for (_, lender, amount), papers in groups.items():
        for place, later in enumerate(papers):
            twin = next((e for e in papers[:place] if _twins(scene, e, later)), None)
            if twin is not None:
                told: Told = {
                    "amount": str(amount), "first": twin.signed_on.isoformat(), "second": later.signed_on.isoformat(),
                    "firm": later.firm,
                }  # fmt: skip
                yield Flag(
                    "d2", lender, Reason("flag_d2_saw", told), (of_signing(twin), of_signing(later)),
                    (twin.key, later.key), (later.key,), (later.firm,), later.event, amount,
                )  # fmt: skip


def _twins(scene: Scene, earlier: Signing, later: Signing) -> bool:
    apart = (later.signed_on - earlier.signed_on).days <= scene.thresholds.d2_window_days
    both_paid = all(any(True for _ in scene.paid(each)) for each in (earlier, later))
    return earlier.event != later.event and apart and not both_paid and not _follow(scene, earlier, later)


def _follow(scene: Scene, one: Signing, other: Signing) -> bool:
    """Whether the two stand in one chain of papers."""
    return other.key in _before(scene, one) or one.key in _before(scene, other)


def _before(scene: Scene, signing: Signing) -> list[str]:
    """Keys of the papers that it follows, nearest first."""
    chain: list[str] = []
    step: Signing | None = signing
    while step is not None and step.supersedes is not None and step.supersedes not in chain:
        chain.append(step.supersedes)
        step = scene.book.signings.get(step.supersedes)
    return chain


def older_than_event(scene: Scene) -> Iterator[Flag]:
    """D3: a paper shown at an event was signed ``d3_before_days`` or more before it, or follows a contract or line
    that was. That it follows an older *intent* is what events are for; that it is drawn under a line which an earlier
    event brought is innocent too: the audit counts that commitment once (K1).
    """
    for signing in scene.signings:
        event = scene.book.events.get(signing.event or "")
        if event is None:
            continue
        chain = [signing, *(scene.book.signings[k] for k in _before(scene, signing) if k in scene.book.signings)]
        old = [
            s for s in chain
            if (event.held_on - s.signed_on).days >= scene.thresholds.d3_before_days
            and (s is signing or (s.instrument in CONTRACTS and s.event is None))
        ]  # fmt: skip
        if old:
            oldest = min(old, key=lambda s: (s.signed_on, s.key))
            told: Told = {
                "signed": oldest.signed_on.isoformat(), "held": event.held_on.isoformat(),
                "days": (event.held_on - oldest.signed_on).days, "amount": str(signing.amount),
            }  # fmt: skip
            shown = (of_signing(signing), *(of_signing(s) for s in old if s is not signing))
            yield Flag(
                "d3", signing.lender, Reason("flag_d3_saw", told), shown, (signing.key,), (signing.key,),
                (signing.firm,), event.key, signing.amount,
            )  # fmt: skip


def split_among_relatives(scene: Scene) -> Iterator[Flag]:
    """D6: firms of one controlling person sign with one bank within ``d6_window_days``, each for ``d6_cap_minor`` at
    most and together for more; the first paper of each firm counts, a paper that another follows does not.
    """
    groups: dict[tuple[str, str], list[Signing]] = defaultdict(list)
    followed = {s.supersedes for s in scene.signings if s.supersedes}
    for signing in sorted(scene.signings, key=lambda s: (s.signed_on, s.key)):
        person = scene.person(signing)
        if person and signing.key not in followed and signing.amount.minor <= scene.thresholds.d6_cap_minor:
            groups[person, signing.lender].append(signing)
    for (_, lender), papers in groups.items():
        yield from _splits(scene, lender, papers)


def _splits(scene: Scene, lender: str, papers: Sequence[Signing]) -> Iterator[Flag]:
    """Bunches of papers within the window of their first, each paper in one bunch."""
    rest = list(papers)
    while rest:
        first = rest[0]
        bunch: dict[str, Signing] = {}
        for paper in rest:
            if (paper.signed_on - first.signed_on).days <= scene.thresholds.d6_window_days:
                bunch.setdefault(firm_id(paper), paper)
        rest = [p for p in rest if (p.signed_on - first.signed_on).days > scene.thresholds.d6_window_days]
        total = Money.total((p.amount for p in bunch.values()), first.amount.currency)
        if len(bunch) > 1 and total.minor > scene.thresholds.d6_cap_minor:
            held = tuple(bunch.values())
            told: Told = {
                "firms": len(held), "amount": str(total), "from": first.signed_on.isoformat(),
                "to": held[-1].signed_on.isoformat(), "names": "、".join(p.firm for p in held),
            }  # fmt: skip
            yield Flag(
                "d6", lender, Reason("flag_d6_saw", told), tuple(of_signing(p) for p in held),
                tuple(p.key for p in held), tuple(p.key for p in held[1:]), tuple(p.firm for p in held),
                first.event, total,
            )  # fmt: skip
