"""Weights of the city's own lines from the few loans it has: pulled towards the hand-set ones, whole points again.

A choice is a need that a product's money reached, among the products that fitted it that day. Each line's marks are
those of ``points``; nothing that became known later is among them, so time cannot leak in through them. The ridge
stands on the hand-set card and weighs like some two hundred choices: few loans move the weights little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching.learning.fitting import Choices, Weights, fitted
from matchmaking.domain.matching.learning.measures import Measured, Ranks, difference, measured
from matchmaking.domain.matching.lines import FULL
from matchmaking.domain.matching.policy import WHOLE, Policy
from matchmaking.domain.reasons import Reason, Refusal

LEAST_SCALE = 5.0
"""A hand-set card that explains little still holds the weights this fast: otherwise the first line that tells anything
would take nearly all points of a few choices."""
PRIOR = 5.0
"""Ridge in all, shared among the choices. A choice tells about 0.05 of the square of a weight [DD]."""
FEWEST_CHOICES, FIRST_PART = 20, 0.6
"""Below it nothing is proposed; part of the choices, the earliest, that the backtest learns from."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One need and the products that fitted it. ``marks``: product → line → thousandths, lines in one order.

    ``stated``: whether the need says what the line is about. ``chosen``: place of the product whose money came."""

    key: str
    on: date
    marks: tuple[tuple[int, ...], ...]
    stated: tuple[bool, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """``weights``: line → whole points. ``ways``: ``hand``, ``card`` → figures on the later choices. ``gain``: card
    less hand. ``learned``, ``tried``: choices on either side of the day ``split`` in the backtest."""

    weights: Mapping[str, int]
    choices: int
    since: date
    until: date
    split: date
    learned: int
    tried: int
    ways: Mapping[str, Mapping[str, Measured]]
    gain: Mapping[str, Measured]


def proposal(choices: Sequence[Choice], hand: Policy) -> Proposal:
    """Weights from every choice, and how weights from the earlier ones did on the later ones, beside the hand-set card.

    Raises :class:`Refusal` ``policy_too_few`` below twenty choices with something to choose from, or where all are of
    one day.
    """
    told = sorted((one for one in choices if len(one.marks) > 1), key=lambda one: (one.on, one.key))
    split = told[int(len(told) * FIRST_PART)].on if told else date.min
    early, late = [one for one in told if one.on < split], [one for one in told if one.on >= split]
    if len(told) < FEWEST_CHOICES or not early:
        raise Refusal(Reason("policy_too_few", {"count": len(told), "least": FEWEST_CHOICES}))
    tried = replace(hand, weights=fitted_weights(early, hand))
    ranks = {"hand": _ranks(late, hand), "card": _ranks(late, tried)}
    return Proposal(
        fitted_weights(told, hand), len(told), told[0].on, told[-1].on, split, len(early), len(late),
        {way: measured(found) for way, found in ranks.items()}, difference(ranks["card"], ranks["hand"]),
    )  # fmt: skip


def fitted_weights(choices: Sequence[Choice], hand: Policy) -> dict[str, int]:
    """Whole points of the policy's lines, none below zero, 100 in all; the hand-set ones where nothing is told."""
    lines, start = tuple(hand.weights), np.array(list(hand.weights.values())) / WHOLE
    figures, chosen, closed = _columns(choices, hand)
    make = partial(Choices, chosen=chosen, closed=closed)
    # how much a point of the hand-set card counts for at all, before asking which of them counts for more
    scale = float(fitted(make((figures @ start.astype(np.float32))[:, :, None]))[0])
    if scale <= 0:
        return dict(hand.weights)
    held = max(scale, LEAST_SCALE) * start
    found = fitted(make(figures, ridge=PRIOR / len(choices)), towards=held)
    return dict(zip(lines, _whole(found), strict=True)) if found.sum() > 0 else dict(hand.weights)


def _columns(
    choices: Sequence[Choice], hand: Policy
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]:
    """Marks of every product in shares, those of stated lines made to weigh as the policy shares weight out."""
    most, weights = max(len(one.marks) for one in choices), np.array(list(hand.weights.values()))
    figures = np.zeros((len(choices), most, len(weights)), np.float32)
    closed = np.ones((len(choices), most), np.bool_)
    for nth, one in enumerate(choices):
        counted = np.array(one.stated) | hand.scores_all
        whole = max(int((weights * counted).sum()), 1)
        figures[nth, : len(one.marks)] = np.array(one.marks) / FULL * counted * (WHOLE / whole)
        closed[nth, : len(one.marks)] = False
    return figures, np.array([one.chosen for one in choices], np.int64), closed


def _whole(weights: Weights) -> list[int]:
    """Shares of a hundred in whole numbers, largest remainders first, then the order of the lines."""
    exact = weights * (WHOLE / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    by_rest = np.argsort(-(exact - whole), kind="stable")
    whole[by_rest[: WHOLE - int(whole.sum())]] += 1
    return [int(points) for points in whole]


def _ranks(choices: Sequence[Choice], policy: Policy) -> Ranks:
    """Place of the product whose money came; among those it ties with it stands in the middle."""
    lines = tuple(policy.weights)
    found = []
    for one in choices:
        shared = policy.shared([line for line, stated in zip(lines, one.stated, strict=True) if stated])
        points = [sum(shared[line] * mark for line, mark in zip(lines, marks, strict=True)) for marks in one.marks]
        mine = points[one.chosen]
        found.append(1 + sum(each > mine for each in points) + (points.count(mine) - 1) // 2)
    return np.array(found, np.int64)
