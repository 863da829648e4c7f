"""The shapes of the intake: what a unit's system hands in, and what it is answered."""

from typing import Any

from pydantic import Field

from evalapp.opendata.catalogue.shapes import Shape


class Batch(Shape):
    """Each event: `id`, `case`, `item`, `kind`, `occurred_at`, and what its kind says (docs/intake.md)."""

    batch: str = Field(min_length=1, max_length=80)
    events: list[Any] = Field(max_length=10_000)


class RefusedItem(Shape):
    index: int
    code: str
    detail: str


class BatchAnswer(Shape):
    accepted: int
    duplicate: int
    refused: list[RefusedItem]
