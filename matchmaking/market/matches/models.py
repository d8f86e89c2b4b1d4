"""What is kept of matching: a recommendation that somebody acted on, and firms that want no automated ranking.

Nothing is stored for showing: a page reckons live, with the policy of its day. What led to a referral is kept with its
inputs, so that it can be reckoned again years later. A run over the whole market is kept with the facts it read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Json, Minor


class Recommendation(Base):
    """One need and one version of a product, as matching saw the two on a day."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("points >= 0 AND points <= 100000", name="points_within_a_hundred"),
        Index("ix_recommendation_need_id", "need_id"),
        Index("ix_recommendation_product_version_id", "product_version_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    need_version: Mapped[int] = mapped_column(Integer)
    product_version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    policy_version: Mapped[str] = mapped_column(String(40))
    on_day: Mapped[date] = mapped_column(Date)
    eligible: Mapped[bool] = mapped_column()
    """False where somebody sent the need although a rule of the product does not pass."""
    points: Mapped[int] = mapped_column(Integer)
    """Thousandths of points, 0 to 100,000."""
    lines: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"lines": [{"line", "points", "full"}]}`` in thousandths; they add up to ``points``."""
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"need": …, "product": …}``: every fact that matching read."""
    inputs_digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 of ``inputs`` in canonical JSON."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class LenderRecord(Base):
    """What came of one lender's agreements with firms of one size class, as the audit of ``as_of`` had it.

    Written every night from the stored audit; the latest day counts. Only agreements whose promised day had come.
    """

    __tablename__ = "lender_record"
    __table_args__ = (
        UniqueConstraint("as_of", "lender_key", "size_class", "currency"),
        CheckConstraint("signed_count > 0 AND signed_minor > 0", name="something_signed"),
        CheckConstraint("verified_minor >= 0 AND verified_minor <= signed_minor", name="verified_within_signed"),
        CheckConstraint("size_class IN ('micro', 'small', 'medium', 'large')", name="size_known"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    as_of: Mapped[date] = mapped_column(Date)
    lender_key: Mapped[str] = mapped_column(String(120))
    """Public key of the legal person."""
    size_class: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    signed_count: Mapped[int] = mapped_column(Integer)
    signed_minor: Mapped[int] = mapped_column(Minor)
    verified_minor: Mapped[int] = mapped_column(Minor)
    """Of the money signed, what two independent parties say was paid by the promised day."""
    audit_digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 of the audit's payload that it was counted from."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class RankingChoice(Base):
    """A firm's word on automated ranking; the last one counts, and without any the firm has not declined it."""

    __tablename__ = "ranking_choice"
    __table_args__ = (
        Index("ix_ranking_choice_organisation_id", "organisation_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    automated: Mapped[bool] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class MatchRun(Base):
    """Every need that waits against every product on offer, on a day, by one policy; in one currency."""

    __tablename__ = "match_run"
    __table_args__ = (Index("ix_match_run_on_day", "on_day", "id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    on_day: Mapped[date] = mapped_column(Date)
    policy_version: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    engine: Mapped[str] = mapped_column(String(12))
    """``numpy``, ``numba`` or ``dask``: who reckoned; all give the same."""
    needs: Mapped[int] = mapped_column(Integer)
    products: Mapped[int] = mapped_column(Integer)
    eligible_pairs: Mapped[int] = mapped_column(BigInteger)
    unserved: Mapped[int] = mapped_column(Integer)
    """Needs that no product takes."""
    per_need: Mapped[int] = mapped_column(Integer)
    """How many of the best were kept for each need."""
    cpu_ms: Mapped[int] = mapped_column(Integer)
    """CPU of this process for the matching, in milliseconds; reading and writing not counted."""
    read: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    """``{"needs": [[id, version, input id]], "products": [[product version id, input id]]}``: all that was read, also
    what came to nothing."""
    read_digest: Mapped[str] = mapped_column(Digest)
    """SHA-256 over the digests of every fact read, so that two runs that read the same can be told."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class MatchInput(Base):
    """Facts of one need or one product as matching read them; kept once however many runs read the same."""

    __tablename__ = "match_input"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    """SHA-256 of ``facts`` in canonical JSON."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class MatchResult(Base):
    """One of the best products of a need in a run."""

    __tablename__ = "match_result"
    __table_args__ = (
        UniqueConstraint("run_id", "need_id", "rank"),
        CheckConstraint("points >= 0 AND points <= 100000", name="points_within_a_hundred"),
        Index("ix_match_result_need_id", "need_id"),
        Index("ix_match_result_product_version_id", "product_version_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    need_version: Mapped[int] = mapped_column(Integer)
    product_version_id: Mapped[int] = mapped_column(ForeignKey("product_version.id"))
    rank: Mapped[int] = mapped_column(Integer)
    """1 is the best."""
    points: Mapped[int] = mapped_column(Integer)
    """Thousandths of points, 0 to 100,000."""
    need_input_id: Mapped[int] = mapped_column(ForeignKey("match_input.id"))
    product_input_id: Mapped[int] = mapped_column(ForeignKey("match_input.id"))
