"""A criterion over a set: something of the need's must be among what the product accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.between import with_rule
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.codes import narrowest
from matchmaking.domain.matching.engine.columns import Table
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.sets import Accepted, Overlap, Tokens
from matchmaking.domain.matching.verdicts import Change, Gap, Verdict
from matchmaking.domain.reasons import Reason


def spoken(kind: str, codes: Tokens) -> str | None:
    """Codes as a parameter of a reason: ``guarantee:mortgage guarantee:pledge``; the rulebook puts names in."""
    return " ".join(f"{kind}:{code}" for code in sorted(codes)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """``tokens`` of the need meet what the product accepts.

    ``known``: whether the need says anything at all; ``told``: the tokens to name in words; ``vocabulary``: what they
    are codes of. Words: ``match_<code>_`` + ``passed``, ``free``, ``failed``, ``unknown``, ``change``, ``wait``.
    ``change`` makes the need that has one of the accepted codes; ``passes_on`` is the day on which time alone brings
    one; ``put`` sets the rule where it is not kept as a set of codes; ``asks``: what the need form asks for it.
    """

    code: str
    fields: tuple[Field, ...]
    vocabulary: str
    tokens: Callable[[Need, date], Tokens]
    accepted: Callable[[Product], Tokens | None]
    kind: str
    known: Callable[[Need], bool]
    told: Callable[[Need, date], Tokens] | None = None
    change: Callable[[Need, str, date], Need] | None = None
    passes_on: Callable[[Need, Tokens, date], date | None] | None = None
    put: Callable[[Product, Tokens | None], Product] | None = None
    asks: tuple[Field, ...] = ()

    # --- the fast path ------------------------------------------------------------------------------------------

    @property
    def overlap(self) -> Overlap:
        """The two sides."""
        return Overlap(self.tokens, self.accepted)

    def index(self, products: Sequence[Product]) -> Accepted:
        """The products' side, once per catalogue."""
        return self.overlap.index(products)

    def meet(self, needs: Sequence[Need], index: Accepted, on: date) -> Table:
        """The needs' side against it."""
        return self.overlap.meet(needs, index, on)

    def again(self, met: Table, index: Accepted) -> Table:
        """The same needs against other products."""
        return self.overlap.again(met, index)

    def decides(self, product: Product) -> Tokens | None:
        """What of the product decides: two that ask the same give a need the same verdict."""
        return self.accepted(product)

    # --- one pair -----------------------------------------------------------------------------------------------

    def passes(self, need: Need, product: Product, on: date) -> bool:
        """The same question of the same sets."""
        return self.overlap.meets(need, product, on)

    def verdict(self, need: Need, product: Product, on: date) -> Verdict:
        """In words; where time alone will do, with the day."""
        accepted = self.accepted(product)
        if accepted is None:
            return Verdict(self.code, v.PASSED, Reason(f"match_{self.code}_free", {}), asked=False)
        passes = self.passes(need, product, on)
        if not passes and not self.known(need):
            return self._unknown(accepted)
        has = (self.told or self.tokens)(need, on)
        params = {"has": spoken(self.vocabulary, has), "accepts": spoken(self.vocabulary, accepted)}
        if passes:
            return Verdict(self.code, v.PASSED, Reason(f"match_{self.code}_passed", params))
        change = self._change(need, accepted, on)
        gap = Gap((change.on - on).days, "days", 0, change.on) if change.on else None
        reason = Reason(f"match_{self.code}_failed", params)
        return Verdict(self.code, v.FAILED, reason, gap=gap, change=change)

    def eased(self, need: Need, product: Product, on: date) -> Product:
        """The product with this rule widened by the narrowest token that lets ``need`` pass, or taken away where
        nothing is known of it; as it is where it passes already."""
        accepted, tokens = self.accepted(product), self.tokens(need, on)
        if accepted is None or self.passes(need, product, on):
            return product
        return self._put(product, accepted | {narrowest(tokens)} if tokens else None)

    def stepped(self, product: Product) -> Product:
        """A set has no step of its own: the product with this rule taken away."""
        return product if self.accepted(product) is None else self._put(product, None)

    # --- parts --------------------------------------------------------------------------------------------------

    def _put(self, product: Product, accepted: Tokens | None) -> Product:
        return self.put(product, accepted) if self.put else with_rule(product, self.fields[0].name, accepted)

    def _unknown(self, accepted: Tokens) -> Verdict:
        reason = Reason(f"match_{self.code}_unknown", {"accepts": spoken(self.vocabulary, accepted)})
        return Verdict(self.code, v.UNKNOWN, reason, change=Change(v.FILL, reason))

    def _change(self, need: Need, accepted: Tokens, on: date) -> Change:
        params: dict[str, str | int | None] = {"accepts": spoken(self.vocabulary, accepted)}
        day = self.passes_on(need, accepted, on) if self.passes_on else None
        if day is not None:
            return Change(v.WAIT, Reason(f"match_{self.code}_wait", {**params, "day": day.isoformat()}), on=day)
        changed = self.change(need, min(accepted), on) if self.change else None
        return Change(self.kind, Reason(f"match_{self.code}_change", params), changed)
