"""The pages of a need over HTTP: the whole way by forms, two tabs, who sees what, and statements counted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, func, insert, select

from matchmaking.foundation import storage
from matchmaking.foundation.storage import session
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.needs.models import Need, NeedEvent
from tests.databases import crowd
from tests.market.market_world import GOOD, HANBIN, NOON, TODAY, World, enter, load, new_need
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

TYPED = {
    "amount": "300", "amount_unit": "wan", "term_months": "12", "loan_kind": "working_capital",
    "purpose": "seasonal_purchase", "purpose_words": "", "guarantees": "credit", "rate_ceiling": "4.5",
    "needed_by": "2026-11-01", "then": "check", "ask_collateral": "", "ask_season": "",
}  # fmt: skip
KEY = "key-of-this-page-0001"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(storage.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(storage.engine(), "before_cursor_execute", note)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found, name
    return html.unescape(found[1])


def only() -> Need:
    storage.remove_session()
    return session().scalars(select(Need)).one()


def write(visitor: Browser, **changes: str) -> Any:
    return visitor.submit("/needs/new", {**TYPED, "key": KEY, **changes})


def post(visitor: Browser, need: str, **more: str) -> Any:
    version = load(session(), need).version
    storage.remove_session()
    return visitor.submit(f"/needs/{need}/post", {"key": "post-key-0001", "version": str(version), **more})


def test_from_an_empty_list_to_verified(visitor: Browser, other: Browser, market: World) -> None:
    enter(visitor, "tea")
    assert "还没有提过需求" in visitor.get("/needs").text
    page = visitor.get("/needs/new")
    assert "元" in page.text and 'value="wan"' in page.text and 'value="yuan"' in page.text
    assert not re.search(r'name="amount_unit"[^>]* checked', page.text), "no unit is chosen beforehand"
    answer = write(visitor)
    key = only().public_key
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/needs/{key}/check")
    check = visitor.get(f"/needs/{key}/check")
    assert "<b>300.00</b> 万元" in check.text and "即 3,000,000.00 元" in check.text
    answer = visitor.submit(
        f"/needs/{key}/post", {"key": hidden(check.text, "key"), "version": hidden(check.text, "version")}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/needs/{key}")
    assert "等工信局在" in visitor.get(f"/needs/{key}").text
    assert "等工信局在" in visitor.get("/needs").text

    enter(other, "county")
    listed = other.get("/bureau/needs")
    assert "安康硒语茶业有限公司" in listed.text
    sheet = other.get(f"/bureau/needs/{key}")
    version = hidden(sheet.text, "version")
    answer = other.submit(f"/bureau/needs/{key}/verify", {"key": "verify-key-0001", "version": version})
    assert answer.status_code == 303
    assert "已经核实" in visitor.get(f"/needs/{key}").text


def test_a_draft_is_saved_as_far_as_it_goes(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    answer = visitor.submit("/needs/new", {"amount": "300", "amount_unit": "wan", "key": KEY, "then": "save"})
    key = only().public_key
    assert answer.headers["Location"] == f"/needs/{key}"
    assert "草稿已保存" in visitor.get(f"/needs/{key}").text
    edit = visitor.get(f"/needs/{key}/edit").text
    assert re.search(r'id="amount"[^>]* value="300"', edit)
    assert re.search(r'value="wan" checked', edit)


def test_the_next_step_says_what_is_lacking_at_its_field(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    answer = visitor.submit("/needs/new", {"amount": "300", "amount_unit": "wan", "key": KEY, "then": "check"})
    key = only().public_key
    assert answer.headers["Location"] == f"/needs/{key}/edit?check=1"
    page = visitor.get(f"/needs/{key}/edit?check=1").text
    for field in ("term_months", "loan_kind", "purpose", "guarantees"):
        assert f'href="#{field}"' in page and f'id="{field}"' in page, field
    assert post(visitor, key).status_code == 422
    assert only().state == "draft"


def test_nothing_typed_is_lost_when_something_cannot_be_read(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    answer = write(visitor, amount="三百", purpose_words="向两百户茶农收茶")
    assert answer.status_code == 422
    assert "三百" in answer.text and "向两百户茶农收茶" in answer.text
    assert re.search(r'value="working_capital" checked', answer.text)
    assert session().scalar(select(func.count()).select_from(Need)) == 0


def test_an_amount_without_its_unit_is_asked_for(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    answer = write(visitor, amount_unit="")
    assert answer.status_code == 422 and "请选择金额单位" in answer.text


def test_the_unit_is_doubted_in_words_and_confirmed(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    write(visitor, amount="300", amount_unit="yuan")
    key = only().public_key
    page = visitor.get(f"/needs/{key}/check").text
    assert "请再看一眼金额的单位" in page and "300.00 万元" in page
    refused = post(visitor, key)
    assert refused.status_code == 422 and "请再看一眼金额的单位" in refused.text
    assert post(visitor, key, confirmed="y", key="another-key-01").status_code == 303
    assert only().amount_confirmed


def test_the_same_page_sent_twice_makes_one_draft(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    first, second = write(visitor), write(visitor)
    assert first.headers["Location"] == second.headers["Location"]
    only()


def test_two_tabs_the_second_is_told(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    write(visitor)
    key = only().public_key
    pages = [visitor.get(f"/needs/{key}/check").text for _ in range(2)]
    bodies = [{name: hidden(page, name) for name in ("key", "version")} for page in pages]
    first, second = (visitor.submit(f"/needs/{key}/post", body) for body in bodies)
    assert first.status_code == 303
    assert second.status_code == 409
    assert "已申报" in second.text and "您现在不能" in second.text
    # the first tab's button pressed again is the same answer, not a second posting
    assert visitor.submit(f"/needs/{key}/post", bodies[0]).status_code == 303
    assert session().scalar(select(func.count()).where(NeedEvent.action == "post")) == 1


def test_two_tabs_on_one_draft_keep_the_first_and_show_the_second(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    key = new_need(market)
    body = {**TYPED, "version": "1", "then": "save"}
    assert visitor.submit(f"/needs/{key}/edit", {**body, "key": "tab-one-00001"}).status_code == 303
    late = visitor.submit(f"/needs/{key}/edit", {**body, "term_months": "6", "key": "tab-two-00001"})
    assert late.status_code == 409
    assert "刚在别处改过" in late.text and re.search(r'name="term_months"[^>]* value="6"', late.text)
    assert only().term_months == 12
    # the page now carries the present version: pressing again is a choice, not an accident
    again = {**body, "term_months": "6", "key": "tab-two-00002", "version": hidden(late.text, "version")}
    assert visitor.submit(f"/needs/{key}/edit", again).status_code == 303


def test_taking_back_discarding_and_withdrawing(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    key = new_need(market)
    assert post(visitor, key).status_code == 303
    back = visitor.submit(f"/needs/{key}/move", {"key": "move-key-0001", "version": "2", "action": "take_back"})
    assert back.headers["Location"] == f"/needs/{key}/edit"
    assert (
        visitor.submit(f"/needs/{key}/move", {"key": "m-0000002", "version": "3", "action": "verify"}).status_code
        == 422
    )
    gone = visitor.submit(f"/needs/{key}/move", {"key": "move-key-0003", "version": "3", "action": "discard"})
    assert gone.headers["Location"] == "/needs"
    assert "还没有提过需求" in visitor.get("/needs").text
    assert "草稿已删除" in visitor.get(f"/needs/{key}").text


def test_the_bureau_sends_back_and_the_firm_reads_the_words(visitor: Browser, other: Browser, market: World) -> None:
    enter(visitor, "tea")
    key = new_need(market)
    post(visitor, key)
    enter(other, "county")
    short = other.submit(f"/bureau/needs/{key}/return", {"key": "r-0000001", "version": "2", "words": "改"})
    assert short.status_code == 422 and "改" in short.text
    words = "请写明向谁收茶、收多少"
    sent = other.submit(f"/bureau/needs/{key}/return", {"key": "r-0000002", "version": "2", "words": words})
    assert sent.status_code == 303
    assert words in visitor.get(f"/needs/{key}").text
    late = other.submit(f"/bureau/needs/{key}/verify", {"key": "r-0000003", "version": "2"})
    assert late.status_code == 409


def test_the_bureau_writes_for_a_firm_and_a_colleague_verifies(visitor: Browser, other: Browser, market: World) -> None:
    enter(visitor, "county")
    answer = visitor.submit(f"/bureau/firms/{market.firm_key}/needs/new", {**TYPED, "key": KEY})
    key = only().public_key
    assert answer.headers["Location"] == f"/bureau/needs/{key}/check"
    assert visitor.get(f"/bureau/needs/{key}/edit").status_code == 200
    body = {"key": "assist-key-01", "version": "1"}
    assert visitor.submit(f"/bureau/needs/{key}/post", body).headers["Location"] == f"/bureau/needs/{key}"
    assert "工信局代录" in visitor.get(f"/bureau/needs/{key}").text
    own = visitor.submit(f"/bureau/needs/{key}/verify", {"key": "own-key-00001", "version": "2"})
    assert own.status_code == 409 and "请由另一位同事核实" in own.text
    enter(other, "county2")
    assert other.submit(f"/bureau/needs/{key}/verify", {"key": "col-key-00001", "version": "2"}).status_code == 303
    enter(visitor, "tea")
    assert "工信局代录" in visitor.get(f"/needs/{key}").text


def test_whose_need_it_is_not_gets_the_same_404(visitor: Browser, market: World) -> None:
    mine, draft = new_need(market), new_need(market)
    enter(visitor, "tea")
    post(visitor, mine)
    absent = visitor.get("/needs/absent")
    assert absent.status_code == 404
    probes = [("toy", "/needs"), ("water", "/needs"), ("elsewhere", "/bureau/needs"), ("manager", "/needs"),
              ("manager", "/bureau/needs"), ("officer", "/bureau/needs"), ("county", "/needs")]  # fmt: skip
    for login, root in probes:
        enter(visitor, login)
        nothing = visitor.get(f"{root}/absent")
        for key in (mine, draft):
            for path in ("", "/edit", "/check"):
                answer = visitor.get(f"{root}/{key}{path}")
                assert (answer.status_code, strip(answer.text)) == (404, strip(nothing.text)), (login, path)
            for path in ("post", "move", "edit", "verify", "return"):
                body = {"key": "probe-key-001", "version": "1", "action": "discard", "words": "六个字以上啊"}
                assert visitor.submit(f"{root}/{key}/{path}", body).status_code in (404, 405), (login, path)
    storage.remove_session()
    assert [need.state for need in session().scalars(select(Need).order_by(Need.id))] == ["posted", "draft"]


def strip(text: str) -> str:
    """A page without what differs by design: tokens, request numbers, addresses."""
    return re.sub(r'value="[^"]*"|href="[^"]*"|[0-9a-f]{8,}', "", text)


def test_a_colleague_sees_and_the_bureau_sees_no_draft(visitor: Browser, market: World) -> None:
    key = new_need(market)
    enter(visitor, "tea2")
    assert visitor.get(f"/needs/{key}").status_code == 200
    for login in ("county", "city"):
        enter(visitor, login)
        assert visitor.get(f"/bureau/needs/{key}").status_code == 404
        assert "没有符合条件的需求" in visitor.get("/bureau/needs").text


def test_what_the_form_does_not_ask_is_not_taken(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    write(visitor, state="verified", organisation_id=str(market.neighbour), entered_by="bureau", area_code="610924",
          amount_minor="1", version="99", posted_on="2020-01-01", public_key="mine")  # fmt: skip
    need = only()
    assert (need.state, need.organisation_id, need.entered_by, need.area_code) == ("draft", market.firm, "firm", HANBIN)
    assert (need.version, need.amount_minor, need.posted_on) == (1, 300_000_000, None)


def test_every_post_leaves_a_trail_row(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    write(visitor)
    key = only().public_key
    post(visitor, key)
    visitor.submit(f"/needs/{key}/move", {"key": "move-key-0001", "version": "2", "action": "withdraw"})
    tags = session().scalars(select(TrailEvent.tag).where(TrailEvent.subject == f"need:{key}").order_by(TrailEvent.seq))
    assert tags.all() == ["need.started", "need.posted", "need.withdrawn"]


def _many(market: World, count: int) -> None:
    rows = [
        {
            "public_key": f"need-many-{place}", "organisation_id": market.firm, "state": "posted", "version": 1,
            "area_code": HANBIN, "entered_by": "firm", "created_at": NOON, "posted_on": TODAY,
            "expires_on": TODAY + timedelta(days=180), "amount_confirmed": False, "currency": "CNY",
            **GOOD.columns(),
        }
        for place in range(count)
    ]  # fmt: skip
    write_past_the_trail(lambda inside: inside.execute(insert(Need), rows))
    storage.remove_session()


def test_lists_ask_at_most_three_statements(visitor: Browser, market: World) -> None:
    lists = (("tea", "/needs"), ("county", "/bureau/needs"), ("city", "/bureau/needs"))
    _many(market, 10)
    few = [_asked(visitor, *one)[0] for one in lists]
    _more(market, crowd(10_000) - 10)
    for (login, path), before in zip(lists, few, strict=True):
        after, page = _asked(visitor, login, path)
        assert before == after <= 3, (login, path)
        assert f"{crowd(10_000):,}" in page
        assert visitor.get(f"{path}?page=2").status_code == 200


def _asked(visitor: Browser, login: str, path: str) -> tuple[int, str]:
    """How many questions a list takes, and its page."""
    enter(visitor, login)
    with statements() as seen:
        page = visitor.get(path)
    assert page.status_code == 200
    return len([each for each in seen if each.lstrip().upper().startswith(("SELECT", "WITH"))]), page.text


def _more(market: World, count: int) -> None:
    rows = [
        {
            "public_key": f"need-more-{place}", "organisation_id": market.firm, "state": "posted", "version": 1,
            "area_code": HANBIN, "entered_by": "firm", "created_at": NOON, "posted_on": TODAY,
            "expires_on": TODAY + timedelta(days=180), "amount_confirmed": False, "currency": "CNY",
            **GOOD.columns(),
        }
        for place in range(count)
    ]  # fmt: skip
    write_past_the_trail(lambda inside: inside.execute(insert(Need), rows))
    storage.remove_session()


def test_the_bureaus_filters(visitor: Browser, market: World) -> None:
    _many(market, 3)
    enter(visitor, "city")
    assert "共 3 条" in visitor.get("/bureau/needs?state=posted&area=610902&text=硒语").text
    assert "没有符合条件的需求" in visitor.get("/bureau/needs?state=verified").text
    assert "没有符合条件的需求" in visitor.get("/bureau/needs?area=610924").text
    assert "没有符合条件的需求" in visitor.get("/bureau/needs?text=%25").text
    assert visitor.get("/bureau/needs?state=nonsense&area=%3F&page=9999999").status_code in (200, 303)


def test_optional_questions_are_kept_shown_and_filled_in_again(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    page = visitor.get("/needs/new").text
    assert "再说两句，能配得更准（可不填）" in page
    assert not re.search(r"<details[^>]*\bopen\b", page[page.index("能提供什么") :]), "they lengthen no way but by wish"
    answer = write(visitor, ask_collateral="workshop", ask_season="03")
    assert only().answers == {"collateral": ["workshop"], "season": ["03"]}
    check = visitor.get(answer.headers["Location"]).text
    assert "厂房" in check and "3 月" in check
    again = visitor.get(f"/needs/{only().public_key}/edit").text
    assert re.search(r'name="ask_season" value="03" checked', again)
    assert re.search(r"<details[^>]*\bopen\b", again[again.index("能提供什么") :])


def test_an_answer_that_is_no_choice_is_refused(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    assert write(visitor, ask_collateral="the-moon").status_code == 422
