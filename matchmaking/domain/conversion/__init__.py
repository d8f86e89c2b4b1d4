"""Whether what was agreed was paid: facts, reconciliation, net-new money, the ageing ledger, cohorts and measures.

Everything here is a pure function of facts and two days. ``as_of`` is the day in the world, ``known_at`` the day of our
records. Amounts are integer minor units; no clock, no float, no file.
"""
