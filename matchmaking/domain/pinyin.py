"""Chinese names in the order of their sound."""

from __future__ import annotations


def in_pinyin_order(name: str) -> tuple[bytes, str]:
    """Sorts Chinese names by their sound: GB 2312 puts its 3,755 common characters in the order of pinyin.

    Source: GB 2312-1980, level 1; its rarer characters of level 2 follow, by radical.
    """
    return name.encode("gb18030", "replace"), name
