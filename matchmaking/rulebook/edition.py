"""Which program and which rules reckoned a figure: the version, and a digest of every number and policy in force."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from matchmaking.rulebook import HERE

VERSION = "0.1.0"
"""As the list of changes names it."""
RULES = ("parameters", "policies", "schemes", "reference")


@cache
def rules_digest() -> str:
    """SHA-256 over the rulebook's files of rules, by name and content: another number, another digest."""
    found = sha256()
    for path in sorted(path for folder in RULES for path in (HERE / folder).rglob("*.toml")):
        found.update(f"{path.relative_to(HERE).as_posix()}\n".encode())
        found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()
