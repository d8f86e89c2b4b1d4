"""A small mapping and a small table that fits it."""

from __future__ import annotations

from collections.abc import Callable

from matchmaking.foundation.sandbox import ReadReport

TOML = """
name = "a-bank"
series = "a-bank-ledger"
[title]
zh = "甲银行台账"
en = "A bank's ledger"
[columns]
external_id = "编号"
firm = "企业"
signed_on = "签约日"
original = "签约额"
disbursed = "已放款"
[dates]
formats = ["iso"]
[amounts]
currency = "CNY"
"""

HEADER = "编号,企业,签约日,签约额,已放款\n"
GOOD = HEADER + "A,某某茶业,2025-03-20,300,180.5\nB,𠮷野玩具,2025-03-21,100,0\n"

Read = Callable[..., ReadReport]
