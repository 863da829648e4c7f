"""A village whose board the tests of this folder hang things on."""

import pytest

from evalapp.units.models import Unit
from tests.support.units import UnitFactory


@pytest.fixture
def village(units: UnitFactory) -> Unit:
    return units.village(units.subdistrict(), "青山村")
