"""The OpenAPI document, written by hand beside the two questions it describes."""

from __future__ import annotations

from typing import Any

from matchmaking.rulebook.edition import VERSION


def _query(name: str, words: str, *, needed: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": needed, "description": words, "schema": {"type": "string"}}


def _answers(words: str, schema: str, *refusals: str) -> dict[str, Any]:
    """Responses: 200 with ``schema``, and refusals by status."""
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    told = {"404": "No such portfolio, figure or door for you.", "422": "These two may not be divided; both cohorts."}
    found: dict[str, Any] = {
        "200": {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
    }
    return found | {status: {"description": told[status], "content": problem} for status in refusals}


def _object(**properties: str) -> dict[str, Any]:
    """Every property is there always; ``integer?`` may be null."""
    kinds = {name: [kind[:-1], "null"] if kind.endswith("?") else kind for name, kind in properties.items()}
    return {
        "type": "object",
        "required": list(properties),
        "properties": {name: {"type": kind} for name, kind in kinds.items()},
    }


FIGURE = {
    "numerator": "integer", "denominator": "integer", "ppm": "integer?", "cohort": "string", "as_of": "string",
    "known_at": "string",
}  # fmt: skip
"""No figure goes out without these. Amounts are minor units, ``ppm`` parts per million, ``cohort`` SHA-256."""
DAYS = (
    _query("as_of", "Day in the world, YYYY-MM-DD; the portfolio's opening day by default."),
    _query("known_at", "Day of our records; as known now by default."),
)
DIVIDED = "portfolio/figure, or portfolio/figure@YYYY-MM-DD; figures are grade.measure.kind.numerator|denominator."


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Matchmaking: figures", "version": VERSION},
        "paths": {
            "/api/v1/measures": {
                "get": {
                    "operationId": "measures",
                    "summary": "Every measure of a portfolio's audit, each with its passport.",
                    "parameters": [_query("portfolio", "Its code.", needed=True), *DAYS],
                    "responses": _answers("The measures.", "Measures", "404"),
                }
            },
            "/api/v1/divide": {
                "get": {
                    "operationId": "divide",
                    "summary": "One figure over another of the same cohort; across cohorts it is refused.",
                    "parameters": [
                        _query("numerator", DIVIDED, needed=True),
                        _query("denominator", DIVIDED, needed=True),
                    ],
                    "responses": _answers("The rate.", "Rate", "404", "422"),
                }
            },
        },
        "components": {
            "schemas": {
                "Measure": _object(code="string", kind="string", grade="string", passport="object", **FIGURE),
                "Measures": {
                    "type": "object",
                    "required": ["measures"],
                    "properties": {"measures": {"type": "array", "items": {"$ref": "#/components/schemas/Measure"}}},
                },
                "Rate": _object(**FIGURE),
                "Refusal": {
                    "type": "object",
                    "required": ["reason", "words"],
                    "properties": {
                        "reason": {"type": "string"},
                        "words": {"type": "string"},
                        "numerator": {"type": "object"},
                        "denominator": {"type": "object"},
                    },
                },
            }
        },
    }
