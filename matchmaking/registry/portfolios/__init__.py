"""Portfolios: the city, a demo, an imported agency. Facts and cohorts never cross them."""
