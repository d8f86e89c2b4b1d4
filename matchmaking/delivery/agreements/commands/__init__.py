"""Signing, and what becomes of a signing's terms. Nothing here is ever rewritten: each command appends one fact."""

from matchmaking.delivery.agreements.commands.conditions import meet_condition, open_condition
from matchmaking.delivery.agreements.commands.drawing import mark_drawable, record_baseline, request_draw
from matchmaking.delivery.agreements.commands.exiting import exit_agreement
from matchmaking.delivery.agreements.commands.signing import sign_agreement
from matchmaking.delivery.agreements.commands.taking_back import take_back

__all__ = [
    "exit_agreement", "mark_drawable", "meet_condition", "open_condition", "record_baseline", "request_draw",
    "sign_agreement", "take_back",
]  # fmt: skip
