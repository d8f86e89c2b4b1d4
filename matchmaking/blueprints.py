"""The list of blueprints, in the order of the house."""

from __future__ import annotations

from flask import Flask

from matchmaking.api.views import api
from matchmaking.delivery.decisions.views import decisions, my_lines
from matchmaking.delivery.disbursements.views import bank_agreements, bank_reports, loans
from matchmaking.delivery.findings.views import findings
from matchmaking.delivery.flags.views import asked, flags
from matchmaking.delivery.repayments.views import bank_repayments
from matchmaking.delivery.signings.views import bank_papers, papers
from matchmaking.delivery.slips.views import bank_slips, reporting
from matchmaking.delivery.statements.views import statements
from matchmaking.desks.bureau.views import bureau_desk
from matchmaking.desks.curves.views import curves
from matchmaking.desks.firm.views import firm_desk
from matchmaking.desks.front.views import front
from matchmaking.desks.gatherings.views import gatherings
from matchmaking.desks.letter.views import letter
from matchmaking.desks.office.views import office
from matchmaking.desks.operator.views import operator_desk
from matchmaking.desks.public.views import public_desk
from matchmaking.desks.standings.views import standings
from matchmaking.desks.thread.views import thread
from matchmaking.desks.whatif.views import bank_fit, gaps_desk
from matchmaking.market.allocations.views import allocations
from matchmaking.market.batches.views import batches
from matchmaking.market.events.views import events
from matchmaking.market.matches.runs.views import match_runs
from matchmaking.market.matches.views import matches
from matchmaking.market.needs.views import bureau_needs, needs
from matchmaking.market.products.views import bank_products, products
from matchmaking.market.referrals.views import bank_referrals, bureau_referrals, referrals
from matchmaking.oversight.learning.views import policies
from matchmaking.oversight.lines.views import lines
from matchmaking.oversight.periods.views import periods
from matchmaking.oversight.reports.views import reports
from matchmaking.oversight.samples.views import samples
from matchmaking.registry.accounts.views import accounts
from matchmaking.registry.consents.views import consents
from matchmaking.registry.enterprises.views import enterprises
from matchmaking.support.awards.views import awards


def register_blueprints(app: Flask) -> None:
    """Hang every slice's pages on ``app``."""
    registry = (accounts, enterprises, consents)
    market = (
        needs,
        bureau_needs,
        products,
        bank_products,
        matches,
        match_runs,
        referrals,
        bank_referrals,
        bureau_referrals,
    )
    delivery = (
        decisions,
        my_lines,
        bank_papers,
        papers,
        bank_agreements,
        bank_reports,
        bank_slips,
        reporting,
        bank_repayments,
        loans,
        statements,
        findings,
        flags,
        asked,
    )
    for blueprint in (
        *registry,
        *market,
        batches,
        allocations,
        events,
        *delivery,
        awards,
        policies,
        lines,
        periods,
        samples,
        reports,
        office,
        gatherings,
        curves,
        standings,
        letter,
        front,
        firm_desk,
        thread,
        bank_fit,
        gaps_desk,
        operator_desk,
        bureau_desk,
        public_desk,
        api,
    ):
        app.register_blueprint(blueprint)
