"""授信: what a bank decided on one referral. The bank's own word, never a signing."""
