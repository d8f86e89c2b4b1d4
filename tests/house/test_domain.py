"""The domain is exact and blind: no float, nothing but the standard library and itself; NumPy where columns are worked.

What is not exact is named here, because what it works out is a statistic or a likelihood: curves of millions of spells,
the card learned from past loans, how far a bank's few contracts may be believed. No money passes through it.
"""

from __future__ import annotations

import ast
import sys

import pytest

from tests.house.tree import Module, modules

INTEGER_MATH = {"math.gcd", "math.lcm", "math.isqrt", "math.comb", "math.prod"}
BLIND_TO = {
    "time",
    "random",
    "secrets",
    "os",
    "socket",
    "subprocess",
    "threading",
    "sqlite3",
    "urllib",
    "http",
    "statistics",
}
"""Standard modules that read a clock, chance, the machine or the network, or that answer in floats."""


FLOATING = {
    "float16",
    "float32",
    "float64",
    "floating",
    "double",
    "single",
    "half",
    "divide",
    "true_divide",
    "mean",
    "average",
    "linspace",
    "sqrt",
    "exp",
    "log",
}
"""NumPy's ways to floats."""
STATISTICS = (
    "matchmaking.domain.matching.learning",
    "matchmaking.domain.conversion.survival.columns",
    "matchmaking.domain.conversion.banks",
)
"""The only packages of the domain that work in floats."""
IN_COLUMNS: dict[str, tuple[str, ...]] = {
    "numpy": ("matchmaking.domain.matching", *STATISTICS),
    "numba": ("matchmaking.domain.matching.engine", "matchmaking.domain.matching.allocation"),
    "llvmlite": ("matchmaking.domain.matching.engine",),
    "highspy": ("matchmaking.domain.matching.allocation",),
}
"""Libraries of columns, and the only packages of the domain that may import them."""


def floats_in(module: Module) -> list[str]:
    """Where ``module`` makes a float: a literal, ``float(…)``, or a true division not of a ``Fraction``."""
    found = []
    for node in ast.walk(module.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if literal or called_float(node) or (division and not _of_fraction(node)):
            found.append(f"{module.at(node)}: {ast.unparse(node)}")
    return found


def called_float(node: ast.AST) -> bool:
    """``float(…)``, ``complex(…)`` or ``float.fromhex(…)``."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] in ("float", "complex")


def _of_fraction(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value]
    return any(isinstance(side, ast.Call) and ast.unparse(side.func) == "Fraction" for side in sides)


def strangers_in(module: Module) -> list[str]:
    """What ``module`` imports that the domain must not know. Matching works on columns and may have NumPy."""
    found = []
    for name, node in module.imports():
        top = name.split(".")[0]
        own = name.startswith("matchmaking.domain")
        blind = top in BLIND_TO or (top == "math" and name not in INTEGER_MATH)
        columns = module.name.startswith(IN_COLUMNS.get(top, "-"))
        if not own and not columns and (blind or top not in sys.stdlib_module_names):
            found.append(f"{module.at(node)}: {name}")
    return found


def floating_in(module: Module) -> list[str]:
    """Where ``module`` asks NumPy for floats: a floating dtype, or a function that answers in them."""
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)]
    return [
        f"{module.at(node)}: {ast.unparse(node)}"
        for node in found
        if isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in FLOATING
    ]


def exact() -> list[Module]:
    """Every module of the domain but those of the statistics."""
    return [module for module in modules("domain") if not module.name.startswith(STATISTICS)]


def test_no_float_in_the_domain() -> None:
    assert [place for module in exact() for place in floats_in(module)] == []


def test_no_floating_column_in_the_domain() -> None:
    assert [place for module in exact() for place in floating_in(module)] == []


def test_nothing_exact_reads_the_statistics() -> None:
    assert [
        module.at(node) for module in exact() for name, node in module.imports() if name.startswith(STATISTICS)
    ] == []


@pytest.mark.parametrize(("code", "count"), [("np.float64(x)", 1), ("np.divide(x, y)", 1), ("np.int64(x)", 0)])
def test_the_check_of_columns_sees_what_it_should(code: str, count: int) -> None:
    module = modules("domain")[0]
    assert len(floating_in(Module(module.name, module.path, ast.parse(code)))) == count


def test_the_domain_imports_the_standard_library_and_itself_only() -> None:
    assert [place for module in modules("domain") for place in strangers_in(module)] == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("x = 0.5", 1),
        ("x = float('1')", 1),
        ("x = a / b", 1),
        ("x /= 2", 1),
        ("x = 1j", 1),
        ("x = Fraction(a) / b", 0),
        ("x = a // b", 0),
        ("isinstance(x, float)", 0),
    ],
)
def test_the_float_check_sees_what_it_should(code: str, count: int) -> None:
    module = modules("domain")[0]
    assert len(floats_in(Module(module.name, module.path, ast.parse(code)))) == count


@pytest.mark.parametrize(
    "code", ["import time", "from math import sqrt", "import numpy", "from matchmaking import rulebook"]
)
def test_the_stranger_check_sees_what_it_should(code: str) -> None:
    module = modules("domain")[0]
    assert len(strangers_in(Module(module.name, module.path, ast.parse(code)))) == 1
