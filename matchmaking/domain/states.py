"""The lifecycles people set: a firm, a need, a referral, whose turn it is, a decision, a signing, a product's version,
a list of recommended firms, a plan over one, a meeting's sign-in sheet, weights of matching that were fitted, a sample
of loans to ask about, a bank's monthly slip.

What the world sets (awaiting, partly paid, overdue) is not here: it is derived from facts and a day
(``conversion/stages.py``). No state says "disbursed": agreed is not paid. Of the stages of a case, 草稿 to 已核实 are
the need's, 已推送 to 已签借款合同 the referral's, and from 落实条件 on they are derived. Roles are those of accounts;
``system`` is a timed job, or the consequence of another command in the same unit of work.

What a table cannot say and commands must: that maker and checker differ, that a consent is open, that a reason is coded
(``declines.py``), that a line or quota is not exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping

from matchmaking.domain.transitions import TransitionTable

FIRM, BUREAU, OFFICER, MANAGER, SYSTEM = "enterprise", "bureau_officer", "bank_officer", "bank_manager", "system"
OFFICE = "finance_office_city"
BANK = f"{OFFICER} {MANAGER}"
HELPED = f"{FIRM} {BUREAU}"
"""The firm, or the bureau entering for a firm without a phone (代录) or pushing with the firm's consent."""

ENTERPRISE = TransitionTable.of(
    "enterprise",
    "waiting",
    # figures change every year and leave the verdict standing; code, county, legal form and industry do not
    ("waiting verified returned", "update", HELPED, "="),
    ("waiting verified returned", "change_identity", HELPED, "waiting"),
    ("waiting", "verify", BUREAU, "verified"),
    # a verified firm may turn out not to be what it said
    ("waiting verified", "return", BUREAU, "returned"),
    # 注销: the firm ended; what it did stays
    ("waiting verified returned", "close", BUREAU, "closed"),
)
"""企业登记: it waits, is verified or sent back by the bureau, and waits again when the firm's identity changes."""

NEED = TransitionTable.of(
    "need",
    "draft",
    ("draft returned", "amend", HELPED, "="),
    ("draft", "post", HELPED, "posted"),
    ("draft", "discard", HELPED, "discarded"),
    ("posted verified", "take_back", FIRM, "draft"),
    ("posted", "verify", BUREAU, "verified"),
    ("posted verified", "return", BUREAU, "returned"),
    ("returned", "post", HELPED, "posted"),
    # an open need, anonymised, that eligible banks may claim; the firm chooses by a referral
    ("verified", "list", FIRM, "listed"),
    ("listed", "unlist", FIRM, "verified"),
    ("listed", "claim", BANK, "="),
    ("verified listed", "refer", HELPED, "referred"),
    # one need, several banks: beside the first, or after a decline, nothing typed again
    ("referred contracted", "refer", HELPED, "="),
    # every referral has ended without a signing
    ("referred", "reopen", SYSTEM, "verified"),
    # the last bank took its decline back at once
    ("verified", "restore", SYSTEM, "referred"),
    # a contract of one of its referrals: from here the need cannot be withdrawn, so of withdrawing and signing one wins
    ("referred", "sign", MANAGER, "contracted"),
    ("contracted", "sign", MANAGER, "="),
    ("contracted", "close", f"{FIRM} {SYSTEM}", "closed"),
    ("posted returned verified listed referred", "withdraw", FIRM, "withdrawn"),
    ("posted returned verified listed", "expire", SYSTEM, "expired"),
    ("posted verified listed referred", "merge", BUREAU, "merged"),
)
"""需求. ``closed`` is the firm's word that it has what it needs, or the job's when money covers the amount."""

