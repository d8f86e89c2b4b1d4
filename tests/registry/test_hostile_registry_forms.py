"""Hostile input on every form of the registry: an answer in words, never a 5xx, and nothing half-written."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from matchmaking.foundation.access.roles import Role
from tests.house.sending import EVERY
from tests.web_fixtures import Browser, sign_in

FORMS: dict[str, tuple[Role | None, dict[str, str]]] = {
    "/register": (None, {
        "uscc": "91610902YY0000017", "name": "企业", "legal_form": "limited", "area": "610902", "zone": "",
        "person": "陈红", "login": "chen", "password": "rain on the east bridge", "again": "rain on the east bridge",
        "agreed": "y",
    }),
    "/my/enterprise/edit": (Role.ENTERPRISE, {
        "seen": "1", "legal_form": "limited", "industry": "1530", "area": "610902", "zone": "", "park": "园区",
        "founded_on": "2018-01-01", "figures_year": "2025", "employees": "5", "revenue": "5", "revenue_unit": "wan",
        "assets": "5", "assets_unit": "wan", "tax_grade": "A", "loans-0-lender": "银行", "loans-0-balance": "5",
        "loans-0-balance_unit": "wan", "loans-0-due_on": "2027-01-01", "without_loans": "", "confirmed": "y",
    }),
    "/my/enterprise/titles": (Role.ENTERPRISE, {
        "title": "high_tech", "words": "", "issuer": "厅", "valid_from": "2024-01-01", "valid_to": "2027-01-01",
    }),
    "/my/enterprise/titles/1/void": (Role.ENTERPRISE, {"reason": "填错"}),
    "/my/enterprise/credit-history": (Role.ENTERPRISE, {
        "history": "none", "source": "own_word", "stated_on": "2026-01-01", "paper": "x",
    }),
    "/my/enterprise/persons": (Role.ENTERPRISE, {"relation": "owner", "person_name": "陈红", "id_tail": "1234"}),
    "/my/consents/new/share_dossier": (Role.ENTERPRISE, {
        "institution": "bank", "expires_on": "2027-01-01", "digest": "x", "agreed": "y",
    }),
    "/my/consents/absent/revoke": (Role.ENTERPRISE, {"words": ""}),
    "/enterprises/new": (Role.BUREAU_OFFICER, {
        "uscc": "", "name": "企业", "legal_form": "limited", "area": "610902", "zone": "",
    }),
    "/enterprises/firm-tea/verdict": (Role.BUREAU_OFFICER, {
        "seen": "1", "verdict": "verified", "basis": "licence_seen", "words": "", "file": "x",
    }),
    "/enterprises/firm-tea/code": (Role.BUREAU_OFFICER, {"uscc": "91610902YY0000017"}),
    "/enterprises/firm-tea/close": (Role.BUREAU_OFFICER, {"closed_on": "2026-01-01", "why": ""}),
    "/enterprises/firm-tea/titles": (Role.BUREAU_OFFICER, {
        "title": "high_tech", "words": "", "issuer": "厅", "valid_from": "2024-01-01", "valid_to": "",
    }),
    "/enterprises/firm-tea/credit-history": (Role.BUREAU_OFFICER, {
        "history": "none", "source": "own_word", "stated_on": "2026-01-01", "paper": "x",
    }),
    "/enterprises/firm-tea/consents": (Role.BUREAU_OFFICER, {
        "institution": "bank", "expires_on": "2027-01-01", "purpose": "share_dossier", "person": "", "batch": "",
        "signed_on": "2026-01-01", "scan": "x",
    }),
}  # fmt: skip

HOSTILE = [
    "\x00", "\ud800", "100000000000000000000", "Infinity", "NaN", "1e999999", "１２３", "-1", "", " ", "x" * 40_000,
    "<script>alert(1)</script>", "{{ 7*7 }}", "'; DROP TABLE enterprise; --", "../../etc/passwd", "\u202e", "😀" * 50,
    "%s%n", "0000-00-00", "9999-12-31", "null", "[]", "1_000",
]  # fmt: skip
FOR_THE_ENGINE = ["\x00", "\ud800", "100000000000000000000", "😀" * 50, "0000-00-00"]
"""What PostgreSQL may take otherwise than SQLite does; the rest never reaches an engine."""


def test_every_form_of_the_registry_is_in_the_table(client: Browser) -> None:
    posts = {
        re.sub(r"<key:purpose>", "share_dossier", rule.rule)
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.startswith(("enterprises.", "consents.")) and "POST" in (rule.methods or ())
    }
    shaped = {
        re.sub(r"/enterprises/firm-tea", "/enterprises/<key:key>", path)
        .replace("/1/void", "/<id:title_id>/void")
        .replace("/absent/", "/<key:key>/")
        for path in FORMS
    } | {"/enterprises/<key:key>/edit"}
    assert posts == shaped


@EVERY
@pytest.mark.parametrize("path", FORMS)
def test_no_field_of_any_form_breaks_the_server(client: Browser, path: str, engine_name: str, every: int) -> None:
    role, fields = FORMS[path]
    if role is not None:
        sign_in(client, role)
    texts = HOSTILE if engine_name == "sqlite" else FOR_THE_ENGINE
    for turn, name in enumerate(fields):
        for value in texts[turn % every :: every]:
            sent: dict[str, Any] = {**fields, "key": "a-key-of-this-form", name: value}
            body = {key: text.encode("utf-8", "surrogatepass") for key, text in sent.items()}
            answer = client.submit(path, body)
            assert answer.status_code < 500, (path, name, value[:20], answer.status_code)
            assert "<script>alert" not in answer.text
            if role is None and answer.status_code == 303:
                client.delete_cookie("session")


@pytest.mark.parametrize(
    ("path", "field"),
    [("/enterprises/firm-tea/verdict", "file"), ("/my/enterprise/credit-history", "paper"),
     ("/enterprises/firm-tea/consents", "scan")],
)  # fmt: skip
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"PK\x03\x04" + b"\x00" * 64, b"%PDF-" + b"A" * 2_000_000])
def test_hostile_files_are_answered_in_words(client: Browser, path: str, field: str, content: bytes) -> None:
    role, fields = FORMS[path]
    sign_in(client, role or Role.ENTERPRISE)
    for name in ("a.pdf", "../../a.pdf", "\u202efdp.exe", "x" * 300 + ".pdf", "a\r\nSet-Cookie: x.pdf"):
        sent = {**fields, "source": "credit_report", "key": "file-form-key", field: (io.BytesIO(content), name)}
        assert client.submit(path, sent).status_code < 500


def test_a_hundred_thousand_loans_are_bounded(client: Browser) -> None:
    sign_in(client, Role.ENTERPRISE)
    rows = {f"loans-{n}-lender": "银行" for n in (*range(450), 99999, 10**30)}
    answer = client.submit("/my/enterprise/edit", {"seen": "1", "key": "many-loans-1", **rows})
    assert answer.status_code in (400, 413, 422)
