"""Where to go after signing in: a path of this site, or home. Anything that could leave the site is refused."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

HOME = "/"
LONGEST = 2000


def safe_next(target: str | None, default: str = HOME) -> str:
    """``target`` when it is a plain path (with query) of this site, otherwise ``default``.

    Refused: other schemes and hosts, ``//``, ``/\\``, their percent-encoded and doubly encoded twins, user
    information, control characters, anything not ASCII or too long.
    """
    return target if target and _is_local(target) else default


def _is_local(target: str) -> bool:
    if len(target) > LONGEST or not target.isascii() or not target.isprintable():
        return False
    path = target.partition("?")[0]
    for _ in range(3):  # once-, twice- and thrice-encoded tricks all come down to one of these marks
        if not path.startswith("/") or path.startswith("//") or _has_trick(path):
            return False
        path = unquote(path)
    return _splits_clean(target)


def _has_trick(path: str) -> bool:
    return "\\" in path or "//" in path or "@" in path or " " in path or not path.isprintable()


def _splits_clean(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
