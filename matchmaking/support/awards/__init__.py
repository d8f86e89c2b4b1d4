"""Interest subsidies (贴息) and guarantee-fee awards (担保费奖补), list by list."""
