"""What a person may be allowed to do. Codes here; their words in ``rulebook/words/access.toml``."""

from __future__ import annotations

from enum import StrEnum

from matchmaking.rulebook import say


class Permission(StrEnum):
    """One key. A door (``@requires``) asks for exactly one of them; a role carries a ring."""

    OWN_ACCOUNT = "own_account"
    """Change one's own password and language, see and end one's own sessions."""
    READ_AUDIT = "read_audit"
    """Portfolios, the ageing ledger, rates and their passports."""
    READ_AGREEMENTS = "read_agreements"
    """Single agreements with their facts and evidence."""
    READ_FINDINGS = "read_findings"
    """What the checks saw."""
    HANDLE_FINDINGS = "handle_findings"
    """Give a finding its answer or verdict."""
    CLOSE_PERIODS = "close_periods"
    """Propose a month's figures for closing, and close on what another person proposed."""
    IMPORT_STATEMENTS = "import_statements"
    """Upload, preview and take in a statement."""
    READ_TASKS = "read_tasks"
    """Progress and results of long work."""
    EXPORT_FIGURES = "export_figures"
    """Take tables away as a file."""
    READ_GAPS = "read_gaps"
    """Needs of one's own jurisdiction that no product serves, and which rules are in the way."""
    READ_TRAIL = "read_trail"
    """The append-only trail and its verification."""
    RUN_JOBS = "run_jobs"
    """Start a timed job for a day."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Create, unlock and change accounts."""

    READ_POLICIES = "read_policies"
    """Weights of matching, proposed and in force, with their backtests."""
    DECIDE_POLICIES = "decide_policies"
    """Take fitted weights into force, set them aside or withdraw them."""

    READ_SAMPLES = "read_samples"
    """Samples drawn for the call-back audit, their lists, recipes and results."""
    KEEP_SAMPLES = "keep_samples"
    """Freeze a list, draw from it, write down what was said on the telephone, and close."""

    READ_THREADS = "read_threads"
    """One need from its first word to its last yuan, as far as it is one's own to see."""

    # the firm
    KEEP_OWN_PROFILE = "keep_own_profile"
    """Read and keep up one's own firm's profile."""
    GIVE_CONSENTS = "give_consents"
    """Give, read and revoke one's own firm's consents."""
    READ_OWN_NEEDS = "read_own_needs"
    """One's own firm's needs and what became of them."""
    POST_NEEDS = "post_needs"
    """Write, post and withdraw needs of one's own firm; choose a bank for them."""
    SIGN_AGREEMENTS = "sign_agreements"
    """Sign for the firm."""
    CONFIRM_RECEIPTS = "confirm_receipts"
    """Say of a reported disbursement: right, wrong, not received."""

    # the bank
    READ_REFERRALS = "read_referrals"
    """Needs handed to one's own bank, at or under one's own branch."""
    DECIDE_REFERRALS = "decide_referrals"
    """Accept or decline a referral, and record the credit decision."""
    ASSIGN_REFERRALS = "assign_referrals"
    """Give a referral to an officer or another branch of the bank."""
    COUNTERSIGN_AGREEMENTS = "countersign_agreements"
    """Sign for the bank."""
    REPORT_DISBURSEMENTS = "report_disbursements"
    """Report money paid out, and take a wrong report back."""
    REPLY_TO_FLAGS = "reply_to_flags"
    """Reply to what a detector saw about papers of one's own bank or firm."""
    READ_PRODUCTS = "read_products"
    """The bank's products with all their versions."""
    MANAGE_PRODUCTS = "manage_products"
    """Make and publish versions of the bank's products."""

    READ_MARKET_NEEDS = "read_market_needs"
    """Open needs ranked for the bank's own products, without their firms; what its rules shut out."""

    # the bureau
    READ_ENTERPRISES = "read_enterprises"
    """Firms of one's own jurisdiction."""
    VERIFY_ENTERPRISES = "verify_enterprises"
    """Verify a firm, or send it back with words."""
    ENTER_FOR_FIRM = "enter_for_firm"
    """Enter for a firm that cannot do it itself; never a confirmation."""
    READ_NEEDS = "read_needs"
    """Needs of firms of one's own jurisdiction."""
    VERIFY_NEEDS = "verify_needs"
    """Verify a need, merge it, or send it back with words."""
    PUSH_REFERRALS = "push_referrals"
    """Hand a verified need to a bank."""

    # lists of recommended firms, meetings and awards: the bureau keeps them, the finance office reads them
    READ_LISTS = "read_lists"
    """Lists of recommended firms, meetings with their sign-in sheets, and awards paid."""
    KEEP_LISTS = "keep_lists"
    """Make lists and sheets, fill them in, freeze them, and write corrections beside them."""

    def words(self, language: str = "zh") -> str:
        """The permission in ``zh`` or ``en``."""
        return say(f"permission_{self.value}", language)
