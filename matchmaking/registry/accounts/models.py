"""The account, its second factor, the session it opened, the sign-in that waits, and the attempts against a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant


class UserAccount(Base):
    """A person who may sign in. Never deleted: the trail speaks of them; ``active`` false shuts them out."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("login = lower(login)", name="login_folded"),
        CheckConstraint("jurisdiction <> ''", name="jurisdiction_named"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    jurisdiction: Mapped[str] = mapped_column(String(40))
    """An area code, or ``*`` for the whole city."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """For whom the person works; firms' and banks' people always have one."""
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """Argon2id in its own notation; empty for a demo account that only its card opens."""
    language: Mapped[str] = mapped_column(String(20), default="")
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    """Shut out whenever the installation is not a demo."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    password_changed_at: Mapped[datetime] = mapped_column(Instant)
    password_given: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody else chose the password: nothing but one's own account opens before it is changed."""


class LoginSession(Base):
    """One browser signed in. The cookie holds the random token, this row only its SHA-256."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[str] = mapped_column(String(20), default="")
    """signed_out, again, password, role, moved, limit, revoked, factor or shut."""
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")


class SignInAttempts(Base):
    """Attempts in a row against a typed name, whether or not it exists: both kinds of name lock alike."""

    __tablename__ = "sign_in_attempts"

    name_digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    """Counted before the password is looked at, so that a hundred guesses at once are not a hundred guesses."""
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)


class SecondFactor(Base):
    """The authenticator of one person (RFC 6238), confirmed by a code. It is taken away, never changed."""

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    sealed: Mapped[str] = mapped_column(String(300))
    """The secret, encrypted with a key derived from ``SECRET_KEY``."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The latest thirty-second step whose code was accepted: it and all before it are used up."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Codes tried in a row, counted in the transaction that compares them."""
    attempted_at: Mapped[datetime] = mapped_column(Instant)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)


class RecoveryCode(Base):
    """One of ten codes for the day the authenticator is lost. Eighty random bits, so a plain digest is enough."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("factor_id", "code_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    factor_id: Mapped[int] = mapped_column(ForeignKey("second_factor.id"))
    code_digest: Mapped[str] = mapped_column(Digest)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class PendingSignIn(Base):
    """A browser whose password was right and whose code is awaited. No session: it opens the code's page alone."""

    __tablename__ = "pending_sign_in"
    __table_args__ = (CheckConstraint("(awaits = 'enrol') = (sealed <> '')", name="enrolling_has_its_secret"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    awaits: Mapped[str] = mapped_column(String(8))
    """``code`` of the factor there is, or ``enrol``: the first code of a factor that is being set up."""
    sealed: Mapped[str] = mapped_column(String(300), default="")
    """The secret offered to this browser alone: nobody else's sign-in can slip theirs under this person's phone."""
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
