"""Plants for the detectors whose rule is exact, each with its innocent twin: ``guilty`` false changes one thing."""

from __future__ import annotations

from datetime import date

from matchmaking.delivery.flags.planting.plots import WAN, Plot, later
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money


def d1_declared(plot: Plot, guilty: bool) -> None:
    """An old loan repaid out of a new one declared 新增. Twin: declared 续贷."""
    amount, on = plot.amount(), plot.day()
    signing = plot.sign(amount, on, declared="new" if guilty else "renewal")
    plot.owed(signing, amount)
    plot.pay(signing, amount, later(on, 5))
    plot.repay(amount, later(on, plot.rng.randint(6, 30)))


def d1_long_ago(plot: Plot, guilty: bool) -> None:
    """An old loan repaid just before the new one. Twin: repaid more than six months before."""
    amount, on = plot.amount(), plot.day()
    signing = plot.sign(amount, on)
    plot.owed(signing, 0)
    plot.repay(amount, later(on, -2 if guilty else -190))
    plot.pay(signing, amount, later(on, 3))


def d2_follows(plot: Plot, guilty: bool) -> None:
    """A letter of intent at one event and a contract over the same amount at the next. Twin: the one follows the
    other.
    """
    amount, on = plot.amount(), plot.day()
    first = plot.sign(amount, on, instrument="intent_letter", event=plot.event(on))
    again = later(on, plot.rng.randint(20, 120))
    plot.sign(amount, again, event=plot.event(again), supersedes=None if guilty else first.key)


def d2_paid(plot: Plot, guilty: bool) -> None:
    """Two contracts alike at two events, one of them paid. Twin: both paid."""
    amount, on = plot.amount(), plot.day()
    again = later(on, plot.rng.randint(60, 120))
    for place, day in enumerate((on, again)):
        signing = plot.sign(amount, day, event=plot.event(day))
        plot.owed(signing, 0 if place == 0 else amount)
        if place == 0 or not guilty:
            plot.pay(signing, amount, later(day, 4))


def d3_day(plot: Plot, guilty: bool) -> None:
    """A contract of before the event shown at it. Twin: signed on its day."""
    on = plot.day()
    signed = later(on, -plot.rng.randint(1, 90)) if guilty else on
    plot.sign(plot.amount(), signed, event=plot.event(on))


def d3_line(plot: Plot, guilty: bool) -> None:
    """A loan under a line of long before the event. Twin: what it follows is an intent."""
    amount, on = plot.amount(), plot.day()
    before = plot.sign(amount, later(on, -100), instrument="credit_line" if guilty else "intent_letter")
    plot.sign(amount, on, event=plot.event(on), supersedes=before.key)


