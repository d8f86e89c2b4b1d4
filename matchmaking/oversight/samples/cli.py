"""``flask sample draw`` prints a sample of an audit reckoned live and stores nothing; ``verify`` repeats a kept one."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from matchmaking.delivery.audits.cli import read_day
from matchmaking.delivery.audits.commands import kept_snapshot
from matchmaking.domain.conversion.sampling import MILLION, FrozenList, clean_seed, draw, plan
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.market.matches.cli.ranking import in_language, refusing
from matchmaking.oversight.samples.facts import frame_of
from matchmaking.oversight.samples.models import MONEY
from matchmaking.oversight.samples.queries import differences, sample_by_key
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import say

DIFFERS = 1
"""Exit status where a kept sample cannot be repeated."""


@click.group("sample")
def sample() -> None:
    """Samples of loans to ask about by telephone: draw one, or repeat one that is kept."""


@sample.command("draw")
@click.option("--portfolio", "code", required=True, help="Portfolio's code.")
@click.option("--as-of", "as_of", required=True, help="The day in the world, YYYY-MM-DD; it must have been reckoned.")
@click.option("--known-at", "known_at", default="", help="The day of our records, YYYY-MM-DD; now by default.")
@click.option("--grade", default="loan_contract", show_default=True, help="Instrument whose cohort is sampled.")
@click.option("--money", type=click.Choice(MONEY), default="verified", show_default=True, help="Which money.")
@click.option("--confidence", type=click.IntRange(50, 99), default=95, show_default=True, help="Percent.")
@click.option("--tolerable", type=click.IntRange(1, 99), default=10, show_default=True, help="Percent of the list.")
@click.option("--expected", type=click.IntRange(0, 20), default=0, show_default=True, help="Whole overstatements.")
@click.option("--seed", required=True, help="The published seed.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the frozen list here.")
@in_language
@with_appcontext
@refusing
def draw_command(
    code: str, as_of: str, known_at: str, grade: str, money: str, confidence: int, tolerable: int, expected: int,
    seed: str, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Print the sample of a kept audit: list, interval, then key and amount per line. Nothing is stored."""
    listed = _listed(code, as_of, known_at, grade, money)
    share = listed.total * tolerable // 100
    made = plan(listed, confidence_ppm=confidence * MILLION // 100, tolerable=share, expected=expected)
    if out is not None:
        out.write_bytes(listed.text.encode("utf-8"))
    told = {"items": len(listed.rows), "amount": listed.total, "digest": listed.digest}
    click.echo(say("sample_list_told", lang, **told), err=True)
    click.echo(say("sample_plan_told", lang, interval=made.interval, size=made.size(listed)), err=True)
    for one in draw(listed, clean_seed(seed), made.interval):
        click.echo(f"{one.key}\t{one.book}")


@sample.command("verify")
@click.argument("key")
@click.option("--list", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Your own copy.")
@in_language
@with_appcontext
@refusing
def verify(key: str, path: Path | None, lang: str) -> None:
    """Repeat a kept sample: its list, its draw, its result. Ends with 1 and what differs where one does."""
    session = storage.session()
    found = sample_by_key(session, key[:120])
    if found is None:
        raise Refusal(Reason("sample_gone"))
    wrong = differences(session, found, None if path is None else read_list(path.read_bytes()))
    for code in wrong:
        click.echo(say(f"sample_differs_{code}", lang), err=True)
    if wrong:
        raise SystemExit(DIFFERS)
    click.echo(say("sample_same", lang))


def read_list(raw: bytes) -> FrozenList:
    """A published list. Raises :class:`Refusal` ``sample_list_unreadable``."""
    try:
        rows = [line.split("\t") for line in raw.decode("utf-8").split("\n") if line]
        return FrozenList.of((key, int(amount)) for key, amount in rows)
    except ValueError:
        raise Refusal(Reason("sample_list_unreadable")) from None


def _listed(code: str, as_of: str, known_at: str, grade: str, money: str) -> FrozenList:
    session = storage.session()
    portfolio = portfolio_by_code(session, code[:60])
    if portfolio is None:
        raise Refusal(Reason("portfolio_unknown", {"code": code[:60], "known": "—"}))
    known_on = read_day(known_at) if known_at else clock.today()
    snapshot = kept_snapshot(session, portfolio, read_day(as_of), known_on)
    if snapshot is None:
        raise Refusal(Reason("sample_not_reckoned"))
    return frame_of(session, snapshot, grade, money).listed
