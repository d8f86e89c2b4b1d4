"""The one clock. Views, commands of the shell and the worker read it and hand days down as arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 without daylight saving since 1991; business days are Shanghai days."""


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's business day in Shanghai."""
    return business_day(now())


def business_day(instant: datetime) -> date:
    """The Shanghai day on which ``instant`` (aware) falls."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The last microsecond of the Shanghai ``day``, in UTC: "known on" a day means known by its end."""
    return datetime.combine(day, time.max, SHANGHAI).astimezone(UTC)
