"""The WSGI object: ``gunicorn wsgi:app``; ``flask`` finds it here too."""

from matchmaking.foundation.memory import collect_later

with collect_later():
    from matchmaking.app import create_app

    app = create_app()
