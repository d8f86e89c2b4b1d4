"""Every move of every lifecycle, allowed and refused, per role, against a list written out by hand.

``action>next`` under each role and state; everything that is not listed must be refused.
"""

from __future__ import annotations

import itertools

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import LIFECYCLES, NEED, REFERRAL, SIGNING
from matchmaking.domain.transitions import TransitionTable
from matchmaking.rulebook import LANGUAGES, explain

STRANGERS = ("finance_office_city", "operator", "")

BOTH_BANK = ("bank_officer", "bank_manager")

ALLOWED: dict[str, dict[str, dict[str, str]]] = {
    "enterprise": {
        "enterprise": {
            "waiting": "update>waiting change_identity>waiting",
            "verified": "update>verified change_identity>waiting",
            "returned": "update>returned change_identity>waiting",
        },
        "bureau_officer": {
            "waiting": "update>waiting change_identity>waiting verify>verified return>returned close>closed",
            "verified": "update>verified change_identity>waiting return>returned close>closed",
            "returned": "update>returned change_identity>waiting close>closed",
        },
    },
    "need": {
        "enterprise": {
            "draft": "amend>draft post>posted discard>discarded",
            "posted": "take_back>draft withdraw>withdrawn",
            "returned": "amend>returned post>posted withdraw>withdrawn",
            "verified": "take_back>draft list>listed refer>referred withdraw>withdrawn",
            "listed": "unlist>verified refer>referred withdraw>withdrawn",
            "referred": "refer>referred withdraw>withdrawn",
            "contracted": "refer>contracted close>closed",
        },
        "bureau_officer": {
            "draft": "amend>draft post>posted discard>discarded",
            "posted": "verify>verified return>returned merge>merged",
            "returned": "amend>returned post>posted",
            "verified": "return>returned refer>referred merge>merged",
            "listed": "refer>referred merge>merged",
            "referred": "refer>referred merge>merged",
            "contracted": "refer>contracted",
        },
        "bank_officer": {"listed": "claim>listed"},
        "bank_manager": {
            "listed": "claim>listed",
            "referred": "sign>contracted",
            "contracted": "sign>contracted",
        },
        "system": {
            "posted": "expire>expired",
            "returned": "expire>expired",
            "verified": "expire>expired restore>referred",
            "listed": "expire>expired",
            "referred": "reopen>verified",
            "contracted": "close>closed",
        },
    },
    "referral": {
        "enterprise": {
            "claimed": "choose>accepted pass_over>released",
            "sent": "withdraw>withdrawn take_elsewhere>transferred",
            "accepted": "withdraw>withdrawn take_elsewhere>transferred",
            "diligence": "withdraw>withdrawn take_elsewhere>transferred",
            "deciding": "withdraw>withdrawn take_elsewhere>transferred",
            "approved": "withdraw>withdrawn take_elsewhere>transferred",
        },
        "bureau_officer": {
            "claimed": "merge>merged",
            "sent": "recall>withdrawn merge>merged",
            "accepted": "merge>merged",
            "diligence": "merge>merged",
            "deciding": "merge>merged",
        },
        "bank_officer": {
            "claimed": "release>released",
            "sent": "accept>accepted decline>declined",
            "accepted": "start_diligence>diligence decline>declined",
            "diligence": "submit>deciding",
            "declined": "undo>sent undo_accepted>accepted",
        },
        "bank_manager": {
            "claimed": "release>released",
            "declined": "undo>sent undo_accepted>accepted",
            "sent": "accept>accepted decline>declined assign>sent",
            "accepted": "start_diligence>diligence decline>declined assign>accepted terminate>terminated",
            "diligence": "submit>deciding assign>diligence terminate>terminated",
            "deciding": "return>diligence approve>approved refuse>refused assign>deciding terminate>terminated",
            "approved": "sign>signed assign>approved terminate>terminated",
            "signed": "sign>signed assign>signed",
        },
        "system": {
            "claimed": "pass_over>released lapse>lapsed",
            "sent": "lapse>lapsed",
            "approved": "lapse>lapsed",
        },
    },
    "turn": {
        "enterprise": {"with_firm": "answer>with_bank"},
        **{
            role: {
                "with_bank": "ask_firm>with_firm await_third>with_third",
                "with_firm": "resume>with_bank",
                "with_third": "resume>with_bank",
            }
            for role in BOTH_BANK
        },
        "system": {"with_bank": "stop>stopped", "with_firm": "stop>stopped", "with_third": "stop>stopped"},
    },
    "decision": {
        "enterprise": {"approved": "turn_down>turned_down"},
        "bank_officer": {"draft": "amend>draft submit>submitted discard>discarded"},
        "bank_manager": {
            "draft": "amend>draft submit>submitted discard>discarded",
            "submitted": "return>draft approve>approved refuse>refused",
            "approved": "revoke>revoked",
        },
        "system": {"draft": "discard>discarded", "submitted": "discard>discarded", "approved": "lapse>lapsed"},
    },
    "signing": {
        "enterprise": {"offered": "sign>firm_signed turn_down>turned_down", "firm_signed": "turn_down>turned_down"},
        "bank_officer": {"drafted": "amend>drafted offer>offered discard>discarded", "offered": "take_back>drafted"},
        "bank_manager": {
            "drafted": "amend>drafted offer>offered discard>discarded",
            "offered": "take_back>drafted",
            "firm_signed": "countersign>signed revoke>revoked",
        },
        "system": {"drafted": "discard>discarded", "offered": "lapse>lapsed", "firm_signed": "lapse>lapsed"},
    },
    "batch": {
        "bureau_officer": {
            "draft": "fill>draft strike>draft test>draft freeze>frozen discard>discarded",
            "frozen": "restate>frozen record_outcome>frozen",
        },
    },
    "allocation": {
        "bureau_officer": {
            "draft": "ask>solving wish>draft discard>discarded",
            "solving": "ask>solving",
            "solved": "ask>solving wish>draft freeze>frozen discard>discarded",
        },
        "system": {"solving": "tell>solved fail>draft"},
    },
    "policy": {
        "finance_office_city": {"proposed": "adopt>adopted set_aside>set_aside", "adopted": "withdraw>withdrawn"},
    },
    "sample": {
        "finance_office_city": {
            "frozen": "draw>drawn set_aside>set_aside",
            "drawn": "answer>drawn close>closed set_aside>set_aside",
        },
    },
    "slip": {
        "bank_officer": {"draft": "refresh>draft make>made", "checked": "return>returned"},
        "bank_manager": {
            "draft": "refresh>draft make>made",
            "made": "send_back>draft check>checked",
            "checked": "return>returned",
        },
    },
    "event": {
        "bureau_officer": {"open": "invite>open enter>open strike>open", "frozen": "enter_late>frozen"},
        "system": {"open": "freeze>frozen"},
    },
    "product_version": {
        "bank_officer": {"draft": "amend>draft submit>submitted discard>discarded"},
        "bank_manager": {
            "draft": "amend>draft submit>submitted discard>discarded",
            "submitted": "return>draft publish>published",
            "published": "retire>retired",
        },
        "system": {"published": "supersede>superseded"},
    },
}