REFERRAL = TransitionTable.of(
    "referral",
    "sent claimed",
    ("claimed", "choose", FIRM, "accepted"),
    ("claimed", "pass_over", f"{FIRM} {SYSTEM}", "released"),
    ("claimed", "release", BANK, "released"),
    ("sent", "accept", BANK, "accepted"),
    # 不予受理 is said before diligence, 未获批 after the manager has decided
    ("sent accepted", "decline", BANK, "declined"),
    # a slip of the finger: within minutes, while nobody has acted on it, and back to where it stood
    ("declined", "undo", BANK, "sent"),
    ("declined", "undo_accepted", BANK, "accepted"),
    ("accepted", "start_diligence", BANK, "diligence"),
    ("diligence", "submit", BANK, "deciding"),
    ("deciding", "return", MANAGER, "diligence"),
    ("deciding", "approve", MANAGER, "approved"),
    ("deciding", "refuse", MANAGER, "refused"),
    ("approved", "sign", MANAGER, "signed"),
    # several agreements may stand under one line
    ("signed", "sign", MANAGER, "="),
    ("sent accepted diligence deciding approved signed", "assign", MANAGER, "="),
    ("sent accepted diligence deciding approved", "withdraw", FIRM, "withdrawn"),
    ("sent accepted diligence deciding approved", "take_elsewhere", FIRM, "transferred"),
    ("sent", "recall", BUREAU, "withdrawn"),
    ("accepted diligence deciding approved", "terminate", MANAGER, "terminated"),
    # what has begun never lapses by itself: it stalls, in plain sight
    ("claimed sent approved", "lapse", SYSTEM, "lapsed"),
    ("claimed sent accepted diligence deciding", "merge", BUREAU, "merged"),
)
"""需求推送单: one need at one bank. ``assign`` gives it to an officer or to another branch of the same bank."""

TURN = TransitionTable.of(
    "turn",
    "with_bank",
    ("with_bank", "ask_firm", BANK, "with_firm"),
    ("with_bank", "await_third", BANK, "with_third"),
    ("with_firm", "answer", FIRM, "with_bank"),
    ("with_firm with_third", "resume", BANK, "with_bank"),
    ("with_bank with_firm with_third", "stop", SYSTEM, "stopped"),
)
"""Whose turn it is on a referral. The bank's clock runs in ``with_bank`` only; leaving it needs a coded reason."""

DECISION = TransitionTable.of(
    "decision",
    "draft",
    ("draft", "amend", BANK, "="),
    ("draft", "submit", BANK, "submitted"),
    ("draft", "discard", BANK, "discarded"),
    ("submitted", "return", MANAGER, "draft"),
    ("submitted", "approve", MANAGER, "approved"),
    ("submitted", "refuse", MANAGER, "refused"),
    # the firm withdrew the referral meanwhile
    ("draft submitted", "discard", SYSTEM, "discarded"),
    ("approved", "turn_down", FIRM, "turned_down"),
    ("approved", "revoke", MANAGER, "revoked"),
    ("approved", "lapse", SYSTEM, "lapsed"),
)
"""授信: the bank's word, never a signing. ``approved`` and ``refused`` alike are decisions of record."""

SIGNING = TransitionTable.of(
    "signing",
    "drafted",
    ("drafted", "amend", BANK, "="),
    ("drafted", "offer", BANK, "offered"),
    ("drafted", "discard", BANK, "discarded"),
    # the line it was drafted under is over
    ("drafted", "discard", SYSTEM, "discarded"),
    ("offered", "take_back", BANK, "drafted"),
    ("offered", "sign", FIRM, "firm_signed"),
    ("firm_signed", "countersign", MANAGER, "signed"),
    ("offered firm_signed", "turn_down", FIRM, "turned_down"),
    ("firm_signed", "revoke", MANAGER, "revoked"),
    ("offered firm_signed", "lapse", SYSTEM, "lapsed"),
)
"""A paper on its way to two signatures; ``signed`` is the moment the agreement is recorded as a fact."""

