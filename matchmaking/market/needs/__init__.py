"""What a firm asks for: written, posted, verified, and what became of it."""
