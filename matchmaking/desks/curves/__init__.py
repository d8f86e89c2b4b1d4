"""How long needs, decisions and money take, and what else ends the wait: curves by bank, product, grade and event."""
