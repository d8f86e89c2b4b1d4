"""The main navigation: which entries there are, which of them this reader may open, which one is current."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flask import request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.routing import BuildError

from matchmaking.foundation.access.login import viewer_or_none
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import Role, permissions_of
from matchmaking.foundation.access.viewer import EVERYWHERE


@dataclass(frozen=True, slots=True)
class Place:
    """One entry. ``endpoint`` takes the portfolio's ``code``; ``otherwise`` serves where none is chosen yet."""

    label: str
    endpoint: str
    otherwise: str
    permission: Permission
    section: tuple[str, ...]
    """Endpoints, or beginnings of them, that stand under this entry."""
    whole_city: bool = False
    """Only for those who see the whole city: what it shows is told of the city alone."""


P = Permission
PLACES = (
    Place(_("平台运行"), "operator_desk.home", "operator_desk.home", P.RUN_JOBS, ("operator_desk.",)),
    Place(_("企业与批次"), "bureau_desk.home", "bureau_desk.home", P.VERIFY_ENTERPRISES, ("bureau_desk.",)),
    Place(
        _("账号管理"),
        "accounts.people",
        "accounts.people",
        P.MANAGE_ACCOUNTS,
        ("accounts.people", "accounts.person", "accounts.new_person", "accounts.make_person"),
    ),
    Place(_("待对接需求"), "bank_referrals.index", "bank_referrals.index", P.READ_REFERRALS, ("bank_referrals.",)),
    Place(
        _("我的贷款"),
        "firm_desk.home",
        "firm_desk.home",
        P.CONFIRM_RECEIPTS,
        ("firm_desk.", "loans.", "papers.", "thread.", "my_lines."),
    ),  # fmt: skip
    Place(_("我的需求"), "needs.index", "needs.index", P.READ_OWN_NEEDS, ("needs.", "matches.", "referrals.")),
    Place(_("找产品"), "products.index", "products.index", P.READ_OWN_NEEDS, ("products.",)),
    Place(
        _("融资需求"), "bureau_needs.index", "bureau_needs.index", P.READ_NEEDS, ("bureau_needs.", "bureau_referrals.")
    ),
    Place(
        _("本行产品"), "bank_products.index", "bank_products.index", P.READ_PRODUCTS, ("bank_products.", "bank_fit.")
    ),
    Place(_("授信"), "decisions.index", "decisions.index", P.DECIDE_REFERRALS, ("decisions.", "bank_papers.")),
    Place(
        _("签约与放款"),
        "bank_agreements.index",
        "bank_agreements.index",
        P.REPORT_DISBURSEMENTS,
        ("bank_agreements.", "bank_repayments."),
    ),
    Place(
        _("按月报送"),
        "bank_reports.index",
        "bank_reports.index",
        P.REPORT_DISBURSEMENTS,
        ("bank_reports.", "bank_slips."),
    ),
    Place(_("本行对照"), "standings.own", "standings.own", P.REPORT_DISBURSEMENTS, ("standings.",)),
    Place(_("企业资料"), "enterprises.own", "enterprises.own", P.KEEP_OWN_PROFILE, ("enterprises.",)),
    Place(_("授权"), "consents.index", "consents.index", P.GIVE_CONSENTS, ("consents.",)),
    Place(
        _("企业名册"), "enterprises.index", "enterprises.index", P.READ_ENTERPRISES, ("enterprises.", "consents.papers")
    ),
    Place(
        _("批次与活动"),
        "batches.index",
        "batches.index",
        P.READ_LISTS,
        ("batches.", "allocations.", "match_runs.", "events.", "awards."),
    ),
    Place(
        _("签约额去哪了"),
        "office.portfolio",
        "office.home",
        P.READ_AUDIT,
        (
            "office.home",
            "office.portfolio",
            "office.months",
            "office.areas",
            "office.rates",
            "standings.index",
            "standings.splits",
            "reporting.",
            "periods.",
            "lines.",
            "curves.",
            "samples.",
            "reports.",
            "gatherings.",
        ),
    ),  # fmt: skip
    Place(
        _("来信里的数字"),
        "letter.figures",
        "letter.first",
        P.READ_AUDIT,
        ("letter.",),
        whole_city=True,
    ),
    Place(_("台账"), "office.agreements", "office.any_agreements", P.READ_AGREEMENTS, ("office.agreement",)),
    Place(_("供给缺口"), "gaps.home", "gaps.home", P.READ_GAPS, ("gaps.",)),
    Place(_("待核实事项"), "findings.index", "findings.index", P.READ_FINDINGS, ("findings.", "flags.")),
    Place(_("待答复"), "asked.index", "asked.index", P.REPLY_TO_FLAGS, ("asked.",)),
    Place(_("对账单"), "statements.index", "statements.index", P.IMPORT_STATEMENTS, ("statements.",)),
    Place(_("匹配权重"), "policies.index", "policies.index", P.READ_POLICIES, ("policies.",)),
    Place(_("口径"), "office.definitions", "office.definitions", P.READ_AUDIT, ("office.definition", "office.divide")),
)


TABS = (
    (
        "firm_desk.home",
        _("我的贷款"),
        "home",
        (
            "firm_desk.",
            "loans.",
            "papers.",
            "thread.",
            "my_lines.",
            "referrals.progress",
            "needs.index",
            "needs.sheet",
            "needs.edit",
            "needs.check",
        ),
    ),  # fmt: skip
    ("products.index", _("找产品"), "find", ("products.", "matches.")),
    ("needs.new", _("提需求"), "plus", ("needs.new", "needs.write_new")),
    ("enterprises.own", _("企业资料"), "firm", ("enterprises.", "consents.")),
)
"""What a firm has at the foot of its phone: endpoint, words, shape, and the endpoints under it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of them as shown."""

    label: str
    url: str
    icon: str
    current: bool


def tabs() -> list[Tab]:
    """The firm's places at the foot of a phone; nobody else has any."""
    viewer = viewer_or_none()
    if viewer is None or not viewer.may(Permission.POST_NEEDS):
        return []
    here = request.endpoint or ""
    return [Tab(str(label), url_for(name), icon, here.startswith(under)) for name, label, icon, under in TABS]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as shown."""

    label: str
    url: str
    current: bool


def portfolio_code() -> str | None:
    """The portfolio this page is about, from its path or its query."""
    code = (request.view_args or {}).get("code") or request.args.get("portfolio")
    return str(code)[:60] if code else None


def entries() -> list[Entry]:
    """The navigation of this page for this reader."""
    viewer = viewer_or_none()
    if viewer is None:
        return []
    code = portfolio_code()
    shown, asked = [], request.endpoint or ""
    for place in _open_to(viewer.role, viewer.jurisdiction == EVERYWHERE):
        url = _address(place, code)
        if url:
            shown.append(Entry(str(place.label), url, asked.startswith(place.section)))
    return shown


@cache
def _open_to(role: Role, whole_city: bool) -> tuple[Place, ...]:
    """Where somebody finds something, by the role and whether they see the whole city."""
    rings = permissions_of(role)
    return tuple(place for place in PLACES if place.permission in rings and (whole_city or not place.whole_city))


def _address(place: Place, code: str | None) -> str | None:
    if code and place.endpoint == "office.definitions":
        return url_for(place.endpoint, portfolio=code)
    if code:
        try:
            return url_for(place.endpoint, code=code)
        except (BuildError, ValueError):  # not a code at all: whatever stood in the query
            pass
    try:
        return url_for(place.otherwise)
    except BuildError:
        return None
