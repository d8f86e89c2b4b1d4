"""A card of points that ranks lenders for a borrower, learned from loans that were really lent (N34).

Every line (place, activity, trade, amount …) compares a lender's recent loans of the like with those of others, shrunk
towards what is known of a wider group, and gives points; 20 points double the odds. ``keys`` says which loans are
alike, ``shares`` counts them, ``lines`` turns counts into figures, ``fitting`` finds the weights (none below zero),
``ranking`` uses them, ``measures`` and ``backtest`` say how well that went on later loans, beside plainer rules.

It says who lends to firms like this one. It is never a prediction of default, and never one of approval.
Figures here are statistics, so floats are at home; money does not pass through. No clock, no chance: the same loans
give the same card.
"""
