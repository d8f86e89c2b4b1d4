"""Exact tails of two distributions, as parts per million rounded up: no float decides what anybody is asked."""

from __future__ import annotations

from math import comb

MILLION = 1_000_000


def binomial_tail_ppm(hits: int, trials: int, chance: int, of: int) -> int:
    """P(X ≥ hits) for X binomial with ``trials`` and probability ``chance``/``of``; ppm, rounded up.

    >>> binomial_tail_ppm(2, 2, 1, 2)
    250000
    """
    miss, total = of - chance, 0
    term = comb(trials, hits) * chance**hits * miss ** (trials - hits)
    for count in range(hits, trials + 1):
        total += term
        if miss == 0:
            break
        term = term * (trials - count) * chance // ((count + 1) * miss)
    return -(-total * MILLION // of**trials)


def hypergeometric_tail_ppm(hits: int, drawn: int, marked: int, population: int) -> int:
    """P(X ≥ hits) when ``drawn`` of ``population``, ``marked`` of which bear the mark, are drawn at random: Fisher's
    exact test on one side; ppm, rounded up.

    >>> hypergeometric_tail_ppm(2, 2, 2, 4)
    166667
    """
    plain, most = population - marked, min(drawn, marked)
    first = max(hits, drawn - plain)
    if first > most:
        return 0
    ways, term = 0, comb(marked, first) * comb(plain, drawn - first)
    for count in range(first, most + 1):
        ways += term
        term = term * (marked - count) * (drawn - count) // ((count + 1) * (plain - drawn + count + 1))
    return -(-ways * MILLION // comb(population, drawn))
