"""`flask doctor`: checks everything that calls need, and says how to mend what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import sqlalchemy as sa

from ivr.config.addresses import without_password
from ivr.config.settings import Settings, SettingsError
from ivr.migrations.migrate import is_migrated, is_newer
from ivr.setup import number_checks, task_router
from ivr.setup.finding import Finding, Verdict
from ivr.setup.signature_check import reach
from ivr.staff import people
from ivr.storage.database import begin_read, connect
from ivr.telephony import voice_sdk
from ivr.wallet import directory
from ivr.web.hold_music import music_file

MARKS: dict[str, str] = {"good": " ok ", "mind": "mind", "bad": "BAD "}
LARGEST_DRIFT = 5.0
"""Seconds that another clock may differ from this machine's."""
LACKS = {
    "no-key": ("TWILIO_API_KEY is empty", "write TWILIO_API_KEY and TWILIO_API_SECRET, from the Twilio console"),
    "no-sdk": ("Twilio's Voice SDK is not here", "make voice-sdk"),
    "no-desk": ("DESK_URL is empty", "write DESK_URL=https://…"),
}
"""What browsers of agents lack, by its code: in words, and what to do."""
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
"""This version is from later; a clock that shows an earlier date is wrong."""


def examine(load: Callable[[], Settings]) -> Iterator[Finding]:
    """All findings, in the order in which they should be mended."""
    try:
        settings = load()
    except SettingsError as error:
        yield Finding("settings", "bad", str(error), "change it in the environment or in .env, see docs/settings.md")
        return
    yield from _settings(settings)
    yield from _database(settings)
    yield from _clock()
    yield from _audio()
    yield from reach_finding(settings)


def _settings(settings: Settings) -> Iterator[Finding]:
    kind = f"account {settings.twilio_account_sid[:6]}…" if settings.twilio_account_sid else "no account"
    kind = "lab: demo wallets, no account" if settings.lab else kind
    yield Finding("settings", "good", f"read and complete ({kind})")
    if not settings.lab:
        yield from (Finding("settings", "mind", says, mend) for odd, says, mend in _odd(settings) if odd)
        yield from number_checks.rung(settings)


