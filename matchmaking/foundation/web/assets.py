"""Addresses of the built front end: ``asset_url("app.css")``, with the content's hash for long caching."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, request, url_for

MANIFEST = "vendor/manifest.json"
A_YEAR = 365 * 24 * 3600


class NotBuilt(RuntimeError):
    """The front end is not there; ``make setup`` builds it."""


def setup_assets(app: Flask) -> None:
    """Give templates ``asset_url(name)`` and let browsers keep what carries its hash for a year."""
    folder = Path(app.static_folder or "static")
    hashes: dict[str, str] = {}

    def asset_url(name: str) -> str:
        """The address of a file named in the manifest. Raises :class:`NotBuilt` where it is not in it."""
        if app.debug or name not in hashes:
            hashes.update(_read(folder / MANIFEST))
        if name not in hashes:
            raise NotBuilt(f"{name} is not in static/{MANIFEST}: run make setup")
        return url_for("static", filename=f"vendor/{name}", v=hashes[name])

    app.jinja_env.globals["asset_url"] = asset_url
    app.after_request(_keep_hashed)


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise NotBuilt(f"static/{MANIFEST} is missing: run make setup") from None


def _keep_hashed(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response
