"""Which tags an event may carry: those that have words in the rulebook, and no others.

The words are the table of tags, so that a tag nobody can read cannot be written. A slice adds a tag by adding
``[trail_<tag with dots as underscores>]`` with ``zh`` and ``en`` to its own file in ``rulebook/words/``.
"""

from __future__ import annotations

import re

from matchmaking.rulebook import words

SHAPE = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+")
"""``noun.verb_in_past``: ``agreement.signed``, ``statement.taken_in``."""


class UnknownTag(ValueError):
    """The tag has no words; a mistake of the programmer, not of the user."""


def words_key(tag: str) -> str:
    """The rulebook's key of ``tag``."""
    return "trail_" + tag.replace(".", "_")


def check_tag(tag: str) -> None:
    """Raise :class:`UnknownTag` unless ``tag`` is well formed and has words."""
    if not SHAPE.fullmatch(tag) or words_key(tag) not in words():
        raise UnknownTag(f"{tag!r} has no words: add [{words_key(tag)}] to a file in rulebook/words")
