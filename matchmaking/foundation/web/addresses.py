"""Parts of addresses: internal ids that fit the tables, public keys, and the hosts we answer for."""

from __future__ import annotations

from typing import Any

from flask import Flask, has_request_context, request
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.sansio.utils import host_is_trusted

LARGEST_ID = 2**63 - 1
"""BIGINT's end; a larger number breaks one engine or the other, so it is simply not an address."""


MOST_BUILT = 4_096
"""Addresses kept: more than there are endpoints and files."""


class IdConverter(BaseConverter):
    """``<id:x>``: 1 … 2⁶³−1 in ASCII digits without leading zeros."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """The number; anything larger than the tables hold is no address."""
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number

    def to_url(self, value: int) -> str:
        """Back to digits."""
        return str(int(value))


class KeyConverter(BaseConverter):
    """``<key:x>``: a public key of letters, digits, dot, dash, underscore, tilde and colon, at most 120 of them."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._~:-]{0,119}"


class Site(Flask):
    """Flask, which builds once an address of nothing but its name, and that of a file: a page's frame asks for the same
    thirty."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._built: dict[tuple[str, str, tuple[Any, ...]], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """As Flask has it."""
        plain = not values or (endpoint == "static" and values.keys() <= {"filename", "v"})
        if not plain or endpoint.startswith(".") or self.url_default_functions or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (request.script_root, endpoint, tuple(values.items()))
        found = self._built.get(key)
        if found is None:
            found = super().url_for(endpoint, **values)
            if len(self._built) < MOST_BUILT:
                self._built[key] = found
        return found


def setup_converters(app: Flask) -> None:
    """Make ``<id:…>`` and ``<key:…>`` known to routes."""
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["key"] = KeyConverter


def host_allowed(host: str, allowed: str) -> bool:
    """Whether a Host header names one of ours; ``allowed`` is a comma list, a leading dot admits subdomains."""
    names = [name.strip().lower() for name in allowed.split(",") if name.strip()]
    return bool(host) and host.isascii() and "@" not in host and host_is_trusted(host.lower(), names)
