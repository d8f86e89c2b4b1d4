"""What was signed: the legal grades of paper (F05, N3). One ledger per grade; grades are never added."""

from __future__ import annotations

INTENT_LETTER = "intent_letter"
"""意向书."""
STRATEGIC = "strategic"
"""战略合作协议: never tied to one firm's amount, so it is counted and never summed."""
COMMITMENT_LETTER = "commitment_letter"
"""贷款承诺函."""
CREDIT_LINE = "credit_line"
"""额度合同."""
LOAN_CONTRACT = "loan_contract"
"""借款合同."""
UNGRADED = "ungraded"
"""未定级: nobody has said yet what the paper is."""

INSTRUMENTS = (LOAN_CONTRACT, CREDIT_LINE, COMMITMENT_LETTER, INTENT_LETTER, STRATEGIC, UNGRADED)
"""Every grade, firmest first; the order of tabs on the screen."""

CONTRACTS = frozenset({CREDIT_LINE, LOAN_CONTRACT})
"""Contracts; everything else is intent."""

INTENTS = frozenset(INSTRUMENTS) - CONTRACTS
"""Papers that promise no loan yet."""

AMOUNTLESS = frozenset({STRATEGIC})
"""Grades whose amount never enters a ledger."""
