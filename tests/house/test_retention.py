"""Every table has a term, or a reason to have none."""

from evalapp.retention.kept import KEPT
from evalapp.retention.table import RULES
from evalapp.schema import METADATA


def unnamed(tables: set[str]) -> set[str]:
    """Tables that no rule names and no reason keeps."""
    return tables - {name for rule in RULES for name in rule.tables} - KEPT.keys()


def test_every_table_has_a_term_or_a_reason() -> None:
    assert unnamed(set(METADATA.tables)) == set()


def test_a_table_that_nobody_thought_of_is_noticed() -> None:
    """The planted defect: a new table."""
    assert unnamed({"visitors", "vault"}) == {"visitors"}


def test_what_is_named_is_there_and_named_once() -> None:
    ruled = {name for rule in RULES for name in rule.tables}
    assert (ruled | KEPT.keys()) <= set(METADATA.tables)
    assert not ruled & KEPT.keys()
    assert len({rule.name for rule in RULES}) == len(RULES)
