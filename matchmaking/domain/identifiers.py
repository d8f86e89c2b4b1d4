"""统一社会信用代码 (GB 32100-2015): both check digits, one canonical form, and a refusal that names the character.

Shape of a code: [1] registering department, [2] kind of organisation, [3–8] registering authority's area **at issue**,
[9–17] organisation code of GB 11714 whose last character is its own check, [18] check over the first seventeen. Digits
3–8 are not today's county (a firm of 旬阳 may carry 610928, 610981 or 610900): nothing here compares them with one.

What the outer check guarantees. A code is sound when Σ 3^(i−1)·v(i) over positions 1–17 plus v(18) is a multiple of 31.
31 is prime and 3 a primitive root of it, so every change of one character is caught, and so is every swap of two
unlike characters, but one: positions 1 and 18 weigh the same, and swapping them passes. Of other garblings one in 31
passes the outer check; the inner one lets one in 11 of those through that touch positions 9–17.
"""

from __future__ import annotations

import re
import unicodedata

from matchmaking.domain.reasons import Reason, Refusal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a code, in the order of their values: no I, O, S, V, Z."""

LENGTH = 18
AREA = range(3, 9)
"""Positions (from 1) of the registering authority's six digits."""

FICTIONAL_BODY = "YY"
"""Beginning of the organisation code of invented firms; of the codes seen in use none begins so (digits, M, L)."""

_WEIGHTS = tuple(pow(3, i, 31) for i in range(LENGTH - 1))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LONGEST_READ = 256


def parse_uscc(text: str) -> str:
    """The canonical 18 characters of what a person typed or pasted.

    Full-width characters, small letters, blanks and hyphens are read as what they stand for. A :class:`Refusal` carries
    ``uscc_empty``, ``uscc_length``, ``uscc_character`` or ``uscc_area`` (``…_unknown`` where more is wrong besides), or
    ``uscc_check`` (with ``uscc_body_check`` when the organisation code fails too). Each but the first two names
    position and character, and what would be right. Where one change of one character alone mends a failing check,
    ``uscc_slip`` names it as well.
    """
    code = _plain(text)
    if not code:
        raise Refusal(Reason("uscc_empty", {}))
    if len(code) != LENGTH:
        raise Refusal(Reason("uscc_length", {"given": len(code), "wanted": LENGTH}))
    faults = _strange(code) or _failing(code)
    if faults:
        raise Refusal(*faults, *_only_slip(code, faults))
    return code


def check_character(first17: str) -> str:
    """Character 18 of a code from its first seventeen (31 − Σ mod 31, where 31 is written 0)."""
    if len(first17) != LENGTH - 1:
        raise ValueError("seventeen characters are weighed")
    return ALPHABET[-_weighed(first17) % 31]


def body_check_character(body: str) -> str:
    """Character 17 from positions 9–16, by GB 11714: 11 − Σ mod 11, where 10 is written X and 11 is 0."""
    if len(body) != len(_BODY_WEIGHTS):
        raise ValueError("eight characters are weighed")
    rest = -sum(weight * int(c, 36) for weight, c in zip(_BODY_WEIGHTS, body, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def uscc_from(prefix: str, area: str, serial: int) -> str:
    """An invented code, sound in both checks; ``prefix`` two characters (``91``), ``area`` six digits, serial < 10⁶.

    The organisation code begins with :data:`FICTIONAL_BODY`, so :func:`is_fictional` knows it again.
    """
    if not re.fullmatch(f"[{ALPHABET}]{{2}}", prefix) or not re.fullmatch("[0-9]{6}", area) or not 0 <= serial < 10**6:
        raise ValueError(f"no code can be made of {prefix!r}, {area!r}, {serial!r}")
    body = f"{FICTIONAL_BODY}{serial:06d}"
    first17 = prefix + area + body + body_check_character(body)
    return first17 + check_character(first17)


def is_fictional(code: str) -> bool:
    """Whether a canonical ``code`` comes from :func:`uscc_from`."""
    return code[8:10] == FICTIONAL_BODY


def slips(code: str) -> tuple[tuple[int, str, str], ...]:
    """Every way to make 18 canonical characters sound by changing one: (position from 1, character, what it should be).

    Empty where the code is sound or more than one character is wrong.
    """
    if not _strange(code) and not _failing(code):
        return ()
    found = ((at + 1, code[at], _fitting(code, at)) for at in range(LENGTH))
    return tuple((position, was, right) for position, was, right in found if right and right != was)


def _only_slip(code: str, faults: list[Reason]) -> list[Reason]:
    """The one change that would mend a code whose characters are all possible, where there is just one."""
    found = slips(code) if faults[0].code == "uscc_check" else ()
    if len(found) != 1:
        return []
    position, character, right = found[0]
    return [Reason("uscc_slip", {"position": position, "character": character, "right": right})]


def _plain(text: str) -> str:
    """NFKC, capitals, without blanks, hyphens and characters that nobody sees."""
    kept = (c for c in unicodedata.normalize("NFKC", text[:_LONGEST_READ]) if not _ignored(c))
    return "".join(c.upper() if c.isascii() else c for c in kept)


def _ignored(c: str) -> bool:
    return c.isspace() or unicodedata.category(c) in ("Pd", "Cf", "Zs") or c == "\N{MINUS SIGN}"


def _weighed(first17: str) -> int:
    return sum(weight * ALPHABET.index(c) for weight, c in zip(_WEIGHTS, first17, strict=True))


def _strange(code: str) -> list[Reason]:
    """The first character that no code has at its place."""
    for position, c in enumerate(code, 1):
        if c not in ALPHABET:
            return [_named("character", code, position)]
        if position in AREA and not c.isdigit():
            return [_named("area", code, position)]
    return []


def _named(kind: str, code: str, position: int) -> Reason:
    """A refusal of one character, with the only one that would make the code sound, where there is one."""
    told: dict[str, str | int | None] = {"position": position, "character": _shown(code[position - 1])}
    right = _fitting(code, position - 1)
    if right:
        return Reason(f"uscc_{kind}", {**told, "right": right})
    return Reason(f"uscc_{kind}_unknown", told)


def _shown(c: str) -> str:
    """A character fit for a page: one that cannot be printed is named by its number."""
    return c if c.isprintable() else f"U+{ord(c):04X}"


def _fitting(code: str, at: int) -> str:
    """The character at index ``at`` with which all the others are sound, or ``""``."""
    for c in ALPHABET:
        tried = code[:at] + c + code[at + 1 :]
        if set(tried) <= set(ALPHABET) and _sound(tried):
            return c
    return ""


def _sound(code: str) -> bool:
    in_area = code[2:8].isdigit()
    return in_area and check_character(code[:17]) == code[17] and body_check_character(code[8:16]) == code[16]


def _failing(code: str) -> list[Reason]:
    """Which of the two checks fail. The outer one always does when one character is wrong."""
    right, body_right = check_character(code[:17]), body_check_character(code[8:16])
    found = []
    if code[17] != right:
        found.append(Reason("uscc_check", {"position": 18, "character": code[17], "right": right}))
    if code[16] != body_right:
        found.append(Reason("uscc_body_check", {"position": 17, "character": code[16], "right": body_right}))
    return found
