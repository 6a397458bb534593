"""`flask line announce` makes an announcement for a time: played once before the menu, or on entering the queue.

Its words are spoken to callers, so they are given in both languages, with numbers in words: a voice reads those in one
way only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import click
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.console.command_base import Command, LineAccess, Refused, line_access, minute
from ivr.handover.summary_views import logged_in_account
from ivr.operations.announcements import PLACES, Announcement, announce, end, running
from ivr.operations.wording import ANNOUNCED, Fault, Wrong, announcement_spoken, checked_words, end_time
from ivr.staff import audit
from ivr.staff.roles import TOPICS
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.tables import wallets

SENTENCES: dict[Fault, str] = {
    "either": "write either --until with a time and its zone, or --minutes",
    "until": "--until is {until!r}; write a time such as 2026-11-30T18:00+08:00",
    "zone": "--until is {until!r}; add the zone, such as +08:00",
    "span": "an announcement ends within seven days from now, and not before; write another --until or --minutes",
}


def announce_command(load: Callable[[], Settings]) -> click.Command:
    """`flask line announce`."""

    @click.command("announce", cls=Command, help="Announce something to callers for a time, or --end it.")
    @click.option("--zh", default="", help="what callers hear, in Chinese")
    @click.option("--en", default="", help="the same in English")
    @click.option("--until", default="", help="when it ends, with the zone: 2026-11-30T18:00+08:00")
    @click.option("--minutes", type=click.IntRange(1), help="instead of --until: for so long from now")
    @click.option("--where", type=click.Choice(PLACES), default="menu", help="before the main menu, or in the queue")
    @click.option("--wallet", help="only this one; without it all of them")
    @click.option("--topic", type=click.Choice(TOPICS), help="only callers in the queue with this matter")
    @click.option("--preview", is_flag=True, help="show what is spoken and for how long; announce nothing")
    @click.option("--end", "ended", type=int, help="end the announcement of this number now")
    def command(
        zh: str,
        en: str,
        until: str,
        minutes: int | None,
        where: str,
        wallet: str | None,
        topic: str | None,
        preview: bool,
        ended: int | None,
    ) -> None:
        with line_access(load) as line:
            if ended is not None:
                _end(line, ended)
                return
            text = _checked({"zh": zh.strip(), "en": en.strip()})
            if topic and where != "queue":
                raise Refused("a topic is known in the queue only; add --where queue")
            with begin_read(line.engine) as conn:
                now = line.now(conn)
                known = sorted(conn.scalars(sa.select(wallets.c.id)))
            if wallet is not None and wallet not in known:
                raise Refused(f"there is no wallet {wallet!r}; there is {', '.join(known) or 'none'}")
            ends = _end_time(until, minutes, now)
            for language, said in announcement_spoken(text).items():
                click.echo(f"{language}, {said.seconds:.0f} s: {said.text}")
            if not preview:
                _announce(line, Announcement(0, wallet, where, topic, text, ends.isoformat()), now)

    return command


def shown_announcement(one: Announcement) -> str:
    """A line of `flask line`."""
    where = "before the menu" if one.place == "menu" else "in the queue" + (f" ({one.topic})" if one.topic else "")
    return f"announcement {one.n}, {one.wallet or 'all wallets'}, {where}, until {minute(one.until)}: " + (
        f"{one.text['zh']} / {one.text['en']}"
    )


def _announce(line: LineAccess, wanted: Announcement, now: datetime) -> None:
    place, text, ends = wanted.place, wanted.text, datetime.fromisoformat(wanted.until)
    with begin_write(line.engine) as conn:
        number = announce(conn, place, text, now, ends, wanted.wallet, wanted.topic)
        told = {"place": place, "topic": wanted.topic, "until": wanted.until, **text}
        audit.record(conn, logged_in_account(), "announce", str(number), datetime.now(UTC), wanted.wallet or "", **told)
        (made,) = [one for one in running(conn, now) if one.n == number]
    click.echo(shown_announcement(made))


def _end(line: LineAccess, number: int) -> None:
    with begin_write(line.engine) as conn:
        if not end(conn, number, line.now(conn)):
            raise Refused(f"no announcement {number} runs; flask line shows those that do")
        audit.record(conn, logged_in_account(), "announcement-ended", str(number), datetime.now(UTC))
    click.echo(f"announcement {number} has ended")


def _checked(text: dict[str, str]) -> Mapping[str, str]:
    try:
        return checked_words(text)
    except Wrong as wrong:
        language = wrong.faults[0]
        raise Refused(f"--{language} is {text[language]!r}; write {ANNOUNCED[language].write}") from None


def _end_time(until: str, minutes: int | None, now: datetime) -> datetime:
    try:
        return end_time(until, minutes, now)
    except Wrong as wrong:
        raise Refused(SENTENCES[wrong.faults[0]].format(until=until)) from None
