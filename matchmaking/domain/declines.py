"""Why a case ended: reasons of two levels as dated data, who may say which, and who may read which level.

Source: practice §2, version 1 (``rulebook/reference/declines.toml``). Government readers see the first level only; the
firm and the bank of the case see both levels and the words; another bank sees nothing. 依法不予说明 asks no words and
keeps none; 其他 needs words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchmaking.domain.reasons import Reason, Refusal

BANK, FIRM, GOVERNMENT, OTHER_BANK = "bank", "firm", "government", "other_bank"
MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """A reason of the second level. ``speakers``: whose word it can be. ``words`` is ``none``, ``free`` or ``needed``.

    Words of the code: ``decline_<code>``, and what would change the answer: ``decline_<code>_change``.
    """

    code: str
    group: str
    speakers: frozenset[str]
    words: str
    evidence: bool


@dataclass(frozen=True, slots=True)
class DeclineTable:
    """One version of the list, in the order in which it is shown. A case keeps the version it was closed under."""

    version: int
    reasons: Mapping[str, DeclineReason]

    @property
    def groups(self) -> tuple[str, ...]:
        """Codes of the first level; their words are ``decline_group_<code>``."""
        return tuple(dict.fromkeys(reason.group for reason in self.reasons.values()))

    def choices(self, speaker: str) -> tuple[DeclineReason, ...]:
        """What ``bank``, ``firm`` or ``government`` (for 归并 and 错录) may choose from."""
        return tuple(reason for reason in self.reasons.values() if speaker in reason.speakers)

    def given(self, code: str, speaker: str, words: str, *, fewest: int, attached: bool = True) -> Decline:
        """A decline as ``speaker`` states it. ``fewest``: characters that 其他 needs, blanks and marks not counted.
        ``attached``: whether a record stands behind it.

        Raises :class:`Refusal`: ``decline_unknown``, ``decline_speaker``, ``decline_evidence_missing``,
        ``decline_words_short`` or ``…_long``.
        """
        reason = self.reasons.get(code)
        if reason is None:
            raise Refusal(Reason("decline_unknown", {"code": code[:40]}))
        if speaker not in reason.speakers:
            raise Refusal(Reason("decline_speaker", {"reason_word": f"decline_{code}"}))
        if reason.evidence and not attached:
            raise Refusal(Reason("decline_evidence_missing", {"reason_word": f"decline_{code}"}))
        kept = "" if reason.words == "none" else words.strip()
        if len(kept) > MOST_CHARACTERS:
            raise Refusal(Reason("decline_words_long", {"given": len(kept), "most": MOST_CHARACTERS}))
        told = sum(c.isalnum() for c in kept)
        if reason.words == "needed" and told < fewest:
            raise Refusal(Reason("decline_words_short", {"given": told, "fewest": fewest}))
        return Decline(self.version, reason, kept)


@dataclass(frozen=True, slots=True)
class Decline:
    """A stated reason with its words, and the version of the list it was chosen from."""

    version: int
    reason: DeclineReason
    words: str

    def shown_to(self, reader: str) -> ShownDecline:
        """What ``firm``, ``bank`` (of the case), ``government`` or ``other_bank`` may read; else ``ValueError``."""
        if reader in (FIRM, BANK):
            return ShownDecline(self.reason.group, self.reason.code, self.words)
        if reader == GOVERNMENT:
            return ShownDecline(self.reason.group, None, "")
        if reader == OTHER_BANK:
            return ShownDecline(None, None, "")
        raise ValueError(f"no such reader: {reader!r}")


@dataclass(frozen=True, slots=True)
class ShownDecline:
    """The part of a decline that one reader sees: None where that level is not for them."""

    group: str | None
    code: str | None
    words: str
