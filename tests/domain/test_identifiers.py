"""统一社会信用代码: what is sound passes, the rest is refused with the character, and what the checks promise holds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matchmaking.domain.identifiers import (
    ALPHABET,
    FICTIONAL_BODY,
    body_check_character,
    check_character,
    is_fictional,
    parse_uscc,
    slips,
    uscc_from,
)
from matchmaking.domain.reasons import Reason, Refusal
from tests.house.tree import DATA

PUBLISHED = ("91350100M000100Y43", "91110000100011743X", "91440300708461136T")
ANY = "".join(map(chr, range(48, 58))) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

PARTS = st.tuples(st.text(ALPHABET, min_size=2, max_size=2), st.text("0123456789", min_size=6, max_size=6),
                  st.text(ALPHABET, min_size=8, max_size=8))  # fmt: skip


@st.composite
def codes(draw: st.DrawFn) -> str:
    """A sound code of any organisation, not only of those :func:`uscc_from` invents."""
    head, area, body = draw(PARTS)
    first17 = head + area + body + body_check_character(body)
    return first17 + check_character(first17)


def refused(text: str) -> tuple[Reason, ...]:
    """The reasons for which ``text`` is no code."""
    with pytest.raises(Refusal) as refusal:
        parse_uscc(text)
    return refusal.value.reasons


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_examples_pass(code: str) -> None:
    assert parse_uscc(code) == code


def test_the_published_counterexample_is_refused_naming_what_it_should_end_in() -> None:
    outer, inner = refused("911100001000050022")
    assert (outer.code, dict(outer.params)) == ("uscc_check", {"position": 18, "character": "2", "right": "4"})
    assert (inner.code, dict(inner.params)) == ("uscc_body_check", {"position": 17, "character": "2", "right": "1"})


@pytest.mark.real
def test_every_real_code_passes_both_checks() -> None:
    path = DATA / "reference" / "uscc_valid.txt"
    if not path.exists():
        pytest.skip("no ../shared/data/reference here")
    real = path.read_text("utf-8").split()
    assert len(real) > 190
    assert [code for code in real if parse_uscc(code) != code] == []
    assert [code for code in real if is_fictional(code)] == []


def test_a_remainder_of_nought_is_written_nought() -> None:
    """The classic slip: 31 − 0 is 31, which is written 0."""
    ending = {check_character(uscc_from("91", "610902", serial)[:17]) for serial in range(2000)}
    assert ending == set(ALPHABET)
    assert {body_check_character(f"{FICTIONAL_BODY}{serial:06d}") for serial in range(200)} == set("0123456789X")


@pytest.mark.parametrize(
    "typed",
    [
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100m000100y43",
        " 9135 0100 M000 100Y 43\n",
        "913501-00M000100Y4-3",
        "91350100—M000100Y4–3",
        "\ufeff91350100M000100Y43\u200b",
        "91350100\u3000M000100Y43",
    ],
)
def test_what_stands_for_the_same_code_is_read_as_it(typed: str) -> None:
    assert parse_uscc(typed) == "91350100M000100Y43"


@pytest.mark.parametrize("typed", ["", "   ", "-", "\u200b"])
def test_nothing_is_asked_for(typed: str) -> None:
    assert [reason.code for reason in refused(typed)] == ["uscc_empty"]


@pytest.mark.parametrize(("typed", "given"), [("91350100M000100Y4", 17), ("91350100M000100Y433", 19), ("6" * 15, 15)])
def test_length_is_named(typed: str, given: int) -> None:
    (reason,) = refused(typed)
    assert (reason.code, dict(reason.params)) == ("uscc_length", {"given": given, "wanted": 18})


def test_a_megabyte_is_refused_at_once() -> None:
    assert refused("9" * 1_000_000)[0].code == "uscc_length"


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_no_code_has_are_refused_with_the_one_that_fits(letter: str) -> None:
    """V and Z are let through by the regular expressions in the wild."""
    for position in (*range(9, 18), 1, 2, 18):
        typed = PUBLISHED[0][: position - 1] + letter + PUBLISHED[0][position:]
        (reason,) = refused(typed)
        assert reason.code == "uscc_character"
        assert dict(reason.params) == {"position": position, "character": letter, "right": PUBLISHED[0][position - 1]}


def test_a_letter_among_the_registering_authoritys_digits_is_named() -> None:
    (reason,) = refused("9135A100M000100Y43")
    assert reason.code == "uscc_area"
    assert dict(reason.params) == {"position": 5, "character": "A", "right": "0"}


def test_two_wrong_characters_name_the_first_and_promise_nothing() -> None:
    (reason,) = refused("9135OO00M000100Y43")
    assert (reason.code, dict(reason.params)) == ("uscc_character_unknown", {"position": 5, "character": "O"})
    (reason,) = refused("91AB0100M000100Y43")
    assert reason.code == "uscc_area_unknown"


@pytest.mark.parametrize(
    "typed", ["91350100M000100Y4\x00", "9135010\ud800M000100Y43", "91350100M000100Y4é", "91350100M000100Y4٣"]
)
def test_characters_from_elsewhere_are_refused_and_shown_safely(typed: str) -> None:
    (reason,) = refused(typed)
    assert reason.code.startswith("uscc_character")
    assert str(reason.params["character"]).isprintable()
    str(reason.params["character"]).encode()


def test_the_registering_authority_is_never_compared_with_a_county() -> None:
    """旬阳's firms carry 610928, 610981 or 610900, and codes of abolished counties stay good."""
    for area in ("610928", "610981", "610900", "612401", "000000", "999999"):
        assert parse_uscc(uscc_from("91", area, 7))[2:8] == area


