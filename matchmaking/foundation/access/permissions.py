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
    IMPORT_STATEMENTS = "import_statements"
    """Upload, preview and take in a statement."""
    READ_TASKS = "read_tasks"
    """Progress and results of long work."""
    EXPORT_FIGURES = "export_figures"
    """Take tables away as a file."""
    READ_TRAIL = "read_trail"
    """The append-only trail and its verification."""
    RUN_JOBS = "run_jobs"
    """Start a timed job for a day."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Create, unlock and change accounts."""

    def words(self, language: str = "zh") -> str:
        """The permission in ``zh`` or ``en``."""
        return say(f"permission_{self.value}", language)