FINALS = {
    "enterprise": {"closed"},
    "need": {"closed", "withdrawn", "expired", "merged", "discarded"},
    "referral": {
        *("signed", "refused", "withdrawn", "transferred", "released", "terminated", "lapsed", "merged"),
    },
    "turn": {"stopped"},
    "decision": {"refused", "discarded", "turned_down", "revoked", "lapsed"},
    "signing": {"signed", "discarded", "turned_down", "revoked", "lapsed"},
    "product_version": {"superseded", "retired", "discarded"},
    "batch": {"frozen", "discarded"},
    "event": {"frozen"},
    "allocation": {"frozen", "discarded"},
    "policy": {"set_aside", "withdrawn"},
    "sample": {"closed", "set_aside"},
    "slip": {"returned"},
}

TABLES = list(LIFECYCLES.values())
EVERY_STAND = [
    pytest.param(table, state, role, id=f"{table.name}-{state}-{role or 'nobody'}")
    for table in TABLES
    for state, role in itertools.product(table.states, (*table.roles, *STRANGERS))
]


def allowed(table: TransitionTable, state: str, role: str) -> dict[str, str]:
    """Action → next state, from the list above."""
    moves = ALLOWED[table.name].get(role, {}).get(state, "").split()
    return dict(move.split(">") for move in moves)


@pytest.mark.parametrize(("table", "state", "role"), EVERY_STAND)
def test_every_move_is_allowed_or_refused_as_listed(table: TransitionTable, state: str, role: str) -> None:
    listed = allowed(table, state, role)
    assert {action: table.move(state, action, role) for action in listed} == listed
    for action in table.actions:
        if action not in listed:
            check_refused(table, state, action, role, set(listed))


