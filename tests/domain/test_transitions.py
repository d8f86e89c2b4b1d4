"""The transition table itself: refusals in words, words for everything, diagrams that match."""

from __future__ import annotations

import pytest

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import LIFECYCLES, NEED, REFERRAL
from matchmaking.domain.transitions import TransitionTable, as_mermaid
from matchmaking.rulebook import explain, words
from matchmaking.rulebook.lifecycles import lifecycles_page
from tests.house.tree import ROOT

DOOR = TransitionTable.of(
    "door",
    "open",
    ("open", "shut", "guest owner", "closed"),
    ("open", "paint", "owner", "="),
    ("closed", "open", "guest", "open"),
    ("closed", "lock", "owner", "locked"),
)


def refused(table: TransitionTable, state: str, action: str, role: str) -> tuple[Reason, ...]:
    """The reasons against a move."""
    with pytest.raises(Refusal) as refusal:
        table.move(state, action, role)
    return refusal.value.reasons


def test_a_table_knows_its_states_actions_roles_and_ends() -> None:
    assert DOOR.states == ("open", "closed", "locked")
    assert DOOR.actions == ("shut", "paint", "open", "lock")
    assert DOOR.roles == ("guest", "owner")
    assert DOOR.finals == ("locked",)
    assert DOOR.possible("open", "owner") == ("shut", "paint")
    assert DOOR.may("open", "paint", "owner")
    assert not DOOR.may("open", "paint", "guest")
    assert DOOR.move("open", "paint", "owner") == "open"
    assert DOOR.move("open", "shut", "guest") == "closed"


def test_a_move_named_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        TransitionTable.of("x", "a", ("a", "go", "r", "b"), ("a", "go", "r", "c"))


def test_a_table_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        DOOR.moves["open", "burn", "guest"] = "ashes"  # type: ignore[index]


def test_a_refusal_names_what_the_role_could_do_instead() -> None:
    now, when = refused(DOOR, "closed", "shut", "guest")
    assert (now.code, now.params["instead_words"]) == ("move_not_now", "action_door_open")
    assert (when.code, when.params["states_words"]) == ("move_when", "state_door_open")


def test_a_refusal_of_anothers_action_names_whose_it_is() -> None:
    now, others = refused(DOOR, "open", "paint", "guest")
    assert now.params["instead_words"] == "action_door_shut"
    assert (others.code, others.params["roles_words"]) == ("move_by_others", "actor_owner")


def test_where_a_role_has_nothing_to_do_the_refusal_says_with_whom_it_is() -> None:
    turn, _ = refused(DOOR, "open", "paint", "cat")
    assert (turn.code, turn.params["others_words"]) == ("move_others_turn", "actor_guest actor_owner")


def test_an_end_is_called_an_end() -> None:
    assert refused(DOOR, "locked", "open", "guest")[0].code == "move_final"


@pytest.mark.parametrize(("state", "action"), [("ajar", "shut"), ("open", "burn"), ("", "")])
def test_unknown_states_and_actions_are_a_programmers_mistake(state: str, action: str) -> None:
    with pytest.raises(ValueError, match="door has no"):
        DOOR.move(state, action, "owner")


def test_refusals_read_well() -> None:
    zh = [explain(reason) for reason in refused(NEED, "posted", "refer", "enterprise")]
    assert zh == [
        "融资需求现为“已申报”，您现在不能“推送银行”。现在可以：收回修改、撤回。",
        "您可以“推送银行”的状态：已核实、公开待认领、已推送、已签合同。",
    ]
    en = [explain(reason, "en") for reason in refused(REFERRAL, "sent", "accept", "bureau_officer")]
    assert en == [
        "The referral stands at “Sent”, so you cannot do “Accept” now. You can: Recall, Merge.",
        "“Accept” is done by: the loan officer, the bank’s approver.",
    ]


@pytest.mark.parametrize("table", LIFECYCLES.values(), ids=LIFECYCLES)
def test_everything_has_words(table: TransitionTable) -> None:
    wanted = {f"lifecycle_{table.name}"}
    wanted |= {f"state_{table.name}_{state}" for state in table.states}
    wanted |= {f"action_{table.name}_{action}" for action in table.actions}
    wanted |= {f"actor_{role}" for role in table.roles}
    assert wanted - words().keys() == set()
    states = [words()[f"state_{table.name}_{state}"]["zh"] for state in table.states]
    assert len(set(states)) == len(states), "two states of one name"


def test_a_diagram_has_an_arrow_for_every_change_of_state() -> None:
    assert as_mermaid(DOOR) == (
        "stateDiagram-v2\n"
        '    state "state_door_open" as open\n'
        '    state "state_door_closed" as closed\n'
        '    state "state_door_locked" as locked\n'
        "    [*] --> open\n"
        "    open --> closed: action_door_shut (actor_guest, actor_owner)\n"
        "    closed --> open: action_door_open (actor_guest)\n"
        "    closed --> locked: action_door_lock (actor_owner)\n"
        "    locked --> [*]\n"
    )


def test_the_page_of_diagrams_is_what_the_tables_say() -> None:
    page = (ROOT / "docs" / "lifecycles.md").read_text("utf-8")
    assert page == lifecycles_page(), "run: python -m docs.lifecycles"
