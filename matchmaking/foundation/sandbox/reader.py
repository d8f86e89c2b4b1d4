"""The parent's side: start the child, pass its progress on, turn its answer or its death into a report or a refusal."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.mapping import Mapping
from matchmaking.domain.statements.positions import Position, RowError, from_record
from matchmaking.foundation.sandbox.limits import MEBI, Limits

ROOT = Path(__file__).resolve().parents[3]
_MAX_ANSWER = 4 * MEBI
_CRASHES = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP)
_log = logging.getLogger(__name__)

OnProgress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a reading found. ``out`` holds ``rows`` positions as JSON lines; nothing was stored anywhere else.

    ``errors``: the first of ``error_count``. ``sha256``: of the file as sent. ``headers``: as they stand in it.
    ``absent``: declared fields that the file has no column for.
    ``repeated``: rows passed over as duplicates by the mapping's policy; ``footers``: total lines passed over.
    ``as_of``: the day the file itself states, if it does. ``kind``: csv, csv.gz, xlsx, xls or ods.
    """

    rows: int
    errors: tuple[RowError, ...]
    error_count: int
    sha256: str
    headers: tuple[str, ...]
    absent: tuple[str, ...]
    out: Path
    kind: str
    encoding: str | None
    repeated: int
    footers: int
    as_of: date | None


def read_statement(
    path: Path,
    mapping: Mapping,
    *,
    out: Path,
    as_of: date | None = None,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
) -> ReadReport:
    """Read the statement at ``path`` as ``mapping`` declares; its positions are written to ``out``.

    ``as_of`` is the day it is declared for: rows that state another are errors. ``on_progress(done, total or None)``
    is called now and then. Row errors do not stop the reading (they are for a preview); whether to take the rest is
    the caller's to say.

    Raises :class:`Refusal` when the file as a whole cannot be read, with the rule in words; when the child dies, its
    first reason is ``file_rejected`` and the second says of what. ``out`` is removed then.
    """
    bounds = limits or Limits()
    job = {
        "path": str(path.resolve()),
        "mapping": mapping.source,
        "as_of": as_of.isoformat() if as_of else None,
        "out": str(out.resolve()),
        "limits": asdict(bounds),
    }
    try:
        answer = _ask_child(job, bounds, on_progress)
        if "refused" in answer:
            raise Refusal(*(Reason(code, params) for code, params in answer["refused"]))
        return _report(answer["report"], path, out)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def positions_in(out: Path) -> Iterator[Position]:
    """The positions that a reading wrote to ``out``, one at a time."""
    with out.open(encoding="utf-8") as lines:
        for line in lines:
            yield from_record(json.loads(line))


def preview(out: Path, rows: int = 20) -> list[Position]:
    """The first ``rows`` positions of a reading."""
    return list(islice(positions_in(out), rows))


def _report(report: dict[str, Any], path: Path, out: Path) -> ReadReport:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    errors = (RowError(line, column, Reason(code, params)) for line, column, code, params in report["errors"])
    return ReadReport(
        rows=report["rows"],
        errors=tuple(errors),
        error_count=report["error_count"],
        sha256=digest,
        headers=tuple(report["headers"]),
        absent=tuple(report["absent"]),
        out=out,
        kind=report["kind"],
        encoding=report["encoding"],
        repeated=report["repeated"],
        footers=report["footers"],
        as_of=date.fromisoformat(report["as_of"]) if report["as_of"] else None,
    )


def _ask_child(job: dict[str, Any], limits: Limits, on_progress: OnProgress | None) -> dict[str, Any]:
    """The child's last line. A new program, not a copy of this one: no sockets, sessions or secrets go with it."""
    command = [sys.executable, "-B", "-P", "-s", "-m", "matchmaking.foundation.sandbox.child"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(  # noqa: S603 a fixed command; the file's name travels in the job, not in the command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        try:
            answer = _listen(child, job, limits, on_progress)
        finally:
            _end(child)
        if answer is None:
            complaints.seek(0)
            _log.warning(
                "statement reader ended with %s: %s", child.returncode, complaints.read(2000).decode("utf-8", "replace")
            )
            raise Refusal(Reason("file_rejected", {}), _cause(child.returncode, complaints, limits))
        return answer


def _listen(
    child: subprocess.Popen[bytes], job: dict[str, Any], limits: Limits, on_progress: OnProgress | None
) -> dict[str, Any] | None:
    """Hand over the job and follow the answer until the child closes its end, or its time is up."""
    stdin, stdout = child.stdin, child.stdout
    if stdin is None or stdout is None:  # pragma: no cover - both are pipes
        return None
    try:
        stdin.write(json.dumps(job).encode() + b"\n")
        stdin.close()
    except BrokenPipeError:
        return None
    answer: dict[str, Any] | None = None
    for line in _lines(stdout, limits.wall_seconds):
        message = json.loads(line)
        if "progress" in message:
            if on_progress is not None:
                on_progress(*message["progress"])
        else:
            answer = message
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return None
    return answer if child.returncode == 0 else None


def _lines(stdout: IO[bytes], seconds: int) -> Iterator[bytes]:
    """Whole lines as they come. Ends at the end of the pipe; raises :class:`Refusal` when the time or the answer is
    too long.
    """
    deadline, held, total = time.monotonic() + seconds, b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise Refusal(Reason("file_rejected", {}), Reason("file_rejected_time", {"seconds": seconds}))
            piece = os.read(stdout.fileno(), 65_536)
            if not piece:
                return
            total += len(piece)
            if total > _MAX_ANSWER:
                raise Refusal(Reason("file_rejected", {}), Reason("file_rejected_crash", {"signal": "—"}))
            *whole, held = (held + piece).split(b"\n")
            yield from whole


def _end(child: subprocess.Popen[bytes]) -> None:
    """Leave no child behind: end it if it still runs, and take its exit status."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _cause(code: int | None, complaints: IO[bytes], limits: Limits) -> Reason:
    complaints.seek(0)
    words = complaints.read(MEBI)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Reason("file_rejected_cpu", {"seconds": limits.cpu_seconds})
    if b"MemoryError" in words or b"memory allocation" in words:
        return Reason("file_rejected_memory", {"limit_mb": limits.memory_mb})
    name = signal.Signals(-code).name if code is not None and code < 0 and -code in set(_CRASHES) else str(code)
    return Reason("file_rejected_crash", {"signal": name})