def check_refused(table: TransitionTable, state: str, action: str, role: str, instead: set[str]) -> None:
    """The move is refused, naming what could be done instead, in words without gaps in both languages."""
    with pytest.raises(Refusal) as refused:
        table.move(state, action, role)
    named = str(refused.value.reason.params.get("instead_words", "")).split()
    assert set(named) == {f"action_{table.name}_{other}" for other in instead}
    for reason, language in itertools.product(refused.value.reasons, LANGUAGES):
        assert not {"_", "{"} & set(explain(reason, language)), "a code without words"


def test_how_many_moves_there_are() -> None:
    """So that a table emptied by mistake cannot pass: moves allowed, and all there are to try."""
    tried = sum(len(t.states) * len(t.actions) * (len(t.roles) + len(STRANGERS)) for t in TABLES)
    assert (sum(len(table.moves) for table in TABLES), tried) == (207, 6028)


@pytest.mark.parametrize("table", TABLES, ids=LIFECYCLES)
def test_the_list_names_nothing_the_table_lacks(table: TransitionTable) -> None:
    listed = {
        (state, move.split(">")[0], role)
        for role, states in ALLOWED[table.name].items()
        for state, moves in states.items()
        for move in moves.split()
    }
    assert listed == set(table.moves)


@pytest.mark.parametrize("table", TABLES, ids=LIFECYCLES)
def test_every_state_is_reached_and_the_ends_are_these(table: TransitionTable) -> None:
    reached, before = set(table.initial), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {to for (start, _, _), to in table.moves.items() if start in reached}
    assert reached == set(table.states)
    assert set(table.finals) == FINALS[table.name]


@pytest.mark.parametrize("table", TABLES, ids=LIFECYCLES)
def test_from_every_state_an_end_can_be_reached(table: TransitionTable) -> None:
    ending, before = set(table.finals), set[str]()
    while ending != before:
        before = set(ending)
        ending |= {start for (start, _, _), to in table.moves.items() if to in ending}
    assert ending == set(table.states)


@pytest.mark.parametrize("table", TABLES, ids=LIFECYCLES)
def test_an_approver_can_do_what_an_officer_can(table: TransitionTable) -> None:
    for state in table.states:
        assert set(table.possible(state, "bank_officer")) <= set(table.possible(state, "bank_manager"))


def test_the_firm_can_leave_wherever_nothing_is_signed() -> None:
    """撤回 stands beside every stage up to the contract, and ends there: of withdrawing and signing one wins."""
    for state in ("posted", "returned", "verified", "listed", "referred"):
        assert NEED.may(state, "withdraw", "enterprise")
    for state in ("sent", "accepted", "diligence", "deciding", "approved"):
        assert REFERRAL.may(state, "withdraw", "enterprise")
        assert REFERRAL.may(state, "take_elsewhere", "enterprise")
    assert not NEED.may("contracted", "withdraw", "enterprise")
    assert not REFERRAL.may("signed", "withdraw", "enterprise")
    assert SIGNING.may("firm_signed", "turn_down", "enterprise")
    assert not SIGNING.may("signed", "turn_down", "enterprise")


def test_declining_is_before_diligence_and_refusing_after() -> None:
    declining = {state for state in REFERRAL.states if REFERRAL.may(state, "decline", "bank_officer")}
    assert declining == {"sent", "accepted"}
    assert [state for state in REFERRAL.states if REFERRAL.may(state, "refuse", "bank_manager")] == ["deciding"]


def test_no_bank_role_moves_money_and_no_bureau_role_decides() -> None:
    """No state is called disbursed, and the bureau neither accepts, approves nor signs for a bank."""
    for table in TABLES:
        assert not [name for name in (*table.states, *table.actions) if "disburs" in name or "paid" in name]
    for action in ("accept", "decline", "approve", "refuse", "sign", "terminate"):
        assert not [state for state in REFERRAL.states if REFERRAL.may(state, action, "bureau_officer")]


def test_the_long_way_through() -> None:
    """From a draft to a contract, each step by whoever has the turn."""
    need, referral, signing = "draft", "sent", "drafted"
    for action, role in (("post", "enterprise"), ("verify", "bureau_officer"), ("refer", "enterprise")):
        need = NEED.move(need, action, role)
    for action, role in (
        ("accept", "bank_officer"),
        ("start_diligence", "bank_officer"),
        ("submit", "bank_officer"),
        ("approve", "bank_manager"),
    ):
        referral = REFERRAL.move(referral, action, role)
    for action, role in (("offer", "bank_officer"), ("sign", "enterprise"), ("countersign", "bank_manager")):
        signing = SIGNING.move(signing, action, role)
    ended = (NEED.move(need, "sign", "bank_manager"), REFERRAL.move(referral, "sign", "bank_manager"), signing)
    assert ended == ("contracted", "signed", "signed")
