"""``/api/v1``: no figure without its cohort and days; dividing across cohorts, days or portfolios is refused."""

from __future__ import annotations

from typing import Any

import pytest

from matchmaking.api.document import FIGURE, document
from matchmaking.foundation.access.roles import Role
from tests.desks.conftest import demo, office
from tests.web_fixtures import Browser, sign_in

__all__ = ["demo", "office"]
CONTRACTS = "golden/loan_contract.contract_disbursement_rate.amount"
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


def portfolios(office: Browser) -> list[str]:
    """Codes of the demo's portfolios."""
    from matchmaking.foundation.storage import session
    from matchmaking.registry.portfolios.queries import all_portfolios

    return [one.code for one in all_portfolios(session())]


def told(office: Browser, code: str) -> list[dict[str, Any]]:
    """The measures of a portfolio."""
    answer = office.get(f"/api/v1/measures?portfolio={code}")
    assert answer.status_code == 200, answer.text
    measures: list[dict[str, Any]] = answer.json["measures"]
    return measures


def divided(office: Browser, over: str, under: str) -> Any:
    return office.get("/api/v1/divide", query_string={"numerator": over, "denominator": under})


def named(code: str, measure: dict[str, Any], side: str) -> str:
    return f"{code}/{measure['grade']}.{measure['code']}.{measure['kind']}.{side}"


@pytest.fixture
def code(office: Browser) -> str:
    """A portfolio of cases with an audit."""
    return next(one for one in portfolios(office) if office.get(f"/api/v1/measures?portfolio={one}").status_code == 200)


def test_every_figure_carries_its_cohort_and_days(office: Browser, code: str) -> None:
    measures = told(office, code)
    assert len(measures) > 3
    for one in measures:
        assert FIGURE.keys() <= one.keys()
        assert len(one["cohort"]) == 64 and one["cohort"] == one["passport"]["digest"]
        assert one["passport"].keys() >= {"members", "coverage_ppm", "confidence", "version", "rules", "exclusions"}
        assert one["ppm"] is None or one["ppm"] == pytest.approx(one["numerator"] * 1e6 / one["denominator"], abs=1)


def test_what_belongs_together_is_divided(office: Browser, code: str) -> None:
    for one in told(office, code):
        answer = divided(office, named(code, one, "numerator"), named(code, one, "denominator"))
        assert answer.status_code == 200
        assert {name: answer.json[name] for name in FIGURE} == {name: one[name] for name in FIGURE}


def test_across_cohorts_it_is_refused_with_both_hashes(office: Browser, code: str) -> None:
    measures = [one for one in told(office, code) if one["kind"] == "amount"]
    one = measures[0]
    other = next(two for two in measures if two["cohort"] != one["cohort"])
    answer = divided(office, named(code, one, "numerator"), named(code, other, "denominator"))
    assert answer.status_code == 422
    assert answer.json["reason"] == "rate_across_cohorts"
    assert answer.json["numerator"]["cohort"] == one["cohort"]
    assert answer.json["denominator"]["cohort"] == other["cohort"]
    assert answer.json["words"] and "ppm" not in answer.json


def test_amounts_and_counts_are_not_divided(office: Browser, code: str) -> None:
    measures = told(office, code)
    amount = next(one for one in measures if one["kind"] == "amount")
    count = next(one for one in measures if (one["kind"], one["cohort"]) == ("count", amount["cohort"]))
    answer = divided(office, named(code, amount, "numerator"), named(code, count, "denominator"))
    assert (answer.status_code, answer.json["reason"]) == (422, "rate_across_kinds")


@pytest.mark.parametrize(
    "text", ["", "x", "../etc/passwd", "nowhere/a.b.c.d", "nowhere/loan_contract.x.amount.numerator@2026-13-45"]
)
def test_what_is_not_there_is_said_in_words(office: Browser, text: str) -> None:
    answer = divided(office, text, text)
    assert answer.status_code == 404 and answer.json["words"]
    assert office.get(f"/api/v1/measures?portfolio={text or 'none'}").status_code == 404
    assert office.get("/api/v1/measures?portfolio=city&as_of=soon").json["reason"] == "day_unreadable"


def test_the_document_describes_what_is_answered(office: Browser, code: str) -> None:
    described = office.get("/api/v1/openapi.json").json
    assert described == document()
    measure = described["components"]["schemas"]["Measure"]
    assert set(measure["required"]) <= told(office, code)[0].keys()
    rules = {rule.rule for rule in office.application.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert set(described["paths"]) | {"/api/v1/openapi.json"} == rules


def test_nobody_else_may_ask(office: Browser) -> None:
    sign_in(office, Role.BANK_OFFICER)
    for path in ("/api/v1/measures?portfolio=city", "/api/v1/divide", "/api/v1/openapi.json"):
        assert office.get(path).status_code == 404


def test_the_page_of_a_measure_works_the_figures_through(office: Browser, code: str) -> None:
    one = next(one for one in told(office, code) if one["ppm"] is not None and one["kind"] == "amount")
    page = office.get(f"/definitions/{one['code']}?portfolio={code}").text
    assert f"{one['numerator'] // 100:,}" in page.replace("<wbr>", "") and one["cohort"] in page
    assert office.get("/definitions/no-such-measure").status_code == 404
    english = office.get(f"/definitions/{one['code']}?portfolio={code}&lang=en").text
    assert "Worked through with figures on record" in english


def test_the_card_leads_to_its_measure_and_names_program_and_rules(office: Browser, code: str) -> None:
    page = office.get(f"/portfolios/{code}").text
    assert "/definitions/contract_disbursement_rate" in page or "/definitions/with_money" in page
    assert "未抽样核查" in page and "0.1.0" in page
