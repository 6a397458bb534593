"""`flask staff` lists the people; `flask staff add|change|disable|enable|password|totp|sessions NAME` changes one.

Passwords and secrets of authenticator apps are made here, printed once, and stored as a hash or sealed. The first admin
is added this way; every command is in the audit log under the account that is logged in on this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from ivr.config.flask_commands import Load
from ivr.console.command_base import Group, LineAccess, Refused, line_access
from ivr.engine.secrets import Sealer
from ivr.handover.summary_views import logged_in_account
from ivr.staff import people, sessions
from ivr.staff.credentials import OWASP, Credentials, new_password, new_totp_secret, totp_uri
from ivr.staff.people import Person, WrongPerson
from ivr.staff.roles import LANGUAGES, ROLES, TOPICS
from ivr.staff.sign_in import SignIn
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence

OPTIONS = (
    click.option("--name", help="as colleagues call the person"),
    click.option("--role", type=click.Choice(ROLES), help="what the person may do"),
    click.option("--wallet", "wallets", multiple=True, help="whose calls the person sees; once for each wallet"),
    click.option("--language", "languages", multiple=True, help=f"{' or '.join(LANGUAGES)}; both without this option"),
    click.option("--topic", "topics", multiple=True, help=f"of {', '.join(TOPICS)}; all without this option"),
    click.option("--address", help="where the person is rung: +…, client:NAME, sip:…, or byoc:BY…/+…"),
)


def staff_group(load: Load) -> click.Group:
    """`flask staff`."""

    @click.group("staff", cls=Group, invoke_without_command=True, help="The people who sign in at the desk.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            _list(load)

    group.command("list", help="Everybody, with role, wallets and address.")(lambda: _list(load))
    for add_to in (_add_and_change, _disable_and_enable, _secrets, _sessions):
        add_to(group, load)
    return group


def _list(load: Load) -> None:
    with line_access(load) as line, begin_read(line.engine) as conn:
        found = people.everybody(conn)
    for one in found:
        parts = (one.role, ",".join(one.wallets), ",".join(one.languages), ",".join(one.topics), one.address or "-")
        click.echo(f"{one.id}  {one.name}: {'  '.join(parts)}{'  DISABLED' if one.disabled else ''}")
    if not found:
        click.echo("nobody yet; add the first admin: flask staff add NAME --name … --role admin --wallet …")


def _add_and_change(group: click.Group, load: Load) -> None:
    @group.command("add", help="Add NAME, the name for signing in; the password is printed once.")
    @click.argument("id", metavar="NAME")
    @_with_options
    def add(id: str, **given: Any) -> None:
        missing = [option for option in ("name", "role", "wallets") if not given[option]]
        if missing:
            raise Refused(f"--{missing[0].removesuffix('s')} is missing; write it")
        person = Person(id, **{name: value for name, value in given.items() if value})
        password = new_password()
        hashed = OWASP.hash(password)  # before the database is locked
        with _changes(load) as (line, conn):
            people.add(conn, person, hashed, logged_in_account(), _now())
            secret = _new_app(line, conn, id) if person.needs_code else None
        click.echo(f"{id} is added: {person.role} of {', '.join(person.wallets)}")
        _print_secrets(id, password, secret)

    @group.command("change", help="Change what is given of NAME; the rest stays. Another role ends all sessions.")
    @click.argument("id", metavar="NAME")
    @_with_options
    def change(id: str, **given: Any) -> None:
        with _changes(load) as (_line, conn):
            person = replace(_known(conn, id), **{name: value for name, value in given.items() if value})
            people.change(conn, person, logged_in_account(), _now())
        click.echo(f"{id} is changed: {person.role} of {', '.join(person.wallets)}")


def _disable_and_enable(group: click.Group, load: Load) -> None:
    @group.command("disable", help="NAME cannot sign in any more, and all sessions end.")
    @click.argument("id", metavar="NAME")
    def disable(id: str) -> None:
        with _changes(load) as (_line, conn):
            people.disable(conn, _known(conn, id).id, logged_in_account(), _now())
            presence.ring_no_more(conn, id, _now())
        click.echo(f"{id} cannot sign in any more")

    @group.command("enable", help="NAME can sign in again; wrong tries are forgotten.")
    @click.argument("id", metavar="NAME")
    def enable(id: str) -> None:
        with _changes(load) as (line, conn):
            people.enable(conn, _known(conn, id).id, logged_in_account(), _now())
            _sign_in(line).forget_tries(conn, id)
        click.echo(f"{id} can sign in")


def _secrets(group: click.Group, load: Load) -> None:
    @group.command("password", help="Make a new password for NAME, printed once; all sessions end.")
    @click.argument("id", metavar="NAME")
    def password(id: str) -> None:
        new = new_password()
        hashed = OWASP.hash(new)
        with _changes(load) as (line, conn):
            people.set_password(conn, _known(conn, id).id, hashed, logged_in_account(), _now())
            presence.left(conn, id, _now())
            _sign_in(line).forget_tries(conn, id)
        _print_secrets(id, new, None)

    @group.command("totp", help="Make a new secret for the authenticator app of NAME, printed once; all sessions end.")
    @click.argument("id", metavar="NAME")
    def totp(id: str) -> None:
        with _changes(load) as (line, conn):
            secret = _new_app(line, conn, _known(conn, id).id)
            presence.left(conn, id, _now())
        _print_secrets(id, None, secret)


def _sessions(group: click.Group, load: Load) -> None:
    @group.command("sessions", help="Where NAME is signed in.")
    @click.argument("id", metavar="NAME")
    @click.option("--end", is_flag=True, help="end them all")
    def list_sessions(id: str, end: bool) -> None:
        with _changes(load) as (_line, conn):
            found = sessions.of(conn, _known(conn, id).id, _now())
            if end:
                people.end_all(conn, id, logged_in_account(), _now())
                presence.left(conn, id, _now())
        for one in found:
            ended = "  ENDED" if end else ""
            click.echo(f"since {one.created[:16]}Z, seen {one.seen[:16]}Z  {one.browser or '-'}{ended}")
        if not found:
            click.echo(f"{id} is not signed in")


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@contextmanager
def _changes(load: Load) -> Iterator[tuple[LineAccess, sa.Connection]]:
    """A transaction; raises Refused when something about the person is wrong."""
    with line_access(load) as line:
        try:
            with begin_write(line.engine) as conn:
                yield line, conn
        except WrongPerson as error:
            raise Refused(str(error)) from None


def _known(conn: sa.Connection, id: str) -> Person:
    person = people.find(conn, id)
    if person is None:
        raise Refused(f"there is no {id!r}; flask staff list shows everybody")
    return person


def _new_app(line: LineAccess, conn: sa.Connection, id: str) -> str:
    secret = new_totp_secret()
    people.set_totp(conn, id, Sealer(line.settings.server_key).seal(secret), logged_in_account(), _now())
    return secret


def _print_secrets(id: str, password: str | None, totp_secret: str | None) -> None:
    if password:
        click.echo(f"password, shown this once: {password}")
    if totp_secret:
        click.echo(f"authenticator app, shown this once: {totp_uri(totp_secret, id)}")


def _sign_in(line: LineAccess) -> SignIn:
    sealer = Sealer(line.settings.server_key)
    return SignIn(line.engine, sealer, Credentials(sealer))


def _now() -> datetime:
    return datetime.now(UTC)
