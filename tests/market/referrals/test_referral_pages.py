"""The pages: choose, consent, send; the bank's two answers in two clicks; who may see what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.reading import AccessLog
from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.models import Referral
from tests.databases import crowd, look_at_rows
from tests.market.market_world import TODAY, World, enter, load
from tests.market.referral_world import act, now, refer, sell, verified
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

FIRM = "安康硒语茶业有限公司"


@pytest.fixture
def tea(market: World) -> str:
    return sell(market.bank, "收茶贷")


def hidden(page: str) -> dict[str, str]:
    """What the page's first sending form carries."""
    found = dict(re.findall(r'<input[^>]*name="(key|version|digest)"[^>]*value="([^"]*)"', page))
    assert set(found) == {"key", "version", "digest"}, found
    return found


def sent(market: World, key: str, product: str) -> str:
    (made,) = refer(market, key, product)
    remove_session()
    return made


def test_the_firm_finds_agrees_and_sends(market: World, visitor: Browser, tea: str) -> None:
    key = verified(market)
    enter(visitor, "tea")
    page = visitor.get(f"/needs/{key}/products").text
    assert "匹配度" in page and "收茶贷" in page and 'class="fit"' in page
    assert "不是" in page  # the note: fit is no prediction
    asked = visitor.get(f"/needs/{key}/send?product={tea}").text
    assert "授权书" in asked and "汉江银行" in asked
    data = {**hidden(asked), "product": tea}
    assert visitor.submit(f"/needs/{key}/send", data).status_code == 422
    stale = {**data, "agreed": "y", "digest": "0" * 64}
    assert visitor.submit(f"/needs/{key}/send", stale).status_code == 409
    assert session().scalars(select(Referral)).all() == []
    answer = visitor.submit(f"/needs/{key}/send", {**data, "agreed": "y"})
    assert answer.status_code == 303
    again = visitor.submit(f"/needs/{key}/send", {**data, "agreed": "y"})
    assert again.status_code == 303
    remove_session()
    assert len(session().scalars(select(Referral)).all()) == 1
    shown = visitor.get(f"/needs/{key}/progress").text
    assert "轮到银行" in shown and "2026-10-10" in shown


def test_ranking_can_be_declined_and_taken_again(market: World, visitor: Browser, tea: str) -> None:
    key = verified(market)
    enter(visitor, "tea")
    assert visitor.submit(f"/needs/{key}/ranking", {"key": "k" * 12, "automated": "no"}).status_code == 303
    page = visitor.get(f"/needs/{key}/products").text
    assert "没有由系统打分排序" in page and 'class="fit"' not in page
    assert visitor.submit(f"/needs/{key}/ranking", {"key": "j" * 12, "automated": "yes"}).status_code == 303
    assert 'class="fit"' in visitor.get(f"/needs/{key}/products").text
    assert visitor.submit(f"/needs/{key}/ranking", {"key": "i" * 12, "automated": "maybe"}).status_code == 422


def test_the_bank_sees_four_things_then_the_file_and_every_reading_is_logged(
    market: World, visitor: Browser, tea: str
) -> None:
    made = sent(market, verified(market), tea)
    enter(visitor, "officer")
    for path in ("/inbox", f"/inbox/{made}"):
        page = visitor.get(path).text
        assert "300.00" in page and "12 个月" in page and "汉滨" in page and "精制茶" in page
        assert FIRM not in page and "91" + "610902" not in page and "收春茶" not in page
    assert session().scalars(select(AccessLog)).all() == []
    assert visitor.submit(f"/inbox/{made}/accept", {"key": "a" * 12, "version": "1"}).status_code == 303
    page = visitor.get(f"/inbox/{made}").text
    assert FIRM in page and "收春茶" in page
    assert f"/bank/referrals/{made}/decision" in page
    remove_session()
    logged = session().scalars(select(AccessLog)).one()
    who = market.people["officer"]
    assert (logged.actor, logged.subject, logged.under) == (
        who.actor, f"enterprise:{market.firm_key}", f"referral:{made}",
    )  # fmt: skip
    visitor.get(f"/inbox/{made}")
    remove_session()
    assert len(session().scalars(select(AccessLog)).all()) == 2


