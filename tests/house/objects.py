"""A city with one of everything in each state that has a form, and where every route finds its object.

A route whose address names an object has a line in ``PLACES``: the beginning of the route, whose it is (logins that may
open it; everybody else who may knock at all gets the page of an absent object), and the keys that stand in its address.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role, permissions_of
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.products.models import Product
from matchmaking.oversight.lines.models import OutsideLine
from matchmaking.registry.consents.models import Consent
from tests.house.routes import EXAMPLES
from tests.journeys.test_thread import DAY
from tests.journeys.thread_world import PDF, Thread, hidden, referral_key
from tests.market.market_world import GOOD, _person, new_need
from tests.market.referral_world import sell
from tests.past import write_past_the_trail

FIRM, BUREAU, BANK = ("tea", "tea2"), ("county", "county2", "city"), ("officer", "branch", "manager")
STAFF = {"office": Role.FINANCE_OFFICE_CITY, "office_far": Role.FINANCE_OFFICE_COUNTY, "runner": Role.OPERATOR}
LOGINS = (*FIRM, "toy", "water", *BUREAU, "elsewhere", *BANK, "rival", *STAFF)

PLACES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    # the beginning of a route, the longest counts → (whose, variable part → name of the object)
    "/needs/<key:key>": (FIRM, {"key": "posted", "referral": "referral"}),
    "/needs/<key:key>/edit": (FIRM, {"key": "draft"}),
    "/needs/<key:key>/check": (FIRM, {"key": "draft"}),
    "/needs/<key:key>/post": (FIRM, {"key": "draft"}),
    "/needs/<key:key>/send": (FIRM, {"key": "verified"}),
    "/needs/<key:key>/products": (FIRM, {"key": "verified"}),
    "/needs/<key:key>/compare": (FIRM, {"key": "verified"}),
    "/needs/<key:key>/referrals": (FIRM, {"key": "sent", "referral": "referral"}),
    "/needs/<key:key>/progress": (FIRM, {"key": "sent"}),
    "/bureau/needs/<key:key>": (BUREAU, {"key": "posted", "referral": "referral"}),
    "/bureau/needs/<key:key>/referrals": (BUREAU, {"key": "verified", "referral": "referral"}),
    "/bureau/firms/<key:firm>": (BUREAU, {"firm": "firm"}),
    "/enterprises/<key:key>": (BUREAU, {"key": "firm"}),
    "/my/enterprise/": ((*FIRM, "toy", "water"), {}),
    "/operator/accounts/<key:login>": (("runner",), {"login": "tea2"}),
    "/my/consents/<key:key>": (FIRM, {"key": "consent"}),
    "/my/consents/new/<key:purpose>": ((*FIRM, "toy", "water"), {"purpose": "share_dossier"}),
    "/bank/products/<key:key>": (BANK, {"key": "drafted_product"}),
    "/bank/products/<key:key>/draft": (("manager",), {"key": "drafted_product"}),
    "/products/<key:key>": (LOGINS, {"key": "product"}),
    "/inbox/<key:key>": (BANK, {"key": "referral"}),
    "/bank/referrals/<key:key>": (BANK, {"key": "accepted"}),
    "/bank/decisions/<key:key>": (BANK, {"key": "decision"}),
    "/bank/decisions/<key:key>/papers": (BANK, {"key": "line"}),
    "/bank/papers/<key:key>": (BANK, {"key": "paper"}),
    "/bank/papers/<key:key>/countersign": (BANK, {"key": "signed_by_firm"}),
    "/my/lines/<key:key>": (FIRM, {"key": "decided"}),
    "/my/papers/<key:key>": (FIRM, {"key": "offered"}),
    "/bank/agreements/<key:key>": (BANK, {"key": "agreement"}),
    "/bank/disbursements/<key:key>": (BANK, {"key": "report"}),
    "/my/disbursements/<key:key>": (FIRM, {"key": "report"}),
    "/my/agreements/<key:key>": (FIRM, {"key": "agreement"}),
    "/threads/<key:key>": ((*FIRM, *BUREAU, *BANK, "office"), {"key": "need"}),
    "/portfolios/<key:code>/events/<key:key>": ((), {"code": "city"}),  # the city has held none
    "/portfolios/<key:code>/periods/<key:month>": (("office",), {"code": "city", "month": "month"}),
    "/portfolios/<key:code>/lines/<key:key>": (("office",), {"code": "city", "key": "line_told"}),
    "/portfolios/<key:code>/lines/new": (("office",), {"code": "city"}),
    "/portfolios/<key:code>/slips/<key:key>": ((), {"code": "city"}),  # no bank has drawn one up
    "/portfolios/<key:code>": (("office",), {"code": "city", "key": "agreement"}),
}
ELSEWHERE = {
    # routes whose objects their own slice's tests make and probe
    "/sessions/<id:session_id>": "tests/registry/accounts",
    "/findings/<id:number>": "tests/delivery/findings",
    "/flags/<id:number>": "tests/delivery/flags",
    "/asked/<id:number>": "tests/delivery/flags",
    "/verdicts/<key:key>": "tests/delivery/findings",
    "/statements/": "tests/delivery/statements",
    "/batches/<key:key>": "tests/market/batches",
    "/plans/<key:key>": "tests/market/allocations",
    "/events/<key:key>": "tests/market/events",
    "/match-runs/<id:run_id>": "tests/market/matches",  # city-wide figures, nobody's own
    "/awards/<key:key>": "tests/market",
    "/policies/<key:key>": "tests/oversight",
    "/samples/<key:key>": "tests/oversight",
    "/bank/slips/<key:key>": "tests/delivery/slips",
    "/definitions/<key:measure>": "the same words for every reader",
    "/static/": "files of everybody",
}


@dataclass
class City:
    """The people, and name of an object → its key."""

    thread: Thread
    keys: dict[str, str]

    def address(self, rule: Rule, **instead: str) -> str:
        """Where the route finds its object; ``instead`` overrides parts of the address."""
        values: dict[str, Any] = {name: EXAMPLES.get(type(part).__name__, 1) for name, part in rule._converters.items()}
        place = place_of(rule)
        for part, name in (place[1] if place else {}).items():
            if part in values:
                values[part] = self.keys.get(name, name)
        return self.thread.app.url_map.bind("localhost").build(rule.endpoint, {**values, **instead})

    def knockers(self, permission: Any) -> list[str]:
        """Logins whose role may knock at such a door."""
        return [login for login in LOGINS if permission in permissions_of(self.thread.world.people[login].role)]


def place_of(rule: Rule) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Whose the object of a route is, and its keys."""
    found = [
        one
        for one in PLACES
        if rule.rule == one or rule.rule.startswith((one if one.endswith("/") else one + "/", one + "."))
    ]
    return PLACES[max(found, key=len)] if found else None


