"""The source as the house tests read it: files, dotted names and syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "matchmaking"
TEMPLATES = ROOT / "templates"
DATA = ROOT.parent / "shared" / "data"
"""Real data, beside the project where it is there at all."""


@dataclass(frozen=True)
class Module:
    """One source file."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """Its dotted name, without the package's own: ``("delivery", "agreements", "models")``."""
        return tuple(self.name.split(".")[1:])

    def at(self, node: ast.AST) -> str:
        """``path:line`` for a message."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"

    def imports(self) -> Iterator[tuple[str, ast.stmt]]:
        """Every dotted name it imports; ``from a import b`` gives ``a.b``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


@cache
def modules(under: str = "") -> tuple[Module, ...]:
    """Every module of the product, or those below a folder of it (``"domain"``); never none."""
    found = []
    for path in sorted((PACKAGE / under).rglob("*.py")):
        relative = path.relative_to(ROOT).with_suffix("")
        parts = relative.parts[:-1] if path.name == "__init__.py" else relative.parts
        found.append(Module(".".join(parts), path, ast.parse(path.read_text("utf-8"))))
    assert found, f"nothing to read under {under}"
    return tuple(found)


def called(node: ast.AST) -> str:
    """The dotted name a call calls, ``""`` for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""
