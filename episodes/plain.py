"""Frozen results as JSON and back, by their own annotations."""

import types
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """The value in words that JSON has: fractions become "30000/1001"."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """The value that `to_plain` wrote; ValueError when it does not fit the kind."""
    value: T = _read(kind, plain)
    return value


def _read(kind: Any, plain: Any) -> Any:
    if get_origin(kind) in {Union, types.UnionType}:
        (kind,) = (option for option in get_args(kind) if option is not type(None))
        return None if plain is None else _read(kind, plain)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in _of(list, plain))
    if is_dataclass(kind):
        return _read_dataclass(kind, _of(dict, plain))
    if kind is float:
        return float(_of(int, plain)) if type(plain) is int else _of(float, plain)
    return kind(_of(str, plain)) if kind in {Fraction, Path} or issubclass(kind, Enum) else _of(kind, plain)


def _of(kind: type[T], plain: Any) -> T:
    """The value itself when it is of exactly that kind: JSON's true is no number here."""
    if type(plain) is not kind:
        raise ValueError(f"not {kind.__name__}: {plain!r}")
    return plain


def _read_dataclass(kind: Any, plain: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    if set(plain) != names:
        raise ValueError(f"not the fields of {kind.__name__}")
    return kind(**{name: _read(hints[name], plain[name]) for name in names})
