"""抽样核查 over HTTP: two people of the office, the list to download, the recipe, calls on a phone, the result."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from matchmaking.foundation.access.roles import Role
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.oversight.samples.recipe import RECIPE
from matchmaking.oversight.samples.views import keeping
from tests.delivery.cases_world import counted, open_world
from tests.market.market_world import World, _person, enter
from tests.oversight.samples.sample_world import SEED, SOURCE, items, kept, paid
from tests.oversight.samples.sample_world import frozen as freeze
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def sample(market: World, visitor: Browser, other: Browser) -> AuditSample:
    """A list that somebody else froze; two people of the office, and a bank's officer."""
    for login in ("lead", "second"):
        write_past_the_trail(_person, market, login, Role.FINANCE_OFFICE_CITY, "*", None)
    enter(visitor, "lead")
    enter(other, "second")
    world = open_world()
    return freeze(world, paid(world))


def post(browser: Browser, path: str, page: str, **told: object) -> int:
    """The form on ``page``, with its key and version."""
    found = browser.get(page).text
    form = found[found.index(f'action="{path}"') :]
    hidden = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form) for name in ("version", "key")}
    told = {name: match[1] for name, match in hidden.items() if match} | told
    return browser.submit(path, told, content_type="multipart/form-data").status_code


def draw(browser: Browser, sample: AuditSample) -> int:
    path = f"/samples/{sample.public_key}"
    return post(browser, f"{path}/draw", path, seed=SEED, source=SOURCE)


def call(browser: Browser, sample: AuditSample, position: int, yuan: str, **more: object) -> int:
    path = f"/samples/{sample.public_key}/items/{position}"
    told = {"amount": yuan, "amount_unit": "yuan", "spoke_to": "王会计", "outcome": "confirmed"}
    return post(browser, path, path, **(told | more))


def end(browser: Browser, sample: AuditSample, action: str = "close", words: str = "全部打完") -> int:
    path = f"/samples/{sample.public_key}"
    return post(browser, f"{path}/end", path, action=action, words=words)


def test_a_list_is_frozen_on_the_page(sample: AuditSample, visitor: Browser) -> None:
    path = "/portfolios/city/samples/new"
    told = {"what": "loan_contract.reported", "confidence": "800000", "tolerable": "200000", "expected": "0"}
    assert post(visitor, path, path, **(told | {"what": ""})) == 422
    assert post(visitor, path, path, **(told | {"what": "loan_contract.verified"})) == 422, "nobody confirmed anything"
    assert post(visitor, path, path, **(told | {"expected": "99"})) == 422
    assert post(visitor, path, path, **told) == 303
    page = visitor.get("/samples").text
    assert page.count("名单已冻结，待抽取") == 2
    assert visitor.get("/portfolios/nowhere/samples/new").status_code == 404


def test_the_list_is_read_in_few_statements(sample: AuditSample, visitor: Browser) -> None:
    with counted() as statements:
        assert "名单已冻结，待抽取" in visitor.get("/samples").text
    assert len(statements) <= 3


