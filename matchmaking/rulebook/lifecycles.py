"""The page of lifecycles: every table of ``domain/states.py`` as a diagram, in both languages (docs/lifecycles.md)."""

from __future__ import annotations

from matchmaking.domain.states import LIFECYCLES
from matchmaking.domain.transitions import TransitionTable, as_mermaid
from matchmaking.rulebook import say

HEAD = """# 状态流转 · Lifecycles

Generated from `matchmaking/domain/states.py` by `python -m docs.lifecycles`; do not edit by hand.

States that people set. Where money stands (待放款、部分放款、全额放款…) is derived from facts and is not drawn here.
"""


def lifecycles_page() -> str:
    """Markdown with one Mermaid diagram per table and the moves that keep a state."""
    return HEAD + "".join(_section(table) for table in LIFECYCLES.values())


def _section(table: TransitionTable) -> str:
    title = _both(f"lifecycle_{table.name}")
    kept = "".join(f"- {line}\n" for line in _kept(table))
    staying = f"\n不改变状态的动作 · Actions that keep the state:\n\n{kept}" if kept else ""
    return f"\n## {title}\n\n```mermaid\n{as_mermaid(table, say)}```\n{staying}"


def _kept(table: TransitionTable) -> list[str]:
    found: dict[str, tuple[list[str], list[str]]] = {}
    for (start, action, role), to in table.moves.items():
        if to == start:
            states, roles = found.setdefault(action, ([], []))
            states.append(say(f"state_{table.name}_{start}"))
            roles.append(say(f"actor_{role}"))
    return [
        f"{_both(f'action_{table.name}_{action}')}：{_list(states)}（{_list(roles)}）"
        for action, (states, roles) in found.items()
    ]


def _list(words: list[str]) -> str:
    return "、".join(dict.fromkeys(words))


def _both(code: str) -> str:
    return f"{say(code)} · {say(code, 'en')}"
