"""The market of the tests in a process of its own, with passwords to sign in by, and the five local products."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import update
from werkzeug.serving import make_server

from config import Settings
from matchmaking.app import create_app
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail.guards import install_guards
from matchmaking.registry.accounts.commands.passwords import hash_password
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.seeds.products import ensure_products
from tests.market.market_world import build_world
from tests.web_fixtures import PASSWORD


def main(instance: Path) -> None:
    """Serve until told to stop."""
    settings = Settings(
        environment="test", instance=instance, secret_key="b" * 40, frozen_day="2026-09-30", database_url=""
    )
    app = create_app(settings)
    app.config.update(SIGN_IN_LIMIT="100000/minute", PAGE_LIMIT="100000/minute", REGISTER_LIMIT="100000/minute")
    storage.Base.metadata.create_all(storage.engine())
    with storage.engine().begin() as connection:
        install_guards(connection)
    build_world()
    run_in_unit_of_work(ensure_products)
    hashed = hash_password(PASSWORD)
    run_in_unit_of_work(lambda inside: inside.execute(update(UserAccount).values(password_hash=hashed)))
    storage.remove_session()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
