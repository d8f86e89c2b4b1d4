"""Settings from the environment.

Production refuses to start on a default secret, in debug mode, or with SQLite on several hosts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
DEFAULT_SECRET = "development-only-secret-change-me"  # noqa: S105


class Settings(BaseSettings):
    """Everything that differs between two installations; the variables are the field names in upper case."""

    model_config = SettingsConfigDict(extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    secret_key: str = DEFAULT_SECRET
    debug: bool = False
    instance: Path = ROOT / "instance"
    database_url: str = ""
    redis_url: str = ""
    hosts: int = Field(default=1, ge=1, description="How many machines run this installation")
    allowed_hosts: str = "127.0.0.1,localhost"
    proxy_hops: int = Field(default=0, ge=0, le=5)
    bind: str = "127.0.0.1"
    port: int = Field(default=5000, ge=1, le=65535)
    https: bool = False
    demo: bool = True
    frozen_day: str = ""
    max_upload_mb: int = Field(default=20, ge=1, le=200)
    trail_key: Path | None = Field(default=None, description="Ed25519 key (PEM) that signs the trail's checkpoints")
    session_hours: int = Field(default=8, ge=1, le=72)
    previous_secret_keys: str = Field(
        default="", description="Earlier SECRET_KEYs, comma-separated, while secrets are rewrapped"
    )
    require_second_factor: bool | None = Field(default=None, description="Of staff; unless said, in production")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: ``DATABASE_URL`` or a SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'matchmaking.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.database.startswith("sqlite")

    @property
    def second_factor_required(self) -> bool:
        """Whether staff must enrol a second factor at their first sign-in."""
        if self.require_second_factor is None:
            return self.environment == "production"
        return self.require_second_factor

    @property
    def old_secret_keys(self) -> tuple[str, ...]:
        """Keys that still open what they closed, the latest first."""
        return tuple(key.strip() for key in self.previous_secret_keys.split(",") if key.strip())

    @model_validator(mode="after")
    def _driver_is_named(self) -> Settings:
        if self.database_url and not self.database_url.startswith(("sqlite://", "postgresql+psycopg://")):
            raise ValueError("DATABASE_URL must start with postgresql+psycopg:// (or sqlite:///)")
        return self

    @model_validator(mode="after")
    def _production_is_safe(self) -> Settings:
        if self.environment != "production":
            return self
        faults = []
        if self.secret_key == DEFAULT_SECRET or len(self.secret_key) < 32:
            faults.append("SECRET_KEY must be set to at least 32 random characters")
        if self.debug:
            faults.append("DEBUG must be off")
        if self.demo:
            faults.append("DEMO must be off: demo accounts have published passwords")
        if self.frozen_day:
            faults.append("FROZEN_DAY must be empty: only a demo's day stands still")
        if self.is_sqlite and self.hosts > 1:
            faults.append("SQLite serves one host; set DATABASE_URL=postgresql+psycopg://… for several")
        if faults:
            raise ValueError("refusing to start in production: " + "; ".join(faults))
        return self
