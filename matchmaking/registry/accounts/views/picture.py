"""The QR code that carries a secret to a phone."""

from __future__ import annotations

import segno
from flask_babel import gettext as _

from matchmaking.registry.accounts.commands.codes import address_of


def picture_of(secret: str, *, login: str) -> str:
    """An SVG as a ``data:`` address, made here: the secret never travels to anybody who draws pictures."""
    address = address_of(secret, login=login, issuer=_("政银企融资对接平台"))
    made: str = segno.make_qr(address, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")
    return made
