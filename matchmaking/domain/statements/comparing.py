"""Two statements of a series: what came, went and changed between them, and a bridge that closes to the cent.

A source that rounds says nothing finer than half its unit: within that, the more precise figure stands and nothing
changed. What the later statement does not state at all keeps its earlier figure: silence is never read as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.positions import Position

COMPARED = ("original", "cancelled", "undisbursed", "disbursed", "repaid")
"""Measures that are compared and bridged."""

CUMULATIVE = ("original", "disbursed")
"""Claims that time can only raise: where one falls, the agreement *decreased*."""

Facts = tuple[str | int | date | None, ...]
_FACTS = tuple(
    entry.name for entry in fields(Position) if entry.name not in (*COMPARED, "external_id", "line", "currency")
)


@dataclass(frozen=True, slots=True)
class PositionFigures:
    """What one statement says of one agreement: minor units of ``currency``, None where not stated.

    ``facts``: its words, days and rate, compared as they are; empty when they are not to be compared.
    """

    original: int | None
    cancelled: int | None
    undisbursed: int | None
    disbursed: int | None
    repaid: int | None = None
    currency: str = "CNY"
    facts: Facts = ()

    @classmethod
    def of(cls, position: Position) -> PositionFigures:
        """The figures and facts of a position."""
        amounts = {name: getattr(position, name) for name in COMPARED}
        return cls(**amounts, currency=position.currency, facts=tuple(getattr(position, name) for name in _FACTS))


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one statement's sum of a ``measure`` to the next: opening + new + corrected − fallen = closing, in
    minor units.

    ``new``: amounts of added agreements. ``corrected``: increases on agreements in both. ``fallen``: decreases, and
    the amounts of those that vanished.
    """

    measure: str
    opening: int
    new: int
    corrected: int
    fallen: int
    closing: int

    @property
    def closes(self) -> bool:
        """Whether it adds up, to the minor unit."""
        return self.opening + self.new + self.corrected - self.fallen == self.closing


@dataclass(frozen=True, slots=True)
class Comparison:
    """Agreements by id, each list in order. Every id of either statement is in exactly one of ``added``, ``changed``,
    ``reworded`` (same figures, other words or days), ``unchanged`` and ``vanished``; ``decreased`` is a part of
    ``changed``, and ``lowered``, whose original amount fell, a part of ``decreased``.

    ``carried``: the figures that stand after the later statement, the more precise ones where both agree.
    ``bridges``: one per measure of :data:`COMPARED`.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    reworded: tuple[str, ...]
    unchanged: tuple[str, ...]
    vanished: tuple[str, ...]
    decreased: tuple[str, ...]
    lowered: tuple[str, ...]
    carried: Mapping[str, PositionFigures]
    bridges: Mapping[str, Bridge]

    @property
    def nothing_new(self) -> bool:
        """Whether the later statement says nothing that the earlier did not."""
        return not (self.added or self.changed or self.reworded or self.vanished)


def compare(
    earlier: Mapping[str, PositionFigures],
    later: Mapping[str, PositionFigures],
    *,
    rounded_to: int = 0,
    earlier_rounded_to: int = 0,
) -> Comparison:
    """Compare two statements of one series in one currency, agreement by agreement.

    ``rounded_to``, ``earlier_rounded_to``: the units to which the later and the earlier round, in minor units; 0 for
    exact. Raises :class:`Refusal` ``statement_currencies`` when amounts of several currencies meet.
    """
    _one_currency([*earlier.values(), *later.values()])
    added = tuple(sorted(later.keys() - earlier.keys()))
    vanished = tuple(sorted(earlier.keys() - later.keys()))
    carried = {key: later[key] for key in added}
    kinds: dict[str, list[str]] = {name: [] for name in ("changed", "reworded", "unchanged", "decreased", "lowered")}
    for key in sorted(later.keys() & earlier.keys()):
        old, new = earlier[key], later[key]
        moved = [name for name in COMPARED if _moved(old, new, name, max(rounded_to, earlier_rounded_to))]
        carried[key] = _carried(old, new, moved, finer=rounded_to < earlier_rounded_to)
        kinds[_kind(old, new, moved)].append(key)
        fell = [name for name in moved if name in CUMULATIVE and _amount(new, name) < _amount(old, name)]
        if fell:
            kinds["decreased"].append(key)
        if "original" in fell and old.original is not None:
            kinds["lowered"].append(key)
    bridges = {name: _bridge(name, earlier, carried) for name in COMPARED}
    lists = {kind: tuple(keys) for kind, keys in kinds.items()}
    return Comparison(added=added, vanished=vanished, carried=carried, bridges=bridges, **lists)


def same_amount(old: int | None, new: int | None, rounded_to: int) -> bool:
    """Whether ``new`` says nothing else than ``old``: equal, within half of the rounding unit, or not stated."""
    if new is None or old is None:
        return new is None
    return 2 * abs(old - new) <= rounded_to


def _moved(old: PositionFigures, new: PositionFigures, name: str, rounded_to: int) -> bool:
    return not same_amount(getattr(old, name), getattr(new, name), rounded_to)


def _kind(old: PositionFigures, new: PositionFigures, moved: list[str]) -> str:
    if moved:
        return "changed"
    return "reworded" if old.facts != new.facts and old.facts and new.facts else "unchanged"


def _carried(old: PositionFigures, new: PositionFigures, moved: list[str], *, finer: bool) -> PositionFigures:
    """The later figure where it moved, or where both agree and it is the finer one; the earlier elsewhere."""
    amounts = {
        name: getattr(new if name in moved or (finer and getattr(new, name) is not None) else old, name)
        for name in COMPARED
    }
    return replace(new, **amounts)


def _amount(figures: PositionFigures, name: str) -> int:
    return int(getattr(figures, name) or 0)


def _bridge(name: str, earlier: Mapping[str, PositionFigures], carried: Mapping[str, PositionFigures]) -> Bridge:
    new = corrected = fallen = 0
    for key, figures in carried.items():
        before, now = earlier.get(key), _amount(figures, name)
        if before is None:
            new += now
        else:
            step = now - _amount(before, name)
            corrected += max(step, 0)
            fallen += max(-step, 0)
    fallen += sum(_amount(figures, name) for key, figures in earlier.items() if key not in carried)
    opening, closing = (sum(_amount(figures, name) for figures in side.values()) for side in (earlier, carried))
    return Bridge(name, opening, new, corrected, fallen, closing)


def _one_currency(figures: Iterable[PositionFigures]) -> None:
    found = sorted({each.currency for each in figures})
    if len(found) > 1:
        raise Refusal(Reason("statement_currencies", {"currencies": ", ".join(found)}))
