"""The peer of bench/import_audit.py: the same answers from the same file, the way an analyst would write it in pandas.

It keeps nothing: no table, no trail, no evidence, no second day. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys

import pandas as pd

DAY = pd.Timestamp("2020-11-30")
DATES = {
    "signed": "Agreement Signing Date",
    "board": "Board Approval Date",
    "effective": "Effective Date (Most Recent)",
    "closed": "Closed Date (Most Recent)",
    "last": "Last Disbursement Date",
}
AMOUNTS = {
    "original": "Original Principal Amount",
    "cancelled": "Cancelled Amount",
    "undisbursed": "Undisbursed Amount",
    "disbursed": "Disbursed Amount",
}


def answers(path: str) -> dict[str, object]:
    """Counts, rates, anomalies and the ledger of an IBRD statement; amounts in cents."""
    frame = pd.read_csv(path, dtype={"Loan Number": str})
    table = pd.DataFrame({name: pd.to_datetime(frame[column]) for name, column in DATES.items()})
    for name, column in AMOUNTS.items():
        table[name] = (frame[column].fillna(0) * 100).round().astype("int64")
    signed = table[table["signed"].notna() & (table["signed"] <= DAY)]
    paid = signed["disbursed"] > 0
    original, disbursed = signed["original"], signed["disbursed"]
    within = original.where(original < disbursed, disbursed)
    return {
        "rows": len(table),
        "signed": len(signed),
        "unsigned": len(table) - len(signed),
        "signed_with_disbursed_gt0": int(paid.sum()),
        "conversion_count_pct": round(100 * int(paid.sum()) / len(signed), 4),
        "conversion_amount_pct": round(100 * int(disbursed.sum()) / int(original.sum()), 4),
        "status_counts": {str(key): int(value) for key, value in frame["Loan Status"].value_counts().items()},
        "anomalies": anomalies(table),
        "ledger": {
            "within": int(within.sum()),
            "over": int((disbursed - within).sum()),
            "cancelled": int(signed["cancelled"].sum()),
            "undisbursed": int(signed["undisbursed"].sum()),
            "difference": int((original - disbursed - signed["cancelled"] - signed["undisbursed"]).sum()),
        },
    }


def anomalies(table: pd.DataFrame) -> dict[str, int]:
    """How many rows each check sees."""
    signed = table["signed"]
    seen = {
        "signing_before_board": signed < table["board"],
        "effective_before_signing": table["effective"] < signed,
        "disbursed_but_no_signing_date": signed.isna() & (table["disbursed"] > 0),
        "signed_closed_before_asof_zero_disbursed": signed.notna()
        & (table["closed"] < DAY)
        & (table["disbursed"] == 0),
        "last_disbursement_after_closing": table["last"] > table["closed"],
        "negative_undisbursed": table["undisbursed"] < 0,
        "negative_disbursed": table["disbursed"] < 0,
        "disbursed_gt_original": table["disbursed"] > table["original"] + 1,
        "signing_date_after_asof": signed > DAY,
    }
    return {name: int(rows.sum()) for name, rows in seen.items()}


if __name__ == "__main__":
    json.dump(answers(sys.argv[1]), sys.stdout)