def build_city(thread: Thread) -> City:
    """One of everything, each step over HTTP."""
    world = thread.world
    far = {"office_far": "610924"}

    def staff(session: Any) -> None:
        for login, role in STAFF.items():
            _person(session, world, login, role, far.get(login, "*"), None)

    write_past_the_trail(staff)
    product = sell(world.bank, "收茶贷")
    keys = {"product": product, "firm": world.firm_key, "draft": new_need(world, GOOD)}
    keys["agreement"] = thread.signed(product)
    keys["need"] = thread.need
    _pay(thread, keys)
    keys |= _overseen(thread)
    keys |= _papers(thread, product) | _needs(thread, product) | _deciding(thread, product)
    keys |= _loose(thread)
    return City(thread, keys)


def _pay(thread: Thread, keys: dict[str, str]) -> None:
    thread.on(DAY)
    thread.report(keys["agreement"], "JJ1", "100", DAY, voucher=(io.BytesIO(PDF), "回单.pdf"))
    keys["report"] = storage.session().scalars(select(Disbursement.public_key)).one()


def _overseen(thread: Thread) -> dict[str, str]:
    """A month that is proposed, and a third party's line near the payment."""
    month = (DAY.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    thread.post("office", "/portfolios/city/periods", month=month)
    firm, branch = storage.session().execute(select(Agreement.firm, Agreement.branch)).one()
    rows = f"{DAY}\t980000\t{branch}\tJJ1"
    thread.post("office", "/portfolios/city/lines/new", source="他行账户", firm=firm, rows=rows)
    return {"month": month, "line_told": storage.session().scalars(select(OutsideLine.public_key)).one()}


def _papers(thread: Thread, product: str) -> dict[str, str]:
    thread.need = ""
    line = thread.begin(product)
    thread.line(line)
    told = {"amount": "50"}
    paper, offered, signed = (thread.draft(line, **told) for _ in range(3))
    for one in (offered, signed):
        thread.post("officer", f"/bank/papers/{one}/move", version=1, action="offer")
    thread.post("tea", f"/my/papers/{signed}/sign", version=2, action="sign")
    return {"line": line, "decided": thread.referral, "paper": paper, "offered": offered, "signed_by_firm": signed}


def _deciding(thread: Thread, product: str) -> dict[str, str]:
    thread.need = ""
    decision = thread.begin(product)
    return {"decision": decision, "accepted": thread.referral}


def _needs(thread: Thread, product: str) -> dict[str, str]:
    found = {name: new_need(thread.world, GOOD) for name in ("posted", "verified", "sent")}
    for key in found.values():
        thread.post("tea", f"/needs/{key}/post", version=1, confirmed="y")
    for name in ("verified", "sent"):
        thread.post("county", f"/bureau/needs/{found[name]}/verify", version=2)
    path = f"/needs/{found['sent']}/send"
    shown = hidden(thread.at("tea").get(path, query_string={"product": product}).get_data(as_text=True))
    thread.post("tea", path, product=product, agreed="y", version=shown["version"], digest=shown["digest"])
    return {**found, "referral": referral_key(found["sent"])}


def _loose(thread: Thread) -> dict[str, str]:
    from matchmaking.market.products.commands import create_product
    from matchmaking.registry.organisations.models import Organisation
    from tests.market.market_world import NOON, TODAY, offer

    def work(inside: Any) -> str:
        bank = inside.get_one(Organisation, thread.world.bank)
        told = {"actor": "user:maker", "name": "未发布的产品", "told": offer(), "on": TODAY, "at": NOON}
        return str(create_product(inside, organisation=bank, **told).public_key)

    drafted = run_in_unit_of_work(work)
    assert storage.session().scalars(select(Product.public_key).where(Product.public_key == drafted)).one()
    consent = storage.session().scalars(select(Consent.public_key).order_by(Consent.id)).first()
    return {"drafted_product": drafted, "consent": str(consent)}


def unplaced(app: Flask) -> list[str]:
    """Routes that name an object and that neither list knows."""
    return sorted(
        {
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule._converters and place_of(rule) is None and not rule.rule.startswith(tuple(ELSEWHERE))
        }
    )
