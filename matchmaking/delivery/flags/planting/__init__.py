"""Portfolios with planted, labelled patterns and innocent look-alikes, to measure the detectors with."""
