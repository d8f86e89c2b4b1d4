"""The WSGI object: ``gunicorn wsgi:app``; ``flask`` finds it here too."""

from matchmaking.app import create_app

app = create_app()
