"""What if a rule were relaxed (N33): whom each rule shuts out, alone and with others, and what a change would open.

Counts come from one integer per pair, whose bits are the criteria that the pair fails. A need counts once, its amount
once and its firm once, however many products are asked. What a change opens is reckoned by matching again with the
changed product, never from the counts: the two are held equal by a property test.
"""
