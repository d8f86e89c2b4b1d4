"""The thread of one need: from its first word to its last yuan, who did what and when, on one page."""
