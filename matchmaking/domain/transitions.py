"""States that people set, as tables: (state, action, role) → state. A refusal says what could be done instead.

A state machine library that ignores an illegal event, or swallows an exception and advances all the same, is worse than
a table of sixty lines. The command asks the table; the update then says ``WHERE state = :from AND version = :v``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matchmaking.domain.reasons import Reason, Refusal

Rule = tuple[str, str, str, str]
"""States, action, roles, next state; several states or roles are separated by blanks, ``=`` keeps the state."""


@dataclass(frozen=True, slots=True)
class TransitionTable:
    """``moves[(state, action, role)]`` is the next state. ``initial`` are the states a thing can begin in.

    Words: ``lifecycle_<name>``, ``state_<name>_<state>``, ``action_<name>_<action>``, ``actor_<role>``.
    """

    name: str
    initial: tuple[str, ...]
    moves: Mapping[tuple[str, str, str], str]

    @classmethod
    def of(cls, name: str, initial: str, *rules: Rule) -> TransitionTable:
        """A table from rules; one that names a move twice is an error."""
        moves: dict[tuple[str, str, str], str] = {}
        for states, action, roles, to in rules:
            for state in states.split():
                for role in roles.split():
                    if (state, action, role) in moves:
                        raise ValueError(f"{name}: {state}, {action}, {role} stands twice")
                    moves[state, action, role] = state if to == "=" else to
        return cls(name, tuple(initial.split()), MappingProxyType(moves))

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the rules."""
        arrived = (state for (start, _, _), to in self.moves.items() for state in (start, to))
        return tuple(dict.fromkeys((*self.initial, *arrived)))

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action."""
        return tuple(dict.fromkeys(action for _, action, _ in self.moves))

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that can do anything."""
        return tuple(dict.fromkeys(role for _, _, role in self.moves))

    @property
    def finals(self) -> tuple[str, ...]:
        """States that nothing leaves; a move that keeps the state does not count."""
        left = {start for (start, _, _), to in self.moves.items() if to != start}
        return tuple(state for state in self.states if state not in left)

    def possible(self, state: str, role: str) -> tuple[str, ...]:
        """What ``role`` can do in ``state``: the buttons of a page."""
        return tuple(action for start, action, who in self.moves if (start, who) == (state, role))

    def may(self, state: str, action: str, role: str) -> bool:
        """Whether the move stands in the table."""
        return (state, action, role) in self.moves

    def move(self, state: str, action: str, role: str) -> str:
        """The next state.

        Raises :class:`Refusal`: ``move_not_now`` (names what the role could do instead), ``move_others_turn`` (nothing;
        names who could), ``move_final`` (nobody), followed by where or by whom the action is done, if it is at all.
        A state or action the table does not know is a programmer's mistake: ``ValueError``.
        """
        if state not in self.states or action not in self.actions:
            raise ValueError(f"{self.name} has no state {state!r} or no action {action!r}")
        found = self.moves.get((state, action, role))
        if found is None:
            raise Refusal(self._instead(state, action, role), *self._when(action, role))
        return found

    def _instead(self, state: str, action: str, role: str) -> Reason:
        told: dict[str, str | int | None] = {
            "thing_word": f"lifecycle_{self.name}",
            "state_word": f"state_{self.name}_{state}",
            "action_word": f"action_{self.name}_{action}",
        }
        mine = self.possible(state, role)
        if mine:
            return Reason("move_not_now", {**told, "instead_words": self._action_words(mine)})
        others = _codes("actor", (who for start, _, who in self.moves if start == state))
        return Reason("move_others_turn", {**told, "others_words": others}) if others else Reason("move_final", told)

    def _when(self, action: str, role: str) -> list[Reason]:
        """In which states the role can do it, or else who can do it at all."""
        told = {"action_word": f"action_{self.name}_{action}"}
        states = [start for start, what, who in self.moves if (what, who) == (action, role)]
        if states:
            return [Reason("move_when", {**told, "states_words": _codes(f"state_{self.name}", states)})]
        roles = _codes("actor", (who for _, what, who in self.moves if what == action))
        return [Reason("move_by_others", {**told, "roles_words": roles})]

    def _action_words(self, actions: Iterable[str]) -> str:
        return _codes(f"action_{self.name}", actions)


def _codes(beginning: str, names: Iterable[str]) -> str:
    """Codes of words, separated by blanks, none twice."""
    return " ".join(f"{beginning}_{name}" for name in dict.fromkeys(names))


def as_mermaid(table: TransitionTable, say: Callable[[str], str] = str) -> str:
    """The table as a Mermaid state diagram. ``say`` turns codes (``state_need_draft``) into words.

    Arrows between the same two states by the same roles are one; moves that keep the state are left out.
    """
    lines = ["stateDiagram-v2"]
    lines += [f"    state {_quoted(say(f'state_{table.name}_{state}'))} as {state}" for state in table.states]
    lines += [f"    [*] --> {state}" for state in table.initial]
    for (start, to), moves in _arrows(table).items():
        labels = [
            f"{say(f'action_{table.name}_{action}')} ({', '.join(map(say, who))})" for action, who in moves.items()
        ]
        lines.append(f"    {start} --> {to}: {'<br>'.join(labels)}")
    lines += [f"    {state} --> [*]" for state in table.finals]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def _arrows(table: TransitionTable) -> dict[tuple[str, str], dict[str, list[str]]]:
    """For every arrow, its actions and who may do each (codes of words)."""
    arrows: dict[tuple[str, str], dict[str, list[str]]] = {}
    for (start, action, role), to in table.moves.items():
        if to != start:
            arrows.setdefault((start, to), {}).setdefault(action, []).append(f"actor_{role}")
    return arrows
