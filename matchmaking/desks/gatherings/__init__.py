"""One meeting and what came of it: papers by instrument, and money after thirty to 360 days."""
