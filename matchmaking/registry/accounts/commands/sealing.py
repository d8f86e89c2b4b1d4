"""Secrets at rest: encrypted with a key derived from the installation's ``SECRET_KEY``."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from matchmaking.domain.reasons import Reason, Refusal

PURPOSE = b"matchmaking/second-factor/1"


class Seal:
    """Closes with the present key; opens with it and with earlier ones, so that ``SECRET_KEY`` can be replaced."""

    def __init__(self, secret_key: str, previous: Sequence[str] = ()) -> None:
        self._keys = MultiFernet([Fernet(_derived(key)) for key in (secret_key, *previous)])

    def close(self, text: str) -> str:
        """``text`` encrypted and authenticated (AES-128-CBC with HMAC-SHA256)."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The inverse of :meth:`close`. :class:`Refusal` ``factor_unreadable`` when no known key closed it."""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Refusal(Reason("factor_unreadable", {})) from None

    def renew(self, sealed: str) -> str:
        """The same secret closed with the present key."""
        return self.close(self.open(sealed))


def _derived(secret_key: str) -> bytes:
    # the cookie's signature and this cipher must never share a key, hence the purpose
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return base64.urlsafe_b64encode(raw)
