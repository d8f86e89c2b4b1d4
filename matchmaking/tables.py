"""Imports every slice's models so that the metadata is whole; migrations and tests start here."""

from matchmaking.foundation.storage import idempotency  # noqa: F401
