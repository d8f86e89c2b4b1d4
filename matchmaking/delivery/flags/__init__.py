"""口径异常: what the detectors saw, the bank's right of reply, and what the office decides after it."""
