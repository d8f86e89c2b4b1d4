"""Runs over the whole market: reading all of it on a day, matching it, and keeping what came out with what was read."""
