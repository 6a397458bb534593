"""`flask voice-note` lists voice notes; `flask voice-note ID --to FILE` writes one to a WAV file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.console.command_base import Command, Refused, line_access, tries
from ivr.engine import journal
from ivr.engine.secrets import BrokenSeal, Erased, Sealer
from ivr.storage.database import begin_read, begin_write
from ivr.voice_notes import notes
from ivr.voice_notes.fetching import try_again
from ivr.voice_notes.tables import recordings, sounds, voice_notes

STATES = (notes.KEPT, notes.TO_FETCH, notes.LOST, notes.SILENT, notes.ERASED)
WHY_NOT = {
    notes.TO_FETCH: "is not here yet; it is fetched when its call is over",
    notes.SILENT: "holds no speech",
    notes.LOST: "could not be fetched; flask voice-note ID --again tries once more",
    notes.ERASED: "was erased",
}


def voice_note_command(load: Callable[[], Settings]) -> click.Command:
    """`flask voice-note`."""

    @click.command(
        "voice-note", cls=Command, help="List voice notes, or write one to a file (ID is that of its recording)."
    )
    @click.argument("note", metavar="[ID]", default="")
    @click.option("--to", type=click.Path(path_type=Path), help="a file that is not there yet, such as note.wav")
    @click.option("--again", is_flag=True, help="fetch, or delete at Twilio, what was given up")
    def command(note: str, to: Path | None, again: bool) -> None:
        if bool(note) != bool(to or again):
            raise Refused("write an ID together with --to FILE or --again, or nothing at all for a list")
        with line_access(load) as line:
            if again:
                click.echo(_try_again(line.engine, note))
            elif to:
                click.echo(_write(to, note, _sound(line.engine, Sealer(line.settings.server_key), note)))
            else:
                with begin_read(line.engine) as conn:
                    _show(conn)

    return command


def _sound(engine: sa.Engine, sealer: Sealer, note: str) -> bytes:
    """The WAV file; raises Refused."""
    with begin_read(engine) as conn:
        kept = conn.execute(sa.select(voice_notes).where(voice_notes.c.id == note)).first()
        if kept is None:
            raise Refused(f"there is no voice note {note!r}; flask voice-note lists them")
        if kept.status != notes.KEPT:
            raise Refused(f"{note} {WHY_NOT[kept.status]}")
        sealed = conn.scalar(sa.select(sounds.c.sealed).where(sounds.c.id == note)) or b""
        key = journal.key(conn, kept.call)
    try:
        return sealer.for_call(key).open_bytes(sealed)
    except Erased as error:
        raise Refused(f"{note} {WHY_NOT[notes.ERASED]}") from error
    except BrokenSeal as error:
        raise Refused(f"{note} does not open: {error}") from error


def _write(to: Path, note: str, sound: bytes) -> str:
    """Write a new file that only this user may read; an existing one is not overwritten."""
    try:
        with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sound)
    except OSError as error:
        raise Refused(f"{to} cannot be written: {error.strerror}") from error
    return f"{note} is in {to}; delete it when you have heard it"


def _try_again(engine: sa.Engine, note: str) -> str:
    with begin_write(engine) as conn:
        was = try_again(conn, note)
    if was is None:
        raise Refused(f"there is no recording {note!r}")
    if was == "gone":
        raise Refused(f"{note} lies at Twilio no more")
    return f"{note} is due at once"


def _show(conn: sa.Connection) -> None:
    """The counts, a line for each note, and the recordings that were given up while they lie at Twilio."""
    counted = sa.select(voice_notes.c.status, sa.func.count().label("number")).group_by(voice_notes.c.status)
    counts = {row.status: row.number for row in conn.execute(counted)}
    click.echo(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
    for row in conn.execute(sa.select(voice_notes).order_by(voice_notes.c.n)):
        of = f"case {row.reference}" if row.reference else f"call {row.call}"
        click.echo(f"{row.status:6} {row.id}  {row.wallet} {of}, {row.seconds} s, {row.at[:16]}")
    for row in conn.execute(sa.select(recordings).where(recordings.c.status == "dead").order_by(recordings.c.at)):
        click.echo(f"dead   {row.id}  still at Twilio, {tries(row.tries)}, last answer {row.error}")
