"""Which policy of matching holds on a day: the rulebook's versions, and those a person took into force since (N34)."""