def _odd(settings: Settings) -> Iterator[tuple[bool, str, str]]:
    """Settings that a live line should have: whether one is missing, what follows from that, what to do."""
    kept = [name for name, days in settings.retention_days.items() if not days]
    yield (
        not settings.twilio_account_sid,
        "TWILIO_ACCOUNT_SID is empty beside LAB=0: no text goes out, and nobody is rung",
        "write TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, from the Twilio console",
    )
    yield (
        settings.public_base_url.startswith("http://"),
        "PUBLIC_BASE_URL is plain http: keys and codes can be read on the way",
        "put a TLS proxy before it and write https://…",
    )
    yield (
        not settings.wallet_api_url,
        "WALLET_API_URL is empty: nobody can be verified, every look-up ends with a person",
        "write the address of your wallet's API, see docs/wallet-api.md",
    )
    yield (
        any(url.startswith("http://") for url in settings.wallet_api_url.values()),
        "WALLET_API_URL is plain http: the token and the records can be read on the way",
        "write https://…",
    )
    yield (
        not settings.fallback_agent,
        "FALLBACK_AGENT is empty: without a database callers hear goodbye",
        "write FALLBACK_AGENT=+12025550101",
    )
    yield (
        not settings.crm_url,
        "CRM_URL is empty: cases are seen only with flask cases",
        "write the address of your CRM, see docs/operations.md, Cases for your CRM",
    )
    yield (
        bool(kept),
        f"RETENTION_DAYS keeps {' and '.join(kept)} for ever: what callers said and did, and their numbers",
        "write for how many days you may keep them, such as journals=90,summaries=365,messages=30,notes=90",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    engine = connect(settings.database_url)
    try:
        with begin_read(engine) as conn:
            theirs = conn.scalar(sa.select(sa.func.now())) if conn.dialect.name == "postgresql" else None
        yield Finding("database", "good", f"{engine.dialect.name} answers")
        yield from _migrations(engine)
        yield from _wallets(engine, settings)
        yield from _agents(engine, settings)
        yield from _browsers(engine, settings)
        yield from _staff(engine, settings)
        if settings.agent_mode == "taskrouter" and not settings.lab and is_migrated(engine):
            yield from task_router.findings(settings, engine)
        if theirs is not None:
            yield _drift("database server's", theirs)
    except sa.exc.SQLAlchemyError as error:
        yield Finding(
            "database",
            "bad",
            f"does not answer: {type(error).__name__}",
            "is DATABASE_URL right, and is the server running?",
        )
    finally:
        engine.dispose()


def _wallets(engine: sa.Engine, settings: Settings) -> Iterator[Finding]:
    """The wallets served, and their lines as Twilio knows them. In the lab they are the demo's, and not checked."""
    if settings.lab or not is_migrated(engine):
        return
    with begin_read(engine) as conn:
        lines, trunks = directory.lines(conn), people.by_trunk(conn)
    if served := sorted(set(lines.values())):
        yield Finding("wallets", "good", f"{', '.join(served)}; flask wallets check asks their APIs")
    else:
        says = "none is loaded: every caller hears that the number is not in service"
        yield Finding("wallets", "bad", says, "run: flask wallets load FILE, see docs/wallet-api.md")
    if settings.twilio_account_sid:
        yield from number_checks.owned(settings, lines, trunks)


def _agents(engine: sa.Engine, settings: Settings) -> Iterator[Finding]:
    """Whether somebody can be rung: people with an address, who need hold music for their callers, or AGENT_NUMBERS."""
    if settings.lab or not is_migrated(engine):
        return
    with begin_read(engine) as conn:
        rung = any(one.address and not one.disabled for one in people.everybody(conn))
    if not rung and not settings.agent_numbers:
        says = "nobody is rung: AGENT_NUMBERS is empty, and no member of staff has an address; callers get a callback"
        yield Finding("agents", "mind", says, "write AGENT_NUMBERS=+12025550101,… or run: flask staff add")
    if rung and not settings.hold_music_url and not music_file(settings).is_file():
        says = "there is no hold music: callers who wait for an agent hear silence"
        yield Finding("agents", "mind", says, "run: python -m audio --music, or write HOLD_MUSIC_URL")


def _browsers(engine: sa.Engine, settings: Settings) -> Iterator[Finding]:
    """Whether the people whose address is their browser can be rung there. The lab needs neither key nor SDK."""
    if settings.lab or not is_migrated(engine):
        return
    with begin_read(engine) as conn:
        names = [one.id for one in people.everybody(conn) if one.address.startswith("client:") and not one.disabled]
    lacks = voice_sdk.missing(settings) or ("" if settings.desk_url else "no-desk")
    if names and lacks:
        says = f"{', '.join(names)}: nobody can be rung in the browser, every call to them is missed; {LACKS[lacks][0]}"
        yield Finding(
            "agents", "bad", says, f"{LACKS[lacks][1]}, or flask staff change {names[0]} --address +12025550101"
        )


def _staff(engine: sa.Engine, settings: Settings) -> Iterator[Finding]:
    """Whether the people who are to work at the desk can sign in. The lab has its demo people."""
    if settings.lab or not settings.desk_url or not is_migrated(engine):
        return
    with begin_read(engine) as conn:
        can, without_app = people.who_can_sign_in(conn)
    if not any(one.role == "admin" for one in can):
        says = "no admin can sign in: nobody adds people or lets them in again"
        yield Finding("desk", "mind", says, "run: flask staff add NAME --name … --role admin --wallet …")
    else:
        yield Finding("desk", "good", f"{len(can)} can sign in")
    if without_app:
        names, first = ", ".join(one.id for one in without_app), without_app[0].id
        says = f"{names} cannot sign in without an authenticator app"
        yield Finding("desk", "mind", says, f"run: flask staff totp {first}, or flask staff disable {first}")


def _migrations(engine: sa.Engine) -> Iterator[Finding]:
    if is_migrated(engine):
        yield Finding("migrations", "good", "the schema is the one of this version")
    elif is_newer(engine):
        yield Finding(
            "migrations",
            "bad",
            "the schema is the one of a newer version",
            "run that version here, or restore the backup from before it",
        )
    else:
        yield Finding("migrations", "bad", "the schema is not the one of this version", "run: make migrate")


def _clock() -> Iterator[Finding]:
    now = datetime.now(UTC)
    if now < SINCE:
        yield Finding(
            "clock", "bad", f"this machine believes it is {now:%Y-%m-%d}", "set the clock and keep it with NTP"
        )
    else:
        yield Finding("clock", "good", f"{now:%Y-%m-%d %H:%M:%S} UTC")
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        yield Finding("clock", "bad", "no time zones on this machine", "apt install tzdata")


def _drift(whose: str, theirs: datetime) -> Finding:
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    if seconds > LARGEST_DRIFT:
        return Finding("clock", "bad", f"{seconds:.0f} s apart from the {whose}", "keep both with NTP")
    return Finding("clock", "good", f"in step with the {whose}")


def _audio() -> Iterator[Finding]:
    if shutil.which("espeak-ng"):
        yield Finding("audio tools", "good", "espeak-ng is there")
    else:
        yield Finding(
            "audio tools",
            "mind",
            "espeak-ng is missing: no recordings offline, no audio tests; calls do not need it",
            "apt install espeak-ng",
        )


def reach_finding(settings: Settings) -> Iterator[Finding]:
    """How the public address answers a signed request and a forged one."""
    got = reach(settings)
    if got.clock is not None:
        yield _drift(f"clock of {without_password(settings.public_base_url)}", got.clock)
    verdict: Verdict = "good" if got.fine else "mind" if got.away and settings.lab else "bad"
    yield Finding("signatures", verdict, got.says, got.mend)


def show(finding: Finding) -> str:
    """A finding as one or two lines."""
    mend = f"\n        mend: {finding.mend}" if finding.mend else ""
    return f"[{MARKS[finding.verdict]}] {finding.about}: {finding.says}{mend}"


def doctor_command(load: Callable[[], Settings]) -> click.Command:
    """`flask doctor`; the exit code is 1 when something is bad."""

    @click.command("doctor", help="Check everything that calls need, and say how to mend what is wrong.")
    def doctor() -> None:
        verdicts = []
        for finding in examine(load):
            click.echo(show(finding))
            verdicts.append(finding.verdict)
        click.echo(_sum(bad := verdicts.count("bad"), verdicts.count("mind")))
        raise SystemExit(1 if bad else 0)

    return doctor


def _sum(bad: int, mind: int) -> str:
    mend = f"{bad} to mend" if bad else "nothing to mend"
    return f"{mend}, {mind} to think of" if mind else mend
