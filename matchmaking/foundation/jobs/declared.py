"""What a timed job is, and which slots its cron words give. Slots are in Shanghai time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from config import Settings
from matchmaking.foundation.clock import SHANGHAI


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job gets: the day it speaks of, the instant it started, the settings. It opens its own units of work."""

    as_of: date
    at: datetime
    settings: Settings


@dataclass(frozen=True, slots=True)
class Job:
    """A timed job. ``run`` returns a JSON object and must change nothing when run twice for one day.

    ``schedule`` is five cron words in Shanghai time (days of the week by name: ``mon-fri``). ``catch_up`` is how many
    days back missed slots are made up, oldest first; 0 makes up the latest only.
    """

    name: str
    run: Callable[[JobContext], dict[str, Any]]
    schedule: str
    catch_up: int = 0

    @property
    def trigger(self) -> CronTrigger:
        """The schedule as APScheduler reads it; ``ValueError`` when it cannot."""
        return CronTrigger.from_crontab(self.schedule, timezone=SHANGHAI)

    @property
    def once_a_day(self) -> bool:
        """Whether minute and hour are plain numbers, so that the day alone names a slot."""
        minute, hour, *_ = self.schedule.split()
        return minute.isdigit() and hour.isdigit()

    def slot(self, fire: datetime) -> str:
        """The name of the slot that fires at ``fire``."""
        local = fire.astimezone(SHANGHAI)
        return local.date().isoformat() if self.once_a_day else local.strftime("%Y-%m-%dT%H:%M")

    def fires(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Every firing in (since, until], oldest first."""
        trigger, previous = self.trigger, None
        moment = since + timedelta(microseconds=1)
        while (fire := trigger.get_next_fire_time(previous, moment)) is not None and fire <= until:
            yield fire
            previous, moment = fire, fire + timedelta(microseconds=1)
