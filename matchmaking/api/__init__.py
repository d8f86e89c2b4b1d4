"""Figures for other programs: JSON with numerator, denominator, cohort and both days, or a refusal with its reason."""
