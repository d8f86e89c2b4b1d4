"""企业与批次: what waits for a bureau in its own jurisdiction, and how its firms stand."""