PRODUCT_VERSION = TransitionTable.of(
    "product_version",
    "draft",
    ("draft", "amend", BANK, "="),
    ("draft", "submit", BANK, "submitted"),
    ("draft", "discard", BANK, "discarded"),
    ("submitted", "return", MANAGER, "draft"),
    ("submitted", "publish", MANAGER, "published"),
    ("published", "supersede", SYSTEM, "superseded"),
    ("published", "retire", MANAGER, "retired"),
)
"""A version of a product, or of a bank's published lists (三张清单): once published, never amended, only followed."""

BATCH = TransitionTable.of(
    "batch",
    "draft",
    ("draft", "fill", BUREAU, "="),
    ("draft", "strike", BUREAU, "="),
    ("draft", "test", BUREAU, "="),
    ("draft", "freeze", BUREAU, "frozen"),
    ("draft", "discard", BUREAU, "discarded"),
    # beside the frozen list, never in it
    ("frozen", "restate", BUREAU, "="),
    ("frozen", "record_outcome", BUREAU, "="),
)
"""推荐批次: frozen once, by hand; from then on its members, amounts and hash never change."""

ALLOCATION = TransitionTable.of(
    "allocation",
    "draft",
    ("draft solved", "ask", BUREAU, "solving"),
    # its worker was lost: the command sees to it that nothing runs any more
    ("solving", "ask", BUREAU, "="),
    ("solving", "tell", SYSTEM, "solved"),
    # pinned pairs that cannot all stand, or nothing to match with
    ("solving", "fail", SYSTEM, "draft"),
    # what was found before the wish is no answer any more
    ("draft solved", "wish", BUREAU, "draft"),
    ("solved", "freeze", BUREAU, "frozen"),
    ("draft solved", "discard", BUREAU, "discarded"),
)
"""分配方案: solved in the background, steered by pinned and forbidden pairs, solved again, frozen once by hand."""

EVENT = TransitionTable.of(
    "event",
    "open",
    ("open", "invite", BUREAU, "="),
    ("open", "enter", BUREAU, "="),
    ("open", "strike", BUREAU, "="),
    # three workdays after the meeting
    ("open", "freeze", SYSTEM, "frozen"),
    ("frozen", "enter_late", BUREAU, "="),
)
"""A meeting's sign-in sheet. ``enter_late`` is 补录: kept apart, never counted in the frozen cohort."""

POLICY = TransitionTable.of(
    "policy",
    "proposed",
    ("proposed", "adopt", OFFICE, "adopted"),
    ("proposed", "set_aside", OFFICE, "set_aside"),
    ("adopted", "withdraw", OFFICE, "withdrawn"),
)
"""Weights of matching fitted on money really disbursed: proposed by a fit, taken into force by people only."""

SAMPLE = TransitionTable.of(
    "sample",
    "frozen",
    # the seed comes after the list, from somebody else
    ("frozen", "draw", OFFICE, "drawn"),
    ("drawn", "answer", OFFICE, "="),
    ("drawn", "close", OFFICE, "closed"),
    ("frozen drawn", "set_aside", OFFICE, "set_aside"),
)
"""抽样核查: the list is frozen, drawn from by a seed published afterwards, asked about by telephone, and evaluated."""

SLIP = TransitionTable.of(
    "slip",
    "draft",
    ("draft", "refresh", BANK, "="),
    ("draft", "make", BANK, "made"),
    # the checker is another person than the maker; the command looks at that
    ("made", "send_back", MANAGER, "draft"),
    ("made", "check", MANAGER, "checked"),
    ("checked", "return", BANK, "returned"),
)
"""对账确认单: drawn up from the records, made by one person, checked by another, back with its seal."""

LIFECYCLES: Mapping[str, TransitionTable] = {
    table.name: table
    for table in (
        ENTERPRISE,
        NEED,
        REFERRAL,
        TURN,
        DECISION,
        SIGNING,
        PRODUCT_VERSION,
        BATCH,
        ALLOCATION,
        EVENT,
        POLICY,
        SAMPLE,
        SLIP,
    )
}
"""Every table by name."""
