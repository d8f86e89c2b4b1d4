"""Imports every slice's models so that the metadata is whole; migrations and tests start here."""

from matchmaking.delivery.agreements import models as _agreements  # noqa: F401
from matchmaking.delivery.audits import models as _audits  # noqa: F401
from matchmaking.delivery.disbursements import models as _disbursements  # noqa: F401
from matchmaking.delivery.findings import models as _findings  # noqa: F401
from matchmaking.delivery.repayments import models as _repayments  # noqa: F401
from matchmaking.delivery.statements import models as _statements  # noqa: F401
from matchmaking.foundation.storage import idempotency  # noqa: F401
from matchmaking.registry.portfolios import models as _portfolios  # noqa: F401
