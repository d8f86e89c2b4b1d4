"""Codes of an authenticator by RFC 6238, and recovery codes. Time is an argument."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from base64 import b32encode
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT = 1
"""Steps by which a phone's clock may be early or late."""
RECOVERY_CODES = 10
_SIX = re.compile(r"\A[0-9]{6}\Z")
_RECOVERY = re.compile(r"\A[A-Z2-7]{16}\Z")


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def address_of(secret: str, *, login: str, issuer: str) -> str:
    """The ``otpauth://`` address that a QR code carries to the phone."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(at: datetime) -> int:
    """The number of the thirty-second step in which ``at`` falls."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The six digits of ``step``."""
    return pyotp.TOTP(secret).generate_otp(step)


def matching_step(secret: str, typed: str, *, at: datetime, after: int) -> int | None:
    """The step later than ``after``, at most one away from ``at``, whose code ``typed`` is; None when there is none."""
    text = plain(typed)
    if not _SIX.match(text):
        return None
    here, found = step_of(at), None
    for step in range(here - DRIFT, here + DRIFT + 1):
        # every step is compared, so that the time taken tells nothing
        if hmac.compare_digest(code_of(secret, step), text) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of eighty random bits, ``ABCD-EFGH-IJKL-MNOP``."""
    raw = (b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in raw]


def recovery_digest(typed: str) -> str | None:
    """What the table holds of a recovery code; None for a text that cannot be one."""
    text = plain(typed).upper()
    return hashlib.sha256(text.encode()).hexdigest() if _RECOVERY.match(text) else None


def plain(typed: str) -> str:
    """As typed on any keyboard: full-width digits, spaces and dashes do not matter."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[:60]))
