"""The bank's desk over HTTP: several at once, the turn passed and answered, declines taken back, ends with a reason."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from matchmaking.foundation.access.reading import AccessLog
from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.referrals import commands
from matchmaking.registry.enterprises.models import Enterprise
from tests.market.market_world import TODAY, World, enter, load
from tests.market.referral_world import act, now, refer, sell, verified
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def tea(market: World) -> str:
    return sell(market.bank, "收茶贷")


def made(market: World, tea: str) -> tuple[str, str]:
    """A need and its referral to the branch."""
    need = verified(market)
    (referral,) = refer(market, need, tea)
    remove_session()
    return need, referral


def send(browser: Browser, path: str, **data: Any) -> TestResponse:
    answer = browser.submit(path, {"key": uuid.uuid4().hex, **data})
    remove_session()
    return answer


def pdf() -> tuple[io.BytesIO, str]:
    return io.BytesIO(PDF), "流水.pdf"


def test_the_bank_asks_the_firm_answers_with_a_file_and_the_file_stays_shut_until_accepted(
    market: World, visitor: Browser, other: Browser, tea: str
) -> None:
    need, referral = made(market, tea)
    enter(visitor, "officer")
    enter(other, "tea")
    ask = {"version": 1, "reason": "ask_firm:papers", "words": "请补近一年流水"}
    assert send(visitor, f"/inbox/{referral}/turn", **{**ask, "words": ""}).status_code == 422
    assert send(visitor, f"/inbox/{referral}/turn", **{**ask, "reason": "nonsense"}).status_code == 422
    assert send(visitor, f"/inbox/{referral}/turn", **ask).status_code == 303
    listed = visitor.get("/inbox").text
    assert "时钟暂停：等企业或第三方" in listed and "今天没有要回的件" in listed
    page = other.get(f"/needs/{need}/progress").text
    assert "银行请您：补充资料" in page and "请补近一年流水" in page and "轮到企业" in page
    path = f"/needs/{need}/referrals/{referral}/answer"
    assert send(other, path, version=2, words="").status_code == 422
    assert send(other, path, version=2, words="已附", evidence=(io.BytesIO(b"\x00\x01"), "x.exe")).status_code == 422
    assert send(other, path, version=2, words="安康硒语的流水", evidence=pdf()).status_code == 303
    assert send(other, path, version=2, words="再答一次").status_code == 409
    shut = visitor.get(f"/inbox/{referral}").text
    assert "企业已答复。受理并经企业授权后可见。" in shut and "安康硒语" not in shut and "流水.pdf" not in shut
    own = re.findall(rf"/needs/{need}/referrals/{referral}/files/(\d+)", other.get(f"/needs/{need}/progress").text)[0]
    assert other.get(f"/needs/{need}/referrals/{referral}/files/{own}").data == PDF
    assert visitor.get(f"/inbox/{referral}/files/{own}").status_code == 404
    assert send(visitor, f"/inbox/{referral}/accept", version=3).status_code == 303
    shown = visitor.get(f"/inbox/{referral}").text
    assert "安康硒语的流水" in shown
    before = len(session().scalars(select(AccessLog)).all())
    answer = visitor.get(f"/inbox/{referral}/files/{own}")
    assert answer.data == PDF and answer.headers["Content-Disposition"].startswith("attachment")
    remove_session()
    assert len(session().scalars(select(AccessLog)).all()) == before + 1


def test_the_bank_waits_for_a_third_party_and_goes_on(market: World, visitor: Browser, tea: str) -> None:
    _, referral = made(market, tea)
    enter(visitor, "branch")
    wait = {"version": 1, "reason": "await_third:registration", "words": "汉滨区不动产登记"}
    assert send(visitor, f"/inbox/{referral}/turn", **wait, evidence=pdf()).status_code == 303
    assert "抵押登记" in visitor.get(f"/inbox/{referral}").text
    assert send(visitor, f"/inbox/{referral}/turn", version=2, reason="resume").status_code == 303
    assert send(visitor, f"/inbox/{referral}/turn", version=3, reason="resume").status_code == 409
    assert now(referral).turn == "with_bank"


def test_several_are_accepted_at_once_and_what_fails_says_why(market: World, visitor: Browser, tea: str) -> None:
    first, second, third = (made(market, tea)[1] for _ in range(3))
    act(market, commands.decline, second, reason="quota", words="", on=TODAY)
    enter(visitor, "officer")
    page = visitor.get("/inbox?all=1").text
    ticked = re.findall(r'name="pick" value="([^"]+)"[^>]* checked', page)
    assert ticked == [f"{first}:1", f"{third}:1"]
    key = uuid.uuid4().hex
    told = {"key": key, "act": "accept", "pick": [f"{first}:1", f"{second}:1", f"{third}:7", "absent:1", "x"]}
    answer = visitor.submit("/inbox/batch", told)
    assert answer.status_code == 200
    assert "1 件已办，2 件没有办成" in answer.text and answer.text.count("刚刚被别人办过") == 2
    assert [now(one).state for one in (first, second, third)] == ["accepted", "declined", "sent"]
    # the same page again does nothing twice
    assert "1 件已办，2 件没有办成" in visitor.submit("/inbox/batch", told).text
    assert now(first).version == 2


def test_several_are_declined_with_one_reason_on_a_page_in_between(market: World, visitor: Browser, tea: str) -> None:
    keys = [made(market, tea)[1] for _ in range(2)]
    enter(visitor, "officer")
    told = {"act": "decline", "pick": [f"{one}:1" for one in keys]}
    asked = send(visitor, "/inbox/batch", **told)
    assert asked.status_code == 200 and 'name="reason" value="quota"' in asked.text
    assert "lost_contact" not in asked.text  # it asks for a record
    assert send(visitor, "/inbox/batch", act="decline", reason="quota").status_code == 422
    assert send(visitor, "/inbox/batch", **told, reason="quota").status_code == 303
    assert [now(one).state for one in keys] == ["declined", "declined"]
    assert "已不予受理 2 件" in visitor.get("/inbox").text


def test_strangers_cannot_slip_others_referrals_into_a_batch(market: World, visitor: Browser, tea: str) -> None:
    _, referral = made(market, tea)
    enter(visitor, "rival")
    assert send(visitor, "/inbox/batch", act="accept", pick=f"{referral}:1").status_code == 422
    assert now(referral).state == "sent"


def test_a_decline_is_taken_back_by_its_button(market: World, visitor: Browser, tea: str) -> None:
    need, referral = made(market, tea)
    enter(visitor, "officer")
    assert send(visitor, f"/inbox/{referral}/decline", version=1, reason="quota").status_code == 303
    page = visitor.get(f"/inbox/{referral}").text
    assert "撤回不予受理" in page and "银行 › 规模限额" in page
    assert send(visitor, f"/inbox/{referral}/undo", version=1).status_code == 409
    assert send(visitor, f"/inbox/{referral}/undo", version=2).status_code == 303
    assert (now(referral).state, load(session(), need).state) == ("sent", "referred")
    assert "撤回不予受理</button>" not in visitor.get(f"/inbox/{referral}").text


def test_not_reached_three_times_needs_its_record(market: World, visitor: Browser, other: Browser, tea: str) -> None:
    need, referral = made(market, tea)
    enter(visitor, "officer")
    told = {"version": 1, "reason": "lost_contact", "words": "三次电话"}
    refused = send(visitor, f"/inbox/{referral}/decline", **told)
    assert refused.status_code == 422 and "要附记录" in refused.text and "三次电话" in refused.text
    assert send(visitor, f"/inbox/{referral}/decline", **told, evidence=pdf()).status_code == 303
    enter(other, "tea")
    link = re.findall(r'href="([^"]+/files/\d+)"', other.get(f"/needs/{need}/progress").text)[0]
    assert other.get(link).data == PDF


def test_only_the_manager_terminates_with_a_reason_the_firm_reads(
    market: World, visitor: Browser, other: Browser, tea: str
) -> None:
    need, referral = made(market, tea)
    act(market, commands.accept, referral, on=TODAY)
    act(market, commands.move, referral, action="start_diligence")
    enter(visitor, "officer")
    assert send(visitor, f"/inbox/{referral}/terminate", version=3, reason="debt").status_code == 409
    assert "终止办理" not in visitor.get(f"/inbox/{referral}").text
    enter(visitor, "branch")
    assert "终止办理" in visitor.get(f"/inbox/{referral}").text
    assert send(visitor, f"/inbox/{referral}/terminate", version=3, reason="").status_code == 422
    assert send(visitor, f"/inbox/{referral}/terminate", version=3, reason="debt").status_code == 303
    enter(other, "tea")
    assert "偿债" in other.get(f"/needs/{need}/progress").text


def test_the_firm_goes_elsewhere_with_the_same_file(market: World, visitor: Browser, tea: str) -> None:
    need, referral = made(market, tea)
    agri = sell(market.rival, "惠农贷")
    act(market, commands.accept, referral, on=TODAY)
    enter(visitor, "tea")
    path = f"/needs/{need}/referrals/{referral}/elsewhere"
    assert send(visitor, path, version=1).status_code == 409
    assert send(visitor, path, version=2).status_code == 303
    page = visitor.get(f"/needs/{need}/progress").text
    assert now(referral).state == "transferred"
    assert "接着可以发给" in page and agri in page
    assert "授权书" in visitor.get(f"/needs/{need}/send?product={agri}").text


def test_the_bureau_recalls_what_nobody_answered(market: World, visitor: Browser, tea: str) -> None:
    need, referral = made(market, tea)
    enter(visitor, "county")
    assert "收回推送" in visitor.get(f"/bureau/needs/{need}/referrals").text
    path = f"/bureau/needs/{need}/referrals/{referral}/recall"
    assert send(visitor, path, version=9).status_code == 409
    assert send(visitor, path, version=1).status_code == 303
    assert now(referral).state == "withdrawn"
    assert "收回推送" not in visitor.get(f"/bureau/needs/{need}/referrals").text


@pytest.mark.parametrize("login", ["rival", "toy", "water", "elsewhere"])
def test_every_button_is_a_404_for_strangers(market: World, visitor: Browser, tea: str, login: str) -> None:
    need, referral = made(market, tea)
    enter(visitor, login)
    for path in (
        *(f"/inbox/{referral}/{step}" for step in ("turn", "undo", "terminate")),
        *(f"/needs/{need}/referrals/{referral}/{step}" for step in ("answer", "elsewhere")),
        f"/bureau/needs/{need}/referrals/{referral}/recall",
    ):
        assert send(visitor, path, version=1, reason="debt", words="四个字了").status_code == 404, path
    for path in (f"/inbox/{referral}/files/1", f"/needs/{need}/referrals/{referral}/files/1"):
        assert visitor.get(path).status_code == 404
    assert now(referral).version == 1


def test_checks_tell_nothing_of_the_firm_and_a_closed_one_stops(market: World, visitor: Browser, tea: str) -> None:
    _, referral = made(market, tea)
    enter(visitor, "officer")
    page = visitor.get(f"/inbox/{referral}").text
    for words in ("信用代码", "登记状态", "重复需求", "已有服务", "资料授权书", "回传授权书", "可处理：企业"):
        assert words in page
    assert "硒语" not in page and "6 项，1 项要看" in page
    made(market, tea)
    assert "同一金额另有 1 份在办" in visitor.get(f"/inbox/{referral}").text

    def close(inside: Any) -> None:
        firm = inside.scalars(select(Enterprise).where(Enterprise.public_key == market.firm_key)).one()
        firm.state = "closed"

    write_past_the_trail(close)
    refused = send(visitor, f"/inbox/{referral}/accept", version=1)
    assert refused.status_code == 422 and "企业已注销" in refused.text
    assert now(referral).state == "sent"


def test_the_list_beside_a_referral_keeps_its_tab_and_page(market: World, visitor: Browser, tea: str) -> None:
    keys = [made(market, tea)[1] for _ in range(22)]
    enter(visitor, "officer")
    with Statements() as counted:
        second = visitor.get("/inbox?page=2").text
    assert len(counted.sent) <= 3
    shown = [one for one in keys if one in second]
    assert len(shown) == 2
    beside = visitor.get(f"/inbox/{shown[0]}?tab=waiting&page=2").text
    assert all(one in beside for one in shown) and keys[0] not in beside
    assert visitor.get("/inbox?page=9").status_code == 303
