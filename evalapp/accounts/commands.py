"""The `evalapp staff` commands, and the proof of a person on the command line."""

from datetime import timedelta

import click
from sqlalchemy import select

from evalapp.accounts import queries, sealing, totp
from evalapp.accounts.models import Enrolment, Role, StaffMember
from evalapp.accounts.services import desk_sign_in
from evalapp.accounts.services import staff as services
from evalapp.core.commandline import (
    Commands,
    Refused,
    json_option,
    pass_platform,
    print_fact,
    print_rows,
)
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.platform import Platform

_ROLES = click.Choice([role.value for role in Role])
_NETWORK = "the command line"


@click.group("staff", cls=Commands)
def group() -> None:
    """Staff accounts: add them, change their role, help with a lost second factor."""


@group.command("add")
@click.argument("login")
@click.option("--role", type=_ROLES, required=True, help="What the person may do.")
@click.option("--post", required=True, help="The post, never a name: 评议办 审核岗.")
@json_option
@pass_platform
def add(platform: Platform, login: str, *, role: str, post: str, as_json: bool) -> None:
    """Make an account and print its one-time password."""
    with platform.transaction() as session:
        made = services.add(
            session, login=login, post=post, role=Role(role), wait=_wait(platform), actor=SYSTEM
        )
    print_fact({"login": made.login, "role": role, "one_time_password": made.password}, as_json=as_json)


@group.command("role")
@click.argument("login")
@click.argument("role", type=_ROLES)
@pass_platform
def change_role(platform: Platform, login: str, role: str) -> None:
    """Give an account another role; it is signed out everywhere."""
    with platform.transaction() as session:
        staff = queries.staff_by_login(session, login)
        services.change_role(session, staff.id, role=Role(role), wait=_wait(platform), actor=SYSTEM)
    click.echo(f"{login}: {role}")


@group.command("reset-totp")
@click.argument("login")
@json_option
@pass_platform
def reset_totp(platform: Platform, login: str, *, as_json: bool) -> None:
    """Take an account's second factor away and print a one-time password for setting up a new one.

    On the desk this takes two administrators; here it is in the hands of whoever holds the machine, and in the record.
    """
    with platform.transaction() as session:
        staff = queries.staff_by_login(session, login)
        made = services.reset_totp(session, staff.id, wait=_wait(platform), actor=SYSTEM)
    print_fact({"login": made.login, "one_time_password": made.password}, as_json=as_json)


@group.command("list")
@json_option
@pass_platform
def list_(platform: Platform, *, as_json: bool) -> None:
    """List the accounts."""
    with platform.session() as session:
        rows = [
            {
                "login": staff.login,
                "role": staff.role.value,
                "post": staff.post,
                "state": "disabled" if staff.disabled_at else "new" if staff.password_is_once else "in use",
            }
            for staff in queries.staff_members(session)
        ]
    print_rows(rows, as_json=as_json)


@group.command("code")
@click.argument("login")
@pass_platform
def code(platform: Platform, login: str) -> None:
    """Print the present code of an account's authenticator, or of the enrolment that is under way. Development only."""
    if platform.settings.is_production:
        raise Refused("codes are printed in development only")
    with platform.session() as session:
        staff = queries.staff_by_login(session, login)
        secret = _secret(platform, staff)
        if secret is None:
            begun = session.scalar(
                select(Enrolment)
                .where(Enrolment.staff_id == staff.id, Enrolment.used_at.is_(None))
                .order_by(Enrolment.created_at.desc(), Enrolment.id)
                .limit(1)
            )
            if begun is None:
                raise Refused(f"{login} has no authenticator yet: sign in with the one-time password first")
            secret = desk_sign_in.enrolment_secret(platform.keys, begun)
    click.echo(totp.current(secret))


def proven_person(platform: Platform, login: str) -> Actor:
    """Ask for a person's own password and code and return them as the one who acts. Raises a refusal."""
    password = click.prompt(f"Password of {login}", hide_input=True, err=True)
    typed = click.prompt(f"Authenticator code of {login}", err=True)
    with platform.transaction() as session:
        attempt_id = desk_sign_in.count_attempt(session, platform.keys, login=login, network=_NETWORK)
    with platform.session() as session:
        proven = desk_sign_in.check_password(session, attempt_id, login=login, password=password)
    with platform.transaction() as session:
        return desk_sign_in.actor_of(desk_sign_in.prove(session, platform.keys, proven, code=typed))


def _secret(platform: Platform, staff: StaffMember) -> str | None:
    if staff.sealed_totp is None:
        return None
    return sealing.unseal(platform.keys.service("totp"), staff.sealed_totp, bound_to=str(staff.id))


def _wait(platform: Platform) -> timedelta:
    return timedelta(hours=platform.settings.two_person_wait_hours)
