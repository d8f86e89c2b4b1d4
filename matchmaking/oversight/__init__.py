"""Oversight: what the office does with figures once they are told: closes, restates, samples and learns from them."""