@given(codes(), st.integers(0, 17), st.sampled_from(ANY))
def test_every_change_of_one_character_is_caught(code: str, at: int, character: str) -> None:
    """All of them, without exception: the weights are invertible modulo the prime 31."""
    assume(character != code[at])
    reasons = refused(code[:at] + character + code[at + 1 :])
    assert all(1 <= int(str(reason.params["position"])) <= 18 for reason in reasons)


@pytest.mark.parametrize("code", PUBLISHED)
def test_every_one_of_the_changes_of_a_published_code_is_caught(code: str) -> None:
    for at, character in itertools.product(range(18), ANY):
        if character != code[at]:
            refused(code[:at] + character + code[at + 1 :])


@given(codes(), st.integers(0, 17), st.integers(0, 17))
def test_every_swap_is_caught_but_of_the_first_and_the_last(code: str, one: int, other: int) -> None:
    one, other = sorted((one, other))
    assume(code[one] != code[other] and (one, other) != (0, 17))
    swapped = list(code)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    refused("".join(swapped))


@given(codes())
def test_swapping_the_first_and_the_last_is_what_the_checksum_cannot_see(code: str) -> None:
    assert parse_uscc(code[17] + code[1:17] + code[0])


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_the_change_that_would_mend_a_code_is_among_the_slips(code: str, at: int, character: str) -> None:
    wrong = code[:at] + character + code[at + 1 :]
    if character == code[at]:
        assert slips(wrong) == ()
    else:
        found = slips(wrong)
        assert (at + 1, character, code[at]) in found
        for position, was, right in found:
            assert wrong[position - 1] == was
            assert parse_uscc(wrong[: position - 1] + right + wrong[position:])


def test_a_single_slip_is_named_beside_the_failing_checks() -> None:
    wrong = PUBLISHED[0].replace("Y", "0")
    *checks, slip = refused(wrong)
    assert [reason.code for reason in checks] == ["uscc_check", "uscc_body_check"]
    assert (slip.code, dict(slip.params)) == ("uscc_slip", {"position": 16, "character": "0", "right": "Y"})


@given(st.sampled_from(["91", "92", "93"]), st.sampled_from(["610902", "610981"]), st.integers(0, 999_999))
def test_invented_codes_are_sound_eighteen_long_and_known_again(prefix: str, area: str, serial: int) -> None:
    """A generator in the wild emits seventeen characters."""
    code = uscc_from(prefix, area, serial)
    assert len(code) == 18
    assert parse_uscc(code) == code
    assert is_fictional(code)


def test_invented_codes_differ() -> None:
    assert len({uscc_from("91", "610902", serial) for serial in range(5000)}) == 5000


@pytest.mark.parametrize("bad", [("9", "610902", 1), ("9I", "610902", 1), ("91", "61090", 1), ("91", "610902", 10**6)])
def test_nonsense_is_not_turned_into_a_code(bad: tuple[str, str, int]) -> None:
    with pytest.raises(ValueError, match="no code"):
        uscc_from(*bad)


def test_the_weighing_functions_want_whole_parts() -> None:
    with pytest.raises(ValueError, match="seventeen"):
        check_character("9135")
    with pytest.raises(ValueError, match="eight"):
        body_check_character("M00")
