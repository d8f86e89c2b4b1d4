"""Banks against what others do with the same kind of contract (F13, N11): statistics, in floats; no money passes here.

``cases`` is what goes in, ``mix`` what is expected, ``shrinkage`` how far few cases may be believed, ``standings`` what
comes out, in whole parts per million.
"""