def d3_brought(plot: Plot, guilty: bool) -> None:
    """The same. Twin: the line was what an earlier event brought."""
    amount, on = plot.amount(), plot.day()
    signed = later(on, -100)
    event = plot.event(signed)
    before = plot.sign(amount, signed, instrument="credit_line", event=None if guilty else event)
    plot.sign(amount * 9 // 10, on, event=plot.event(on), supersedes=before.key)


def d4_month(plot: Plot, guilty: bool) -> None:
    """Paid back in full within thirty days. Twin: on the thirty-first."""
    amount, on = plot.amount(), date(2025, 7, 10)
    signing = plot.sign(amount, on)
    plot.owed(signing, 0)
    paid = plot.pay(signing, amount, later(on, 2))
    plot.repay(amount, later(paid.value_on, plot.rng.randint(1, 30) if guilty else 31), paid)


def d4_quarter(plot: Plot, guilty: bool) -> None:
    """Six tenths back right after a quarter's end. Twin: the same in the middle of a quarter."""
    amount, day = plot.amount(), date(2025, 9, 25) if guilty else date(2025, 8, 10)
    signing = plot.sign(amount, later(day, -3))
    plot.owed(signing, 0)
    paid = plot.pay(signing, amount, day)
    plot.repay(amount // 10 * 6, later(day, plot.rng.randint(7, 12)), paid)


def d4_turnover(plot: Plot, guilty: bool) -> None:
    """A revolving line paid back within thirty days and left alone. Twin: drawn again thirty days after that."""
    amount, on = plot.amount(), plot.day()
    signing = plot.sign(amount, on, revolving=True, instrument="credit_line")
    plot.owed(signing, 0)
    paid = plot.pay(signing, amount, on)
    plot.repay(amount, later(on, 12), paid)
    plot.pay(signing, amount, later(on, 43 if guilty else 42))


def d5_whose(plot: Plot, guilty: bool) -> None:
    """A deposit as large as the loan, on a statement the firm supplied. Twin: nobody but the bank says so."""
    amount, on = plot.amount(), plot.day()
    plot.pay(plot.sign(amount, on), amount, later(on, 2))
    plot.deposit(amount * plot.rng.randint(90, 100) // 100, later(on, 4), by_firm=guilty)


def d5_margin(plot: Plot, guilty: bool) -> None:
    """The same deposit. Twin: a margin of three or four tenths."""
    amount, on = plot.amount(), plot.day()
    plot.pay(plot.sign(amount, on), amount, later(on, 2))
    plot.deposit(amount * (95 if guilty else plot.rng.randint(30, 40)) // 100, later(on, 1), by_firm=True)


def d6_owner(plot: Plot, guilty: bool) -> None:
    """Two or three firms of one person, each below the cap, together above it. Twin: as many owners as firms."""
    on, firms = plot.day(), plot.rng.randint(2, 3)
    for place in range(firms):
        firm = f"{plot.firm}{place}"
        plot.sign(plot.amount(510, 900), later(on, place * 5), firm=firm)
        plot.persons[firm] = f"{plot.name} 某人" if guilty else f"{plot.name} 某人{place}"


def d6_sum(plot: Plot, guilty: bool) -> None:
    """The same. Twin: together they stay below the cap."""
    on = plot.day()
    for place in range(2):
        firm = f"{plot.firm}{place}"
        plot.sign(plot.amount(510, 900) // (1 if guilty else 2), later(on, place * 5), firm=firm)
        plot.persons[firm] = f"{plot.name} 某人"


def d7_need(plot: Plot, guilty: bool) -> None:
    """Signed for half as much again as was needed, or more. Twin: a need to match."""
    amount, on = plot.amount(), plot.day()
    need = plot.need(amount if not guilty else amount * 100 // plot.rng.randint(150, 400), later(on, -10))
    plot.sign(amount, on, need=need)


def d7_sales(plot: Plot, guilty: bool) -> None:
    """Signed for more than twice a year's sales. Twin: a project drawn by plan."""
    amount, on = plot.amount(), plot.day()
    plot.sales[plot.firm] = Money.of(amount * 10 // plot.rng.randint(21, 60))
    plot.sign(amount, on, by_plan=not guilty)


def d8_mended(plot: Plot, guilty: bool) -> None:
    """An acceptance told again as a loan weeks later. Twin: mended within three days."""
    amount, on = plot.amount(), plot.day()
    signing = plot.sign(amount, on)
    first = plot.pay(signing, amount, later(on, 2), form=f.ACCEPTANCE, heard=None)
    back = later(first.recorded_on, plot.rng.randint(4, 60) if guilty else plot.rng.randint(0, 3))
    plot.void(first, back)
    plot.pay(signing, amount, first.value_on, iou_no=first.iou_no, recorded_on=back, reported_on=back)


def d8_two(plot: Plot, guilty: bool) -> None:
    """The same. Twin: an acceptance and a loan under two numbers, both as they are."""
    amount, on = plot.amount(), plot.day()
    signing = plot.sign(amount, on)
    first = plot.pay(signing, amount, later(on, 2), form=f.ACCEPTANCE, heard=None)
    if guilty:
        plot.void(first, later(on, 22))
    number = {"iou_no": first.iou_no} if guilty else {}
    plot.pay(signing, amount, later(on, 22), **number)


def d9_need(plot: Plot, guilty: bool) -> None:
    """万元 typed as 元. Twin: a small paper beside a large need."""
    wan, on = plot.rng.randint(50, 900), plot.day()
    need = plot.need(wan * WAN, later(on, -10))
    plot.sign(wan if guilty else wan * 2, on, need=need)


def d9_answer(plot: Plot, guilty: bool) -> None:
    """The firm's figure is ten thousand times smaller than the bank's. Twin: it is another figure."""
    wan, on = plot.rng.randint(50, 900), plot.day()
    signing = plot.sign(wan * WAN, on)
    plot.pay(signing, wan * WAN, later(on, 2), heard=wan if guilty else wan * WAN // 2)


def d9_draw(plot: Plot, guilty: bool) -> None:
    """A 借据 ten thousand times its paper. Twin: a first draw of a ten-thousandth."""
    wan, on = plot.rng.randint(50, 900), plot.day()
    paper, paid = (wan, wan * WAN) if guilty else (wan * WAN, wan)
    plot.pay(plot.sign(paper, on), paid, later(on, 2))


def d12_share(plot: Plot, guilty: bool) -> None:
    """One project holds more than half of an event of small firms. Twin: less than half."""
    _gathering(plot, small=8, share=plot.rng.randint(52, 85) if guilty else plot.rng.randint(30, 48), rest=900)


def d12_kind(plot: Plot, guilty: bool) -> None:
    """The same. Twin: an event of large projects, one of them the largest."""
    _gathering(plot, small=8, share=plot.rng.randint(52, 85), rest=900 if guilty else 3_000)


def _gathering(plot: Plot, *, small: int, share: int, rest: int) -> None:
    on = plot.day()
    event = plot.event(on)
    amounts = [plot.amount(rest * 3 // 4, rest) for _ in range(small)]
    amounts.append(sum(amounts) * share // (100 - share))
    for place, amount in enumerate(amounts):
        plot.sign(amount, on, event=event, firm=f"{plot.firm}{place}", lender=f"{plot.bank}{place}")


EXACT = {
    "d1": (d1_declared, d1_long_ago),
    "d2": (d2_follows, d2_paid),
    "d3": (d3_day, d3_line, d3_brought),
    "d4": (d4_month, d4_quarter, d4_turnover),
    "d5": (d5_whose, d5_margin),
    "d6": (d6_owner, d6_sum),
    "d7": (d7_need, d7_sales),
    "d8": (d8_mended, d8_two),
    "d9": (d9_need, d9_answer, d9_draw),
    "d12": (d12_share, d12_kind),
}
