"""Every code that the kernel of conversion can utter has words in two languages, with the placeholders it fills."""

from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path

import pytest

from matchmaking import rulebook
from matchmaking.domain import conversion
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.buckets import FAMILIES, ON_SCREEN
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.conversion.measures import MEASURES
from matchmaking.domain.conversion.reconciling import STATES
from matchmaking.domain.conversion.stages import STAGES
from matchmaking.rulebook import number

HERE = Path(rulebook.__file__).parent
WORDS = {
    code: texts
    for path in sorted((HERE / "words").glob("*.toml"))
    for code, texts in tomllib.loads(path.read_text()).items()
}
OWN = tomllib.loads((HERE / "words" / "conversion.toml").read_text())
SOURCES = sorted(Path(conversion.__file__).parent.glob("*.py"))


def uttered() -> dict[str, set[str] | None]:
    """Code → parameters of every ``Reason(code, {…})`` written out in the source; None where they are not literal."""
    found: dict[str, set[str] | None] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                code, *more = node.args
                if isinstance(code, ast.Constant):
                    literal = not more or isinstance(more[0], ast.Dict)
                    found[code.value] = {key.value for params in more for key in params.keys} if literal else None
    return found


def test_reasons_have_words_with_their_placeholders():
    codes = uttered()
    assert len(codes) > 25
    for code, params in codes.items():
        for language in ("zh", "en"):
            asked = {name for _, name, _, _ in string.Formatter().parse(WORDS[code][language]) if name}
            assert params is None or asked <= params, code


@pytest.mark.parametrize(
    "codes",
    [
        [f"bucket_{bucket}" for bucket in ON_SCREEN],
        [f"bucket_{bucket}_rule" for bucket in ON_SCREEN],
        [f"bucket_family_{family}" for family in FAMILIES],
        [f"instrument_{instrument}" for instrument in INSTRUMENTS],
        [f"stage_{stage}" for stage in STAGES],
        [f"state_{state}" for state in STATES],
        [f"verdict_{verdict}" for verdict in f.VERDICTS],
        [f"declared_{declared}" for declared in (f.NEW, f.RENEWAL, f.UNKNOWN)],
        [f"measure_{measure}{part}" for measure in MEASURES for part in ("", "_formula", "_exclusions")],
        ["settled_for_bank", "settled_for_firm"],
        [f"rate_across_{what}" for what in ("portfolios", "currencies", "days", "kinds", "cohorts")],
    ],
)
def test_codes_have_words(codes):
    assert set(codes) <= set(OWN)


def test_excluded_and_closing_codes_named_in_tables_have_words():
    """Codes that reach ``Reason`` through a table of the source."""
    text = "".join(path.read_text() for path in SOURCES)
    names = {part for part in text.split('"') if part.startswith("excluded_")} | {
        "firm_gave_up",
        "bank_ended",
        "cut_by_agreement",
    }
    assert len(names) > 8
    assert names <= set(OWN)


def test_both_languages_ask_for_the_same():
    for code, texts in OWN.items():
        zh, en = ({n for _, n, _, _ in string.Formatter().parse(texts[x]) if n} for x in ("zh", "en"))
        assert zh == en, code
        assert texts["zh"].strip()
        assert texts["en"].strip()


def test_numbers_of_the_rules_have_a_day_and_a_document():
    table = tomllib.loads((HERE / "parameters" / "conversion.toml").read_text())
    for name, entry in table.items():
        assert all(value["document"] and value["since"] for value in entry["values"]), name
        assert number(name, max(value["since"] for value in entry["values"])) == entry["values"][-1]["value"]