def test_a_reading_that_cannot_be_logged_is_not_shown(
    market: World, visitor: Browser, tea: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sent(market, verified(market), tea)
    act(market, commands.accept, made, on=TODAY)
    enter(visitor, "officer")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no room for the log")

    monkeypatch.setattr("matchmaking.market.referrals.views.desk.log_reading", broken)
    answer = visitor.get(f"/inbox/{made}")
    assert answer.status_code == 500
    assert FIRM not in answer.text


def test_declining_takes_two_clicks_and_each_reader_gets_their_level(
    market: World, visitor: Browser, other: Browser, tea: str
) -> None:
    key = verified(market)
    made, _ = sent(market, key, tea), sell(market.rival, "惠农贷")
    enter(visitor, "officer")
    assert 'name="reason" value="quota"' in visitor.get(f"/inbox/{made}").text
    no_reason = visitor.submit(f"/inbox/{made}/decline", {"key": "c" * 12, "version": "1"})
    assert no_reason.status_code == 422
    data = {"key": "d" * 12, "version": "1", "reason": "quota", "words": "本季规模已满"}
    assert visitor.submit(f"/inbox/{made}/decline", data).status_code == 303
    assert now(made).state == "declined"
    enter(visitor, "tea")
    page = visitor.get(f"/needs/{key}/progress").text
    assert "规模限额" in page and "本季规模已满" in page
    assert "接着可以发给" in page and "惠农贷" in page
    enter(other, "county")
    page = other.get(f"/bureau/needs/{key}/referrals").text
    assert "理由：银行" in page
    assert "规模限额" not in page and "本季规模已满" not in page


def test_other_needs_words(market: World, visitor: Browser, tea: str) -> None:
    made = sent(market, verified(market), tea)
    enter(visitor, "officer")
    code = next(iter(re.findall(r'name="reason" value="(other[a-z_]*)"', visitor.get(f"/inbox/{made}").text)))
    short = {"key": "e" * 12, "version": "1", "reason": code, "words": "不行"}
    assert visitor.submit(f"/inbox/{made}/decline", short).status_code == 422
    long = {**short, "key": "f" * 12, "words": "这家企业的情况比较特殊，需要总行先行出台办法之后才能够办理，请谅解。"}
    assert visitor.submit(f"/inbox/{made}/decline", long).status_code == 303


@pytest.mark.parametrize("login", ["rival", "toy", "tea", "elsewhere", "county"])
def test_a_strangers_referral_is_the_same_404_as_an_absent_one(
    market: World, visitor: Browser, tea: str, login: str
) -> None:
    key = verified(market)
    made = sent(market, key, tea)
    enter(visitor, login)
    own = login in ("tea", "county")
    pages = ["/inbox/{}", "/inbox/{}/accept", "/inbox/{}/decline", "/inbox/{}/assign"]
    for page in pages:
        answers = [
            visitor.get(page.format(one)) if page.endswith("}") else visitor.submit(page.format(one), {"version": "1"})
            for one in (made, "absent")
        ]
        assert [one.status_code for one in answers] == [404, 404], page
        # tokens of the page's own forms carry the second in which they were made
        told = [re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", one.text) for one in answers]
        assert told[0].replace(made, "") == told[1].replace("absent", "")
    if not own:
        for page in ("/needs/{}/products", "/needs/{}/progress", "/needs/{}/send", "/bureau/needs/{}/referrals"):
            assert visitor.get(page.format(key)).status_code == visitor.get(page.format("absent")).status_code == 404
        assert visitor.submit(f"/needs/{key}/withdraw", {"version": "3"}).status_code == 404
    assert now(made).state == "sent"


def test_another_branch_does_not_see_what_the_head_kept(market: World, visitor: Browser, tea: str) -> None:
    made = sent(market, verified(market), tea)
    act(market, commands.assign, made, "manager", organisation_id=market.bank, officer_id=None)
    enter(visitor, "officer")
    # the branch was shown it: it is told where it went, and nothing of it
    gone = visitor.get(f"/inbox/{made}").text
    assert "这件已转给本行别的机构" in gone
    assert not any(told in gone for told in ("紫阳", "万元"))
    assert made not in visitor.get("/inbox").text
    enter(visitor, "rival")
    assert visitor.get(f"/inbox/{made}").status_code == 404
    enter(visitor, "manager")
    assert visitor.get(f"/inbox/{made}").status_code == 200


def test_the_manager_gives_work_to_an_officer(market: World, visitor: Browser, tea: str) -> None:
    made = sent(market, verified(market), tea)
    enter(visitor, "branch")
    page = visitor.get(f"/inbox/{made}").text
    unit = re.findall(r'<option value="([^"]+)" selected>汉江银行汉滨支行', page)[0]
    officer = market.people["officer"].user_id
    data = {"key": "g" * 12, "version": "1", "unit": unit, "officer": str(officer)}
    assert visitor.submit(f"/inbox/{made}/assign", data).status_code == 303
    assert now(made).officer_id == officer
    assert visitor.submit(f"/inbox/{made}/assign", {**data, "key": "h" * 12, "officer": "x"}).status_code == 409
    enter(visitor, "officer")
    assert visitor.submit(f"/inbox/{made}/assign", data).status_code == 404


def test_the_firm_takes_it_back_from_one_bank_or_from_all(market: World, visitor: Browser, tea: str) -> None:
    key, agri = verified(market), sell(market.rival, "惠农贷")
    first, second = refer(market, key, tea, agri)
    enter(visitor, "tea")
    path = f"/needs/{key}/referrals/{first}/withdraw"
    assert visitor.submit(path, {"key": "l" * 12, "version": "9"}).status_code == 409
    assert visitor.submit(path, {"key": "m" * 12, "version": "1"}).status_code == 303
    assert [now(one).state for one in (first, second)] == ["withdrawn", "sent"]
    version = str(load(session(), key).version)
    assert visitor.submit(f"/needs/{key}/withdraw", {"key": "n" * 12, "version": version}).status_code == 303
    assert [now(one).state for one in (first, second)] == ["withdrawn", "withdrawn"]
    other = verified(market)
    assert visitor.submit(f"/needs/{other}/referrals/{first}/withdraw", {"version": "2"}).status_code == 404


def test_the_bureau_pushes(market: World, visitor: Browser, tea: str) -> None:
    key = verified(market)
    enter(visitor, "county")
    page = visitor.get(f"/bureau/needs/{key}/referrals").text
    assert "收茶贷" in page
    version = str(load(session(), key).version)
    path = f"/bureau/needs/{key}/referrals"
    assert visitor.submit(path, {"key": "o" * 12, "version": version}).status_code == 422
    data = {"key": "p" * 12, "version": version, "product": tea}
    assert visitor.submit(path, data).status_code == 303
    remove_session()
    assert session().scalars(select(Referral)).one().sent_by == "bureau"
    assert f'value="{tea}"' in page
    assert f'value="{tea}"' not in visitor.get(path).text, "where it stands already it cannot be sent again"
    enter(visitor, "tea")
    assert "还没有授权这家银行" in visitor.get(f"/needs/{key}/progress").text


@pytest.mark.parametrize("value", ["\x00", "\ud800", "9" * 20, "Infinity", "1e999999", "１２３", "x" * 100_000, "-1"])
def test_hostile_values_are_never_a_crash(market: World, visitor: Browser, tea: str, value: str) -> None:
    key = verified(market)
    made = sent(market, key, tea)
    names = ["key", "version", "reason", "words", "product", "digest", "agreed", "officer", "unit", "automated"]
    fields = dict.fromkeys(names, value.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    enter(visitor, "branch")
    for step in ("accept", "decline", "assign"):
        assert visitor.submit(f"/inbox/{made}/{step}", fields).status_code < 500
    enter(visitor, "tea")
    for path in (f"/needs/{key}/send", f"/needs/{key}/ranking", f"/needs/{key}/withdraw"):
        assert visitor.submit(path, fields).status_code < 500
    assert visitor.get(f"/needs/{key}/send", query_string={"product": fields["product"][:2000]}).status_code < 500
    enter(visitor, "county")
    assert visitor.submit(f"/bureau/needs/{key}/referrals", fields).status_code < 500
    assert now(made).state == "sent"


def test_the_inbox_takes_three_statements_however_long_it_is(market: World, visitor: Browser, tea: str) -> None:
    key = verified(market)
    made = sent(market, key, tea)
    enter(visitor, "officer")
    counts = []
    for rows in (10, crowd(10_000)):
        model, need = now(made), load(session(), key)
        told = {c.name: getattr(model, c.name) for c in Referral.__table__.columns if c.name != "id"}
        asked = {c.name: getattr(need, c.name) for c in Need.__table__.columns if c.name != "id"}
        top = session().scalar(select(func.max(Need.id))) or 0

        def fill(
            work: Session, told: dict[str, Any] = told, asked: dict[str, Any] = asked, rows: int = rows, top: int = top
        ) -> None:
            ids = range(top + 1, top + 1 + rows)
            work.execute(insert(Need), [{**asked, "id": n, "public_key": f"need-b{n}"} for n in ids])
            work.execute(insert(Referral), [{**told, "need_id": n, "public_key": f"ref-b{n}"} for n in ids])
            look_at_rows(work)

        write_past_the_trail(fill)
        remove_session()
        with Statements() as counted:
            answer = visitor.get("/inbox")
        assert answer.status_code == 200
        counts.append(len(counted.sent))
    assert max(counts) <= 3, counts
    assert f"{crowd(10_000) + 11}" in answer.text.replace(",", "")
