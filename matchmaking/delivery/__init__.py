"""From a decision to the last yuan: agreements, disbursements, repayments, statements, findings, audits."""
