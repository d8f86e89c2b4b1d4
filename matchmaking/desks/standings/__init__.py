"""银行对照: each bank beside what other banks do with contracts like its own; the bank's own workings and its word."""
