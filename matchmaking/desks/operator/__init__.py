"""平台运行: what waits for the operator, and nothing of anybody's money."""
