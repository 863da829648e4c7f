"""What is kept how long, and what was removed: for those who audit and those who administrate."""

from datetime import timedelta

from flask import Blueprint, render_template

from evalapp.core.permissions import Permission
from evalapp.retention import queries
from evalapp.retention.table import RULES
from evalapp.web.access import requires
from evalapp.web.context import db
from evalapp.web.i18n import _, ngettext

blueprint = Blueprint("retention", __name__, url_prefix="/desk/retention")


@blueprint.get("")
@requires(Permission.SEE_RETENTION)
def index() -> str:
    """The table that the job works by, with what each rule removed; counts alone, as in the record."""
    return render_template(
        "console/retention/index.html",
        rules=RULES,
        names={rule.name: _(rule.what) for rule in RULES},
        removed=queries.of_the_month(db.session),
        newest=queries.newest(db.session),
        how_long=_how_long,
    )


def _how_long(keep: timedelta) -> str:
    if not keep:
        return _("当时")
    if keep < timedelta(days=2):
        hours = int(keep.total_seconds() // 3600)
        return ngettext("%(num)s 小时", "%(num)s hours", hours)
    return ngettext("%(num)s 天", "%(num)s days", keep.days)
