"""Every table of the application, imported so that migrations and tests see one complete schema."""

from evalapp.accounts import models as accounts
from evalapp.approvals import models as approvals
from evalapp.audit import models as audit
from evalapp.ballots import models as ballots
from evalapp.comments import models as comments
from evalapp.core import calendar
from evalapp.core.base import Base
from evalapp.core.jobs import models as jobs
from evalapp.disclosures import models as disclosures
from evalapp.notifications import models as notifications
from evalapp.pledges import models as pledges
from evalapp.portal import models as portal
from evalapp.powers import models as powers
from evalapp.programme import models as programme
from evalapp.results import models as results
from evalapp.retention import models as retention
from evalapp.supervision import models as supervision
from evalapp.units import models as units

DOMAINS = (
    accounts,
    approvals,
    audit,
    ballots,
    calendar,
    comments,
    disclosures,
    jobs,
    notifications,
    pledges,
    powers,
    portal,
    programme,
    results,
    retention,
    supervision,
    units,
)
METADATA = Base.metadata
