"""What a report may lack: a slip of 10⁴ in its amount (P11), or the payee that a large payment has to have (B16)."""

from __future__ import annotations

from datetime import date

from matchmaking.domain.money import UNITS, plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import number


def unit_doubt(amount_minor: int, left_minor: int) -> Reason | None:
    """The reason to ask again, with both readings written out; None where the amount looks right.

    An amount that would fit ten thousand times over was probably typed in yuan where 万元 was meant. The other slip
    needs no question: it is more than what is left and refused.
    """
    other = amount_minor * UNITS["wan"]
    if amount_minor <= 0 or other > left_minor:
        return None
    shown = {"yuan": plain_amount(amount_minor), "other": plain_amount(other, "wan"), "left": plain_amount(left_minor)}
    return Reason("report_unit_doubt", {**shown})


def payee_doubt(
    amount_minor: int, loan_kind: str, on: date, *, payee: str, own_reason: str, proof: bool
) -> tuple[Reason, str] | None:
    """What a payment at or over the threshold of ``on`` still lacks, and the field to mend; None where nothing.

    受托支付: such a payment names its payee and brings a proof, or says why the firm paid by itself. ``loan_kind``
    is the need's; the threshold of fixed-asset loans is its own. Smaller payments are asked nothing.
    """
    name = "entrusted_payment_fixed_minor" if loan_kind == "fixed_asset" else "entrusted_payment_working_minor"
    threshold = number(name, on)
    if amount_minor < threshold or own_reason.strip():
        return None
    shown: dict[str, str | int | None] = {"threshold": plain_amount(threshold, "wan"), "day": on.isoformat()}
    if not payee.strip():
        return Reason("payee_needed", shown), "payee"
    return None if proof else (Reason("payee_proof_needed", shown), "proof")
