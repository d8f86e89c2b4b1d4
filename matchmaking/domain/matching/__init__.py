"""Which loan products fit which financing needs, how well, and why (E06, N22).

Each admission rule is declared once (``criteria``) and gives the fields of the product form, a vectorised mask, words
with the distance to passing, and the changes that would pass. Soft lines (``points``) under a dated policy (``policy``)
turn a fitting pair into a degree of fit (匹配度) of 0–100. ``kernel.match`` does whole batches, ``explain.explain`` one
pair; both read the same extractors and the same integer arithmetic, and a property test holds them equal.

The degree says how well asked and offered go together. It is not a prediction of approval, and never one of default.
Figures are integers: money in minor units, rates in ppm, terms in months, points in thousandths. No clock: the day is
an argument.
"""
