"""The arithmetic of codes: RFC 6238, keyboards, and what is no code at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from matchmaking.registry.accounts.commands import codes

# RFC 6238, appendix B, SHA-1: the last six of the eight digits
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037"), (20000000000, "353130")]


@pytest.mark.parametrize(("seconds", "code"), RFC)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert codes.code_of(RFC_SECRET, codes.step_of(at)) == code
    assert codes.matching_step(RFC_SECRET, code, at=at, after=-1) == seconds // 30


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34", "٠١٢٣٤٥", "1e5", "\ud800", "9" * 10_000])
def test_what_is_no_code_matches_no_step(now: datetime, typed: str) -> None:
    assert codes.matching_step(RFC_SECRET, typed, at=now, after=-1) is None


@pytest.mark.parametrize("dressed", ["{0[0]} {0[1]}", "０{0}", " {0} "])
def test_a_code_is_read_as_keyboards_give_it(now: datetime, dressed: str) -> None:
    step = next(step for step in range(codes.step_of(now), 10**9) if codes.code_of(RFC_SECRET, step)[0] == "0")
    code, at = codes.code_of(RFC_SECRET, step), datetime.fromtimestamp(step * 30, UTC)
    typed = {"{0[0]} {0[1]}": f"{code[:3]} {code[3:]}", "０{0}": "０" + code[1:], " {0} ": f" {code} "}[dressed]
    assert codes.matching_step(RFC_SECRET, typed, at=at, after=-1) == step


def test_recovery_codes_are_ten_different_texts_read_as_people_copy_them() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == codes.RECOVERY_CODES == 10
    digests = {codes.recovery_digest(code) for code in made}
    assert len(digests) == 10 and None not in digests
    assert {codes.recovery_digest(" " + code.lower().replace("-", " ")) for code in made} == digests
    assert all(codes.recovery_digest(typed) is None for typed in ("", "123456", made[0][:-1], made[0] + "A", "é" * 16))
