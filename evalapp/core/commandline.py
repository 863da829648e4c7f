"""What every command shares: the opened platform, refusals as one sentence and exit code 1, lists as text or JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, TypeVar, cast

import click
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from evalapp.core.errors import DomainError
from evalapp.core.platform import Platform
from evalapp.core.settings import BadSettings, read_settings

_NO_DATABASE = "The database does not answer or has no tables yet: `evalapp init` makes them, `evalapp doctor` looks further."

F = TypeVar("F", bound=Callable[..., Any])


def pass_platform(function: F) -> F:
    """Hand the opened platform to a command as its first argument; open it when no entrance did (`flask …`)."""

    @click.pass_context
    @wraps(function)
    def call(context: click.Context, *args: Any, **kwargs: Any) -> Any:
        platform = context.find_object(Platform)
        with plain_refusals():
            if platform is None:
                platform = Platform.open(read_settings())
                context.call_on_close(platform.close)
            return context.invoke(function, platform, *args, **kwargs)

    return cast("F", call)


class _NotKept(Exception):  # noqa: N818  it is no failure: a dry run ends so
    """Ends a dry run, so that its transaction is rolled back."""


@contextmanager
def keeping(platform: Platform, *, dry_run: bool) -> Iterator[Session]:
    """Open a transaction that is kept, or after a dry run rolled back."""
    with suppress(_NotKept), platform.transaction() as session:
        yield session
        if dry_run:
            raise _NotKept


class Refused(click.ClickException):
    """A refusal on the command line: one plain sentence, exit code 1 (wrong usage is 2)."""

    exit_code = 1


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Say refusals, bad settings and files that cannot be reached in one sentence each."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise Refused(_NO_DATABASE) from error
    except DomainError as error:
        said = (
            _NO_DATABASE if isinstance(error.__cause__, OperationalError | ProgrammingError) else str(error)
        )
        raise Refused(said) from error
    except BrokenPipeError:  # whoever read the list has seen enough: click ends without a word
        raise
    except BadSettings as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename or 'a file'}: {error.strerror or error}") from error


class Commands(click.Group):
    """A group whose commands end with a plain sentence when a service refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        with plain_refusals():
            return super().invoke(ctx)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def print_rows(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print a list: one line a row, or one JSON array."""
    listed = [dict(row) for row in rows]
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, default=str, indent=2))
        return
    for row in listed:
        click.echo("  ".join(str(value) for value in row.values()))


def print_fact(fact: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line a field, or one JSON object."""
    if as_json:
        click.echo(json.dumps(dict(fact), ensure_ascii=False, default=str, indent=2))
        return
    for name, value in fact.items():
        click.echo(f"{name}: {value}")
