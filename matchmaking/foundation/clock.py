"""The one clock. Views, commands of the shell and the worker read it and hand days down as arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 without daylight saving since 1991; business days are Shanghai days."""


_demo: dict[str, date] = {}


def freeze(day: date | None) -> None:
    """A demo's day: from here on it is always ``day`` in Shanghai while the hours go on; None lets the days pass again.

    What visitors of a demo do is thereby dated and known on its day, and timed jobs work for that day.
    """
    _demo.clear()
    if day is not None:
        _demo["day"] = day


def now() -> datetime:
    """This instant, aware, in UTC; on the demo's day where there is one."""
    instant = datetime.now(UTC)
    return instant + (_demo["day"] - business_day(instant)) if _demo else instant


def on_the_wall(instant: datetime) -> datetime:
    """What a phone's clock shows when :func:`now` says ``instant``: the same, but while a demo's day stands still."""
    return instant + (business_day(datetime.now(UTC)) - _demo["day"]) if _demo else instant


def today() -> date:
    """Today's business day in Shanghai."""
    return business_day(now())


def business_day(instant: datetime) -> date:
    """The Shanghai day on which ``instant`` (aware) falls."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The last microsecond of the Shanghai ``day``, in UTC: "known on" a day means known by its end."""
    return datetime.combine(day, time.max, SHANGHAI).astimezone(UTC)
