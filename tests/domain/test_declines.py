"""Reasons of two levels: who may say which, how many words, and who reads what."""

from __future__ import annotations

import itertools

import pytest

from matchmaking.domain.declines import ShownDecline
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import explain, words
from matchmaking.rulebook.reference import declines

VERSION_1 = {
    "准入": ["行业政策", "年限资质", "处罚证照"],
    "信用": ["征信", "涉诉", "税社"],
    "偿债": ["负债", "现金流", "超核定额"],
    "担保": ["押品权证", "担保未批"],
    "资料用途": ["缺件", "用途不符"],
    "银行": ["产品期限", "规模限额", "上级未批", "定价"],
    "依法不予说明": ["依法不予说明"],
    "企业退出": ["不需要", "获他行", "价格", "条件", "失联三次"],
    "管理": ["重复", "错录"],
    "其他": ["其他"],
}
SPEAKERS = ("bank", "firm", "government")
FIRMS_OWN = {"not_needed", "other_bank", "firm_price", "firm_conditions"}
LONG = "企业主要产品订单在下半年才能确定，届时再行申请本行贷款。"


def test_version_one_is_as_practice_lists_it() -> None:
    listed: dict[str, list[str]] = {}
    for reason in declines().reasons.values():
        group = words()[f"decline_group_{reason.group}"]["zh"]
        listed.setdefault(group, []).append(words()[f"decline_{reason.code}"]["zh"])
    assert listed == VERSION_1
    assert declines().version == 1


@pytest.mark.parametrize("code", sorted(declines().reasons))
def test_every_reason_says_what_would_change_the_answer(code: str) -> None:
    assert {f"decline_{code}", f"decline_{code}_change"} <= words().keys()


@pytest.mark.parametrize(("code", "speaker"), [*itertools.product(sorted(declines().reasons), SPEAKERS)])
def test_only_those_may_say_it_whose_word_it_is(code: str, speaker: str) -> None:
    """The firm's exit is the firm's own word; a bank says no more than that it reached nobody three times."""
    own = {
        "firm": FIRMS_OWN | {"misentered", "other"},
        "government": {"duplicate", "misentered", "other"},
        "bank": set(declines().reasons) - FIRMS_OWN,
    }
    if code in own[speaker]:
        assert declines().given(code, speaker, LONG, fewest=20).reason.code == code
        assert code in [reason.code for reason in declines().choices(speaker)]
    else:
        with pytest.raises(Refusal) as refused:
            declines().given(code, speaker, LONG, fewest=20)
        assert words()[f"decline_{code}"]["zh"] in explain(refused.value.reason)
        assert code not in [reason.code for reason in declines().choices(speaker)]


@pytest.mark.parametrize(("told", "enough"), [("贷" * 19, False), ("贷" * 20, True), ("贷" * 19 + "。" * 40, False)])
def test_other_needs_twenty_characters_marks_not_counted(told: str, enough: bool) -> None:
    if enough:
        assert declines().given("other", "bank", f"  {told} ", fewest=20).words == told
    else:
        with pytest.raises(Refusal) as refused:
            declines().given("other", "bank", told, fewest=20)
        assert refused.value.reason.params == {"given": 19, "fewest": 20}


def test_not_explained_by_law_asks_no_words_and_keeps_none() -> None:
    assert declines().given("undisclosed_by_law", "bank", "", fewest=20).words == ""
    assert declines().given("undisclosed_by_law", "bank", "因某某原因", fewest=20).words == ""


def test_words_are_free_for_the_rest() -> None:
    assert declines().given("debt", "bank", "", fewest=20).words == ""
    assert declines().given("debt", "bank", " 负债率高 ", fewest=20).words == "负债率高"


def test_words_have_a_most() -> None:
    with pytest.raises(Refusal, match="decline_words_long"):
        declines().given("other", "bank", "贷" * 1001, fewest=20)


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(Refusal, match="decline_unknown"):
        declines().given("admission", "bank", "", fewest=20)


def test_lost_contact_asks_for_its_record() -> None:
    assert [reason.code for reason in declines().reasons.values() if reason.evidence] == ["lost_contact"]
    with pytest.raises(Refusal, match="decline_evidence_missing"):
        declines().given("lost_contact", "bank", "", fewest=20, attached=False)
    assert declines().given("lost_contact", "bank", "", fewest=20, attached=True).reason.code == "lost_contact"
    assert declines().given("debt", "bank", "", fewest=20, attached=False).reason.code == "debt"


def test_government_reads_the_first_level_only_and_another_bank_nothing() -> None:
    stated = declines().given("debt", "bank", "负债率 81%", fewest=20)
    both = ShownDecline("repayment", "debt", "负债率 81%")
    assert stated.shown_to("firm") == stated.shown_to("bank") == both
    assert stated.shown_to("government") == ShownDecline("repayment", None, "")
    assert stated.shown_to("other_bank") == ShownDecline(None, None, "")
    with pytest.raises(ValueError, match="no such reader"):
        stated.shown_to("public")