def test_the_published_list_and_the_recipe_give_the_sample(
    sample: AuditSample, visitor: Browser, tmp_path: Path
) -> None:
    assert draw(visitor, sample) == 303
    page = visitor.get(f"/samples/{sample.public_key}").text
    answer = visitor.get(f"/samples/{sample.public_key}/list.txt")
    assert sha256(answer.data).hexdigest() == sample.list_digest
    assert sample.list_digest in page and SEED in page
    (tmp_path / "list.txt").write_bytes(answer.data)
    (tmp_path / "draw.py").write_text(RECIPE, "utf-8")
    order = [sys.executable, "draw.py", "list.txt", SEED, str(sample.interval_minor)]
    told = subprocess.run(order, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert [line.split("\t")[0] for line in told.splitlines()] == [one.item.agreement_key for one in items(sample)]
    assert f'python draw.py {sample.public_key}.txt "{SEED}" {sample.interval_minor}' in page


def test_a_seed_that_will_not_do_is_said_on_the_page(sample: AuditSample, visitor: Browser) -> None:
    path = f"/samples/{sample.public_key}"
    assert post(visitor, f"{path}/draw", path, seed="abc", source=SOURCE) == 422
    assert post(visitor, f"{path}/draw", path, seed=SEED, source="") == 422
    assert kept(sample).state == "frozen"


def test_from_the_call_to_the_result(sample: AuditSample, visitor: Browser, other: Browser) -> None:
    draw(visitor, sample)
    sheet = visitor.get(f"/samples/{sample.public_key}/items/1").text
    book = f"{items(sample)[0].item.book_minor // 100:,}"
    assert "不要先念系统里的数" in sheet and book not in sheet, "the caller asks before being told"
    assert call(visitor, sample, 1, "") == 422
    assert call(visitor, sample, 1, "1", amount_unit="") == 422
    assert call(visitor, sample, 1, "1", spoke_to="") == 422
    assert call(visitor, sample, 1, "1", outcome="perhaps") == 422
    assert call(visitor, sample, 1, "1", paid_on="2999-01-01") == 422
    assert items(sample)[0].calls == ()
    for one in items(sample):
        yuan = one.item.book_minor // 100 - (100_000 if one.item.position == 1 else 0)
        assert call(visitor, sample, one.item.position, str(yuan)) == 303
    assert book in visitor.get(f"/samples/{sample.public_key}/items/1").text
    assert call(visitor, sample, 1, "7", words="又想了想") == 422, "a change takes a second caller"
    assert end(visitor, sample) == 422, "whoever made every call does not close"
    assert end(other, sample, words="") == 422
    assert end(other, sample) == 303
    page = other.get(f"/samples/{sample.public_key}").text
    assert "以 80 % 的把握" in page and "扣去上限后不低于" in page
    assert "已评估" in other.get("/samples").text
    english = other.get(f"/samples/{sample.public_key}?lang=en").text
    assert "With 80 % confidence at most" in english


def test_evidence_comes_back_byte_for_byte_and_only_from_its_item(sample: AuditSample, visitor: Browser) -> None:
    draw(visitor, sample)
    assert call(visitor, sample, 1, "1", evidence=(io.BytesIO(b"MZ\x00"), "x.exe")) == 422
    assert call(visitor, sample, 1, "1", evidence=(io.BytesIO(PDF), "回单.pdf")) == 303
    page = visitor.get(f"/samples/{sample.public_key}/items/1").text
    link = re.search(r'href="(/samples/[^"]*/evidence/\d+)"', page)
    assert link and visitor.get(link[1]).data == PDF
    assert visitor.get(link[1].replace("/items/1/", "/items/2/")).status_code == 404


def test_set_aside_and_nothing_more(sample: AuditSample, visitor: Browser) -> None:
    assert end(visitor, sample, "shred") == 422
    assert end(visitor, sample, "set_aside", "名单口径有误") == 303
    page = visitor.get(f"/samples/{sample.public_key}").text
    assert "已中止" in page and "名单口径有误" in page and "/draw" not in page


def test_what_is_not_there_or_not_ones_own_is_a_404(sample: AuditSample, visitor: Browser) -> None:
    for path in ("/samples/none", "/samples/none/list.txt", "/samples/none/items/1"):
        assert visitor.get(path).status_code == 404
    assert visitor.get(f"/samples/{sample.public_key}/items/1").status_code == 404, "not drawn yet"
    enter(visitor, "officer")
    for path in ("/samples", f"/samples/{sample.public_key}", f"/samples/{sample.public_key}/list.txt"):
        assert visitor.get(path).status_code == 404
    assert visitor.submit(f"/samples/{sample.public_key}/draw", {"seed": SEED, "source": SOURCE}).status_code == 404


def test_the_call_sheet_is_paged_and_counts_the_whole(
    sample: AuditSample, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draw(visitor, sample) == 303
    drawn = items(sample)
    assert len(drawn) > 2
    assert call(visitor, sample, len(drawn), "1") == 303
    monkeypatch.setattr(keeping, "PER_PAGE", 2)
    path, seen = f"/samples/{sample.public_key}", []
    for number in range(1, -(-len(drawn) // 2) + 1):
        with counted() as statements:
            page = visitor.get(f"{path}?page={number}").text
        # the session's, the sample's, one for all items and calls; then the names of two people
        assert len(statements) == 5
        seen += re.findall(r"/items/(\d+)\"", page)
        assert f"样本 {len(drawn)} 件" in page and "已答复 1 件" in page, "of the sample, not of the page"
    assert seen == [str(one.item.position) for one in drawn], "each once, in the order of the draw"
    assert visitor.get(f"{path}?page=999").status_code == 303
    again = visitor.submit(f"{path}/end", {"action": "close", "words": ""})
    assert again.status_code == 422
    assert f'href="{path}?page=2"' in again.text, "a refused form leads back to the sheet's pages"
