"""A small market for :mod:`tests.browser.test_fates`, in a process of its own: ``build FOLDER`` lays it down,
``serve FOLDER`` serves it and prints the address, ``job FOLDER NAME DAY`` runs a timed job as the shell would."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matchmaking.foundation.memory import collect_later

with collect_later():
    from flask import Flask
    from sqlalchemy import event, update
    from sqlalchemy.orm import Session
    from werkzeug.serving import make_server

    from config import Settings
    from matchmaking.app import create_app
    from matchmaking.foundation import storage
    from matchmaking.foundation.access.roles import Role
    from matchmaking.foundation.trail.guards import install_guards
    from matchmaking.registry.accounts.commands.passwords import hash_password
    from matchmaking.registry.accounts.models import UserAccount
    from tests.journeys.thread_world import Thread, build_thread
    from tests.market.market_world import NOON, TODAY
    from tests.market.referral_world import refer, sell, verified
    from tests.past import write_past_the_trail
    from tests.web_fixtures import PASSWORD, Browser


SIGNED = ("full", "parts", "never", "terminated", "disputed", "voided", "lapsed")
"""Fates that begin with a contract, each under an approved line of its own."""
LAST_DRAW = "2026-12-15"
"""The last day on which the contract that lapses may be drawn."""


def application(instance: Path, day: str = TODAY.isoformat()) -> Flask:
    """The application on the database in ``instance``, on ``day``."""
    app = create_app(
        Settings(environment="test", instance=instance, secret_key="b" * 40, frozen_day=day, database_url="")
    )
    app.config.update(SIGN_IN_LIMIT="100000/minute", PAGE_LIMIT="100000/minute")
    # nobody cuts the power: waiting for the disk at every commit would prove nothing
    event.listen(storage.engine(), "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    return app


def build(instance: Path) -> None:
    """A firm with a contract to sign for every fate but one, and a need that lies with two banks: ``fates.json``."""
    instance.mkdir(parents=True, exist_ok=True)
    app = application(instance)
    app.test_client_class = Browser
    engine = storage.engine()
    storage.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        install_guards(connection)
    thread = build_thread(app)
    tea, nuts = sell(thread.world.bank, "收茶贷"), sell(thread.world.rival, "茶农贷")
    papers = {fate: _paper(thread, tea, fate) for fate in SIGNED}
    need = verified(thread.world)
    sent = refer(thread.world, need, tea, nuts)
    write_past_the_trail(_people)
    storage.dispose()
    told = {"papers": papers, "need": need, "sent": sent}
    (instance / "fates.json").write_text(json.dumps(told), "utf-8")


def _paper(thread: Thread, product: str, fate: str) -> str:
    """A contract of 3,000,000 under an approved line, offered to the firm; its key."""
    thread.need = ""
    decision = thread.begin(product)
    thread.line(decision)
    paper = thread.draft(decision, **({"available_until": LAST_DRAW} if fate == "lapsed" else {}))
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")
    return paper


def _people(session: Session) -> None:
    """Somebody of the finance office; and the password of everybody."""
    office = UserAccount(
        login="office", name="市金融办 某", role=Role.FINANCE_OFFICE_CITY.value, jurisdiction="*", password_hash="x",
        created_at=NOON, password_changed_at=NOON,
    )  # fmt: skip
    session.add(office)
    session.flush()
    session.execute(update(UserAccount).values(password_hash=hash_password(PASSWORD)))


def serve(instance: Path) -> None:
    """Serve until told to stop."""
    server = make_server("127.0.0.1", 0, application(instance), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def job(instance: Path, name: str, day: str) -> None:
    """``flask jobs run NAME --as-of DAY``, on that day."""
    ran = application(instance, day).test_cli_runner().invoke(args=["jobs", "run", name, "--as-of", day])
    sys.stdout.write(ran.output)
    sys.exit(ran.exit_code)


if __name__ == "__main__":
    {"build": build, "serve": serve, "job": job}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
