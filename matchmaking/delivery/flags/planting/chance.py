"""Plants for the two statistical detectors, from barely to plainly visible, and honest banks to mistake for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from matchmaking.delivery.flags.planting.plots import WAN, Plot, later

QUARTER, QUARTER_END, DAYS = date(2026, 1, 1), date(2026, 3, 31), 90
PAPERS, PAYMENTS = 30, 150
ROUND = 100 * WAN


def d10_late(plot: Plot, guilty: bool) -> None:
    """From a sixth to six tenths of a quarter's papers in its last five days. Twin: spread over the quarter."""
    late = plot.rng.randint(5, 18)
    for place in range(PAPERS):
        back = plot.rng.randint(0, 4) if place < late and guilty else plot.rng.randint(0, DAYS - 1)
        plot.sign(plot.amount(), later(QUARTER_END, -back), firm=f"{plot.firm}{place}")


def d10_event(plot: Plot, guilty: bool) -> None:
    """The same. Twin: as late, but signed at events held on those days."""
    late = plot.rng.randint(5, 18)
    events = {back: plot.event(later(QUARTER_END, -back)) for back in range(5)}
    for place in range(PAPERS):
        back = plot.rng.randint(0, 4) if place < late else plot.rng.randint(5, DAYS - 1)
        at = events[back] if place < late and not guilty else None
        plot.sign(plot.amount(), later(QUARTER_END, -back), firm=f"{plot.firm}{place}", event=at)


def honest_amount(plot: Plot) -> int:
    """Yuan as loans come: one in six a round million or few, the others spread evenly over two decades of size."""
    if plot.rng.randrange(6) == 0:
        return plot.rng.randint(1, 9) * ROUND
    return max(100_001, int(10 ** plot.rng.uniform(5, 7)))


def d11_first(plot: Plot, guilty: bool) -> None:
    """From a tenth to half of the sums begin with 8. Twin: sums as they come."""
    share = plot.rng.randint(10, 50)
    _paid(plot, lambda yuan: int("8" + str(yuan)[1:]) if plot.rng.randrange(100) < share and guilty else yuan)


def d11_last(plot: Plot, guilty: bool) -> None:
    """From a tenth to half of the sums end in 8. Twin: sums as they come."""
    share = plot.rng.randint(10, 50)
    _paid(plot, lambda yuan: yuan // 10 * 10 + 8 if plot.rng.randrange(100) < share and guilty else yuan)


def d11_round(plot: Plot, guilty: bool) -> None:
    """From a tenth to six tenths of the sums are made round. Twin: as many round ones as anywhere."""
    share = plot.rng.randint(10, 60)
    _paid(plot, lambda yuan: (yuan // ROUND + 1) * ROUND if plot.rng.randrange(100) < share and guilty else yuan)


def honest_bank(plot: Plot, guilty: bool = False) -> None:
    """A year of an ordinary bank: some papers of intent, some unpaid, some paid in two, baselines, receipts."""
    for place in range(60):
        amount, on = plot.amount(), plot.day()
        signing = plot.sign(amount, on, firm=f"{plot.firm}{place}")
        plot.owed(signing, 0)
        first = amount * plot.rng.choice((4, 10)) // 10
        if plot.rng.randrange(4):
            plot.pay(signing, first, later(on, plot.rng.randint(2, 60)))


def _paid(plot: Plot, mould: Callable[[int], int]) -> None:
    for place in range(PAYMENTS):
        yuan, on = mould(honest_amount(plot)), later(QUARTER, plot.rng.randint(0, DAYS - 1))
        signing = plot.sign(yuan, on, firm=f"{plot.firm}{place}", instrument="credit_line")
        plot.pay(signing, yuan, later(on, plot.rng.randint(1, 20)), heard=None)


CHANCE = {"d10": (d10_late, d10_event), "d11": (d11_first, d11_last, d11_round)}
