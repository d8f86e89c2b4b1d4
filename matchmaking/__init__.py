"""政银企融资对接平台: needs, offers, agreements, and what became of every signed yuan."""
