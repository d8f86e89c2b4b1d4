"""The demo in a process of its own: seeds an empty instance, serves it on a free port, prints the address.

A process, not a thread: an application binds its database for the whole process, and other tests bind theirs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from werkzeug.serving import make_server

from config import Settings
from matchmaking.app import create_app
from matchmaking.foundation import storage
from matchmaking.foundation.trail.guards import install_guards
from matchmaking.seeds.demo import seed_demo


def main(instance: Path) -> None:
    """Serve until told to stop."""
    settings = Settings(
        environment="test", instance=instance, secret_key="b" * 40, frozen_day="2026-09-30", database_url=""
    )
    app = create_app(settings)
    app.config.update(SIGN_IN_LIMIT="100000/minute", PAGE_LIMIT="100000/minute")
    storage.Base.metadata.create_all(storage.engine())
    with storage.engine().begin() as connection:
        install_guards(connection)
    with app.app_context():
        seed_demo()
    storage.remove_session()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
