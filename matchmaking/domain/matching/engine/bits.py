"""Rows of bits: product j is bit j % 64 of word j // 64."""

from __future__ import annotations

import numpy as np

from matchmaking.domain.matching.engine.columns import Mask, Words

WORD = 64


def width(products: int) -> int:
    """Words in a row: at least one."""
    return max((products + WORD - 1) // WORD, 1)


def packed(mask: Mask) -> Words:
    """(r, m) booleans as (r, ⌈m/64⌉) words; the bits past the last product are 0."""
    rows, products = mask.shape
    found = np.zeros((rows, width(products) * 8), np.uint8)
    found[:, : (products + 7) // 8] = np.packbits(mask, axis=1, bitorder="little")
    words: Words = found.view(np.dtype("<u8"))
    return words


def unpacked(words: Words, products: int) -> Mask:
    """(r, m) booleans again."""
    mask: Mask = np.unpackbits(words.view(np.uint8), axis=1, count=products, bitorder="little").view(np.bool_)
    return mask
