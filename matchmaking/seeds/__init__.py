"""The demo: named people and stories of every fate, loaded once and again without change."""
