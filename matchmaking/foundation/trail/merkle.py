"""The Merkle tree of RFC 6962 §2.1, grown one leaf at a time with a root at every size."""

from __future__ import annotations

import hashlib

EMPTY = hashlib.sha256(b"").digest()


class Tree:
    """Keeps the roots of the complete subtrees only: memory grows with the logarithm of the number of leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf's data."""
        height, node = 0, hashlib.sha256(b"\x00" + leaf).digest()
        while self._roots and self._roots[-1][0] == height:
            node = hashlib.sha256(b"\x01" + self._roots.pop()[1] + node).digest()
            height += 1
        self._roots.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far, 32 bytes."""
        if not self._roots:
            return EMPTY
        node = self._roots[-1][1]
        for _, left in reversed(self._roots[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node
