"""Imports every slice's models so that the metadata is whole; migrations and tests start here."""

from matchmaking.delivery.agreements import models as _agreements  # noqa: F401
from matchmaking.delivery.audits import models as _audits  # noqa: F401
from matchmaking.delivery.decisions import models as _decisions  # noqa: F401
from matchmaking.delivery.disbursements import models as _disbursements  # noqa: F401
from matchmaking.delivery.findings import models as _findings  # noqa: F401
from matchmaking.delivery.flags import models as _flags  # noqa: F401
from matchmaking.delivery.repayments import models as _repayments  # noqa: F401
from matchmaking.delivery.signings import models as _signings  # noqa: F401
from matchmaking.delivery.slips import models as _slips  # noqa: F401
from matchmaking.delivery.statements import models as _statements  # noqa: F401
from matchmaking.desks.curves import models as _curves  # noqa: F401
from matchmaking.desks.gatherings import models as _gatherings  # noqa: F401
from matchmaking.desks.standings import models as _standings  # noqa: F401
from matchmaking.foundation.access import reading as _reading  # noqa: F401
from matchmaking.foundation.files import models as _files  # noqa: F401
from matchmaking.foundation.jobs import models as _jobs  # noqa: F401
from matchmaking.foundation.storage import idempotency  # noqa: F401
from matchmaking.foundation.trail import models as _trail  # noqa: F401
from matchmaking.market.allocations import models as _allocations  # noqa: F401
from matchmaking.market.batches import models as _batches  # noqa: F401
from matchmaking.market.events import models as _events  # noqa: F401
from matchmaking.market.matches import models as _matches  # noqa: F401
from matchmaking.market.needs import models as _needs  # noqa: F401
from matchmaking.market.policies import models as _policies  # noqa: F401
from matchmaking.market.products import models as _products  # noqa: F401
from matchmaking.market.referrals import models as _referrals  # noqa: F401
from matchmaking.oversight.lines import models as _lines  # noqa: F401
from matchmaking.oversight.periods import models as _periods  # noqa: F401
from matchmaking.oversight.reports import models as _reports  # noqa: F401
from matchmaking.oversight.samples import models as _samples  # noqa: F401
from matchmaking.registry.accounts import models as _accounts  # noqa: F401
from matchmaking.registry.consents import models as _consents  # noqa: F401
from matchmaking.registry.enterprises import models as _enterprises  # noqa: F401
from matchmaking.registry.organisations import models as _organisations  # noqa: F401
from matchmaking.registry.portfolios import models as _portfolios  # noqa: F401
from matchmaking.support.awards import models as _awards  # noqa: F401
