"""Structured logs: one JSON object a line on stderr, with secrets taken out before they are written."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

SECRET_KEY = re.compile(r"pass(word|wd)?$|secret|token|cookie|authorization|csrf|otp|private|credential|id_?card", re.I)
CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
"""``user:password`` inside a database or broker address."""

HIDDEN = "***"


def hide_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace values under telling keys, at any depth, and credentials inside addresses."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if SECRET_KEY.search(str(key)):
        return HIDDEN
    if isinstance(value, dict):
        return {inner: _hidden(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden("", item) for item in value]
    return CREDENTIALS.sub(HIDDEN, value) if isinstance(value, str) else value


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    hide_secrets,
)


def setup_logs(level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers through the same lines. Harmless when repeated."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    ours = next((handler for handler in root.handlers if isinstance(handler, JsonHandler)), None)
    if ours is None:
        root.addHandler(JsonHandler())
    root.setLevel(level)


class JsonHandler(logging.StreamHandler[Any]):
    """Writes to whatever stderr is at the moment, so that redirection works."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(foreign_pre_chain=list(SHARED), processors=[remove, render])
        )

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        self.stream = sys.stderr
        super().emit(record)
