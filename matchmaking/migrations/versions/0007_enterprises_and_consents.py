"""Firms with the dated versions of their profiles, and consents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("uscc_scheme", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "entered_by = 'bureau' OR uscc IS NOT NULL", name=op.f("ck_enterprise_self_registered_by_code")
        ),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_enterprise_entered_by_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'verified', 'returned', 'closed')", name=op.f("ck_enterprise_state_known")
        ),
        sa.CheckConstraint("(uscc IS NULL) = (uscc_scheme IS NULL)", name=op.f("ck_enterprise_code_has_its_scheme")),
        sa.CheckConstraint("uscc IS NULL OR length(uscc) = 18", name=op.f("ck_enterprise_uscc_has_eighteen")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_enterprise_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_enterprise_organisation_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_enterprise_public_key")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_state_id", ["state", "id"], unique=False)
    op.create_table(
        "credit_history",
        sa.Column("history", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(source = 'own_word') = (evidence_sha256 IS NULL)",
            name=op.f("ck_credit_history_evidence_where_there_is_a_source"),
        ),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_credit_history_entered_by_known")),
        sa.CheckConstraint("history IN ('none', 'some')", name=op.f("ck_credit_history_history_known")),
        sa.CheckConstraint(
            "source IN ('credit_report', 'bank_query', 'own_word')", name=op.f("ck_credit_history_source_known")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_credit_history_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_history")),
        info={"append_only": True},
    )
    with op.batch_alter_table("credit_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_history_enterprise_id"), ["enterprise_id"], unique=False)
    op.create_table(
        "enterprise_person",
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("id_tail", sa.String(length=4), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_enterprise_person_entered_by_known")),
        sa.CheckConstraint(
            "relation IN ('owner', 'spouse', 'controller', 'affiliate')",
            name=op.f("ck_enterprise_person_relation_known"),
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_person_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_person")),
        sa.UniqueConstraint("public_key", name=op.f("uq_enterprise_person_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("enterprise_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_person_enterprise_id"), ["enterprise_id"], unique=False)
    op.create_table(
        "enterprise_profile",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("legal_form", sa.String(length=20), nullable=False),
        sa.Column("industry_code", sa.String(length=5), nullable=True),
        sa.Column("area_code", sa.String(length=40), nullable=False),
        sa.Column("zone_code", sa.String(length=40), nullable=True),
        sa.Column("park", sa.String(length=120), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("figures_year", sa.Integer(), nullable=True),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("assets_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_grade", sa.String(length=1), nullable=True),
        sa.Column("without_loans", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_enterprise_profile_entered_by_known")),
        sa.CheckConstraint(
            "tax_grade IS NULL OR tax_grade IN ('A', 'B', 'M', 'C', 'D')",
            name=op.f("ck_enterprise_profile_tax_grade_known"),
        ),
        sa.CheckConstraint(
            "assets_minor IS NULL OR assets_minor >= 0", name=op.f("ck_enterprise_profile_assets_not_negative")
        ),
        sa.CheckConstraint(
            "employees IS NULL OR employees >= 0", name=op.f("ck_enterprise_profile_employees_not_negative")
        ),
        sa.CheckConstraint(
            "founded_on IS NULL OR founded_on <= valid_from", name=op.f("ck_enterprise_profile_founded_before")
        ),
        sa.CheckConstraint(
            "revenue_minor IS NULL OR figures_year IS NOT NULL", name=op.f("ck_enterprise_profile_revenue_has_its_year")
        ),
        sa.CheckConstraint(
            "revenue_minor IS NULL OR revenue_minor >= 0", name=op.f("ck_enterprise_profile_revenue_not_negative")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_profile_enterprise_id")),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_enterprise_profile_zone_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_profile")),
        info={"append_only": True},
    )
    with op.batch_alter_table("enterprise_profile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_profile_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "ix_enterprise_profile_enterprise_id_valid_from_id", ["enterprise_id", "valid_from", "id"], unique=False
        )
    op.create_table(
        "enterprise_title",
        sa.Column("title", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("entered_by IN ('firm', 'bureau')", name=op.f("ck_enterprise_title_entered_by_known")),
        sa.CheckConstraint("issuer <> ''", name=op.f("ck_enterprise_title_issuer_named")),
        sa.CheckConstraint(
            "title <> 'other_title' OR words <> ''", name=op.f("ck_enterprise_title_other_title_is_named")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_enterprise_title_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_title_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_title")),
        info={"append_only": True},
    )
    with op.batch_alter_table("enterprise_title", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_title_enterprise_id"), ["enterprise_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("manner", sa.String(length=8), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "manner = 'online' OR evidence_sha256 IS NOT NULL", name=op.f("ck_consent_paper_has_its_scan")
        ),
        sa.CheckConstraint("manner IN ('online', 'paper')", name=op.f("ck_consent_manner_known")),
        sa.CheckConstraint(
            "purpose IN ('share_dossier', 'return_credit_information')", name=op.f("ck_consent_purpose_known")
        ),
        sa.CheckConstraint("shown <> ''", name=op.f("ck_consent_words_were_shown")),
        sa.CheckConstraint("expires_on > given_on", name=op.f("ck_consent_runs_for_a_time")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_consent_enterprise_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_consent_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["enterprise_person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("public_key", name=op.f("uq_consent_public_key")),
        info={"append_only": True},
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consent_enterprise_id_organisation_id_purpose",
            ["enterprise_id", "organisation_id", "purpose"],
            unique=False,
        )
        batch_op.create_index("ix_consent_organisation_id", ["organisation_id"], unique=False)
    op.create_table(
        "enterprise_loan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lender", sa.String(length=200), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("lender <> ''", name=op.f("ck_enterprise_loan_lender_named")),
        sa.CheckConstraint("balance_minor > 0", name=op.f("ck_enterprise_loan_balance_positive")),
        sa.ForeignKeyConstraint(["profile_id"], ["enterprise_profile.id"], name=op.f("fk_enterprise_loan_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_loan")),
        info={"append_only": True},
    )
    with op.batch_alter_table("enterprise_loan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_loan_profile_id"), ["profile_id"], unique=False)
    op.create_table(
        "enterprise_title_void",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["title_id"], ["enterprise_title.id"], name=op.f("fk_enterprise_title_void_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_title_void")),
        sa.UniqueConstraint("title_id", name=op.f("uq_enterprise_title_void_title_id")),
        info={"append_only": True},
    )
    op.create_table(
        "enterprise_verification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "verdict = 'returned' OR basis <> ''", name=op.f("ck_enterprise_verification_verified_on_a_basis")
        ),
        sa.CheckConstraint(
            "verdict = 'verified' OR words <> ''", name=op.f("ck_enterprise_verification_returned_with_words")
        ),
        sa.CheckConstraint(
            "verdict IN ('verified', 'returned')", name=op.f("ck_enterprise_verification_verdict_known")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_verification_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["enterprise_profile.id"], name=op.f("fk_enterprise_verification_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_verification")),
        info={"append_only": True},
    )
    with op.batch_alter_table("enterprise_verification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_verification_enterprise_id"), ["enterprise_id"], unique=False)
    op.create_table(
        "consent_revocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_consent_revocation_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_revocation")),
        sa.UniqueConstraint("consent_id", name=op.f("uq_consent_revocation_consent_id")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("consent_revocation")
    with op.batch_alter_table("enterprise_verification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_verification_enterprise_id"))
    op.drop_table("enterprise_verification")
    op.drop_table("enterprise_title_void")
    with op.batch_alter_table("enterprise_loan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_loan_profile_id"))
    op.drop_table("enterprise_loan")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_organisation_id")
        batch_op.drop_index("ix_consent_enterprise_id_organisation_id_purpose")
    op.drop_table("consent")
    with op.batch_alter_table("enterprise_title", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_title_enterprise_id"))
    op.drop_table("enterprise_title")
    with op.batch_alter_table("enterprise_profile", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_profile_enterprise_id_valid_from_id")
        batch_op.drop_index(batch_op.f("ix_enterprise_profile_enterprise_id"))
    op.drop_table("enterprise_profile")
    with op.batch_alter_table("enterprise_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_person_enterprise_id"))
    op.drop_table("enterprise_person")
    with op.batch_alter_table("credit_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_history_enterprise_id"))
    op.drop_table("credit_history")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_state_id")
    op.drop_table("enterprise")
