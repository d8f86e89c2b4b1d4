"""A firm, the dated versions of its profile, and what was found by those who checked it.

Only :class:`Enterprise` is ever changed (its state); everything it is judged by is appended and has a day of its own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaking.foundation.storage import Base, BigId, Digest, Instant, Minor

LEGAL_FORMS = ("limited", "shares", "sole_proprietor", "partnership", "individual", "cooperative", "other_form")
TAX_GRADES = ("A", "B", "M", "C", "D")
"""纳税信用级别, the best first; M is for firms too new to be graded otherwise."""
TITLES = (
    "innovative_sme", "specialised_sme", "little_giant", "high_tech", "tech_sme", "above_scale", "listing_reserve",
    "leading_farm", "other_title",
)  # fmt: skip
PARKS = ("community_factory", "county_park", "development_zone", "enclave_park", "no_park")
BASES = ("licence_seen", "public_register", "site_visit")
"""What a verification rests on: 营业执照 seen, the public register looked up, a visit."""
HISTORY_SOURCES = ("credit_report", "bank_query", "own_word")
RELATIONS = ("owner", "spouse", "controller", "affiliate")
ENTERED_BY = ("firm", "bureau")
APPEND_ONLY = {"info": {"append_only": True}}


class Told:
    """Columns of every appended row: when our records learned of it, through whom, and who spoke (代录 is marked)."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    entered_by: Mapped[str] = mapped_column(String(8))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class Enterprise(Base):
    """A firm that takes part. Its name, county and zone stand in ``organisation``, its figures in ``…_profile``."""

    __tablename__ = "enterprise"
    __table_args__ = (
        # a code has its scheme; who has neither was entered from an old ledger and is still to be identified
        CheckConstraint("(uscc IS NULL) = (uscc_scheme IS NULL)", name="code_has_its_scheme"),
        CheckConstraint("uscc IS NULL OR length(uscc) = 18", name="uscc_has_eighteen"),
        CheckConstraint("state IN ('waiting', 'verified', 'returned', 'closed')", name="state_known"),
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        # a firm that registers itself does so by its code
        CheckConstraint("entered_by = 'bureau' OR uscc IS NOT NULL", name="self_registered_by_code"),
        Index("ix_enterprise_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    """统一社会信用代码 in canonical form; digits 3–8 say who registered it, never which county it is in today."""
    uscc_scheme: Mapped[str | None] = mapped_column(String(20))
    """``gb32100`` where there is a code."""
    state: Mapped[str] = mapped_column(String(12))
    """waiting (set by registering and by changes of identity), verified, returned or
    closed (set by the bureau)."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised with every change of state and every new profile; a form sends back the one it was made from."""
    entered_by: Mapped[str] = mapped_column(String(8))
    """Who registered it: the firm itself, or the bureau for it (代录)."""
    created_at: Mapped[datetime] = mapped_column(Instant)


class EnterpriseProfile(Told, Base):
    """All that the firm says of itself from ``valid_from`` on, until the next version; money in yuan, to the cent."""

    __tablename__ = "enterprise_profile"
    __table_args__ = (
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        CheckConstraint("employees IS NULL OR employees >= 0", name="employees_not_negative"),
        CheckConstraint("revenue_minor IS NULL OR revenue_minor >= 0", name="revenue_not_negative"),
        CheckConstraint("assets_minor IS NULL OR assets_minor >= 0", name="assets_not_negative"),
        CheckConstraint("tax_grade IS NULL OR tax_grade IN ('A', 'B', 'M', 'C', 'D')", name="tax_grade_known"),
        CheckConstraint("founded_on IS NULL OR founded_on <= valid_from", name="founded_before"),
        # revenue is a year's: the version says which
        CheckConstraint("revenue_minor IS NULL OR figures_year IS NOT NULL", name="revenue_has_its_year"),
        Index("ix_enterprise_profile_enterprise_id_valid_from_id", "enterprise_id", "valid_from", "id"),
        APPEND_ONLY,
    )

    valid_from: Mapped[date] = mapped_column(Date)
    legal_form: Mapped[str] = mapped_column(String(20))
    industry_code: Mapped[str | None] = mapped_column(String(5))
    """GB/T 4754-2017, two or four digits."""
    area_code: Mapped[str] = mapped_column(String(40))
    zone_code: Mapped[str | None] = mapped_column(ForeignKey("zone.code"))
    park: Mapped[str] = mapped_column(String(120), default="")
    """Its name."""
    park_kind: Mapped[str | None] = mapped_column(String(24))
    """One of ``PARKS``; ``no_park`` says that it is in none, null that nobody has said."""
    founded_on: Mapped[date | None] = mapped_column(Date)
    employees: Mapped[int | None] = mapped_column(Integer)
    figures_year: Mapped[int | None] = mapped_column(Integer)
    """The year that revenue, assets and employees are of."""
    revenue_minor: Mapped[int | None] = mapped_column(Minor)
    assets_minor: Mapped[int | None] = mapped_column(Minor)
    tax_grade: Mapped[str | None] = mapped_column(String(1))
    without_loans: Mapped[bool] = mapped_column(default=False)
    """The firm says it owes no bank anything: no rows in ``enterprise_loan`` and this false means "not said"."""


class EnterpriseLoan(Base):
    """One existing loan as a version of the profile states it."""

    __tablename__ = "enterprise_loan"
    __table_args__ = (
        CheckConstraint("balance_minor > 0", name="balance_positive"),
        CheckConstraint("lender <> ''", name="lender_named"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("enterprise_profile.id"), index=True)
    lender: Mapped[str] = mapped_column(String(200))
    balance_minor: Mapped[int] = mapped_column(Minor)
    due_on: Mapped[date | None] = mapped_column(Date)


class EnterpriseTitle(Told, Base):
    """A title (专精特新, 高新 …), who gave it and for how long. An expired one stops counting by itself."""

    __tablename__ = "enterprise_title"
    __table_args__ = (
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("issuer <> ''", name="issuer_named"),
        CheckConstraint("title <> 'other_title' OR words <> ''", name="other_title_is_named"),
        APPEND_ONLY,
    )

    title: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(String(80), default="")
    """Its name, for a title that is not on the list."""
    issuer: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class EnterpriseTitleVoid(Base):
    """A title wrongly entered, or taken away by its issuer from ``on_day`` on."""

    __tablename__ = "enterprise_title_void"
    __table_args__ = (UniqueConstraint("title_id"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("enterprise_title.id"))
    on_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class EnterpriseVerification(Base):
    """What a bureau found about one version of the profile: it holds, or goes back with words."""

    __tablename__ = "enterprise_verification"
    __table_args__ = (
        CheckConstraint("verdict IN ('verified', 'returned')", name="verdict_known"),
        # what is sent back says why
        CheckConstraint("verdict = 'verified' OR words <> ''", name="returned_with_words"),
        # what is verified says on what
        CheckConstraint("verdict = 'returned' OR basis <> ''", name="verified_on_a_basis"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("enterprise_profile.id"))
    """The version that was looked at."""
    verdict: Mapped[str] = mapped_column(String(10))
    basis: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[str] = mapped_column(String(1000), default="")
    on_day: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))


class CreditHistory(Told, Base):
    """Whether the firm ever borrowed, as a source said on a day. 首贷 takes evidence, never one's own word."""

    __tablename__ = "credit_history"
    __table_args__ = (
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        CheckConstraint("history IN ('none', 'some')", name="history_known"),
        CheckConstraint("source IN ('credit_report', 'bank_query', 'own_word')", name="source_known"),
        # a report or query has its paper; one's own word has none
        CheckConstraint("(source = 'own_word') = (evidence_sha256 IS NULL)", name="evidence_where_there_is_a_source"),
        APPEND_ONLY,
    )

    history: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(20))
    stated_on: Mapped[date] = mapped_column(Date)
    """The day of the report, query or word."""
    definition: Mapped[int] = mapped_column(Integer)
    """Version of 首贷户's definition in force then (parameter ``first_loan_definition``)."""
    evidence_sha256: Mapped[str | None] = mapped_column(Digest)


class EnterprisePerson(Told, Base):
    """A person behind the firm who may borrow for it (E23). The identity number's last four characters only."""

    __tablename__ = "enterprise_person"
    __table_args__ = (
        CheckConstraint("entered_by IN ('firm', 'bureau')", name="entered_by_known"),
        CheckConstraint("relation IN ('owner', 'spouse', 'controller', 'affiliate')", name="relation_known"),
        APPEND_ONLY,
    )

    public_key: Mapped[str] = mapped_column(String(120), unique=True)
    relation: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    id_tail: Mapped[str] = mapped_column(String(4), default="")
