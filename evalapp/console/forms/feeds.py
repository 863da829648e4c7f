"""What the office fills in about the systems that units connect."""

from collections.abc import Sequence

from wtforms import SelectField
from wtforms.validators import InputRequired

from evalapp.units.models import Unit
from evalapp.web.formbase import Form, of_district, to_choose
from evalapp.web.i18n import _l


class KeyForm(Form):
    unit = SelectField(
        _l("单位"),
        description=_l("已有钥匙的单位：旧的再用七天，好换上新的。"),
        validators=[InputRequired(_l("请选单位。"))],
    )

    def offer(self, units: Sequence[Unit]) -> None:
        """Offer the units that are open."""
        self.unit.choices = to_choose(
            of_district(unit.slug, unit.name) for unit in units if unit.closed_at is None
        )
