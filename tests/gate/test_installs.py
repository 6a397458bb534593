"""What is installed: lock files that belong to pyproject.toml, licences, vulnerabilities, and a production that is
light.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from ivr import run
from ivr.checks import licences, locks, vulnerabilities
from ivr.checks.modules import read_modules
from ivr.config.settings import SettingsError

ROOT = Path(__file__).parents[2]
STARTED = {"app", "ivr.run"}
"""The modules that production's processes begin with; what they start or load by its name is found in them."""
NAMED = re.compile(r'"(?:python:)?((?:ivr|audio|call_flows)(?:\.[a-z_]+)+)')
"""A module in a string, for `python -m`, gunicorn's configuration or `import_module`."""
ONLY_IN_THE_LAB = {"ivr.simulator.server"}
"""Started by `ivr.run` in the lab, and imported by nothing."""
BY_NAME = {"psycopg", "audioop-lts"}
"""Not imported by us: SQLAlchemy loads the first, pydub the second."""
DISTRIBUTIONS = packages_distributions()
LOCKED = ("pyproject.toml", locks.PRODUCTION, locks.LAB, locks.DEV)
ACCOUNT = "AC" + "0" * 31 + "1"


def production() -> set[str]:
    """Every module that a production process may import, now or later."""
    modules = read_modules(ROOT)
    seen, open_ = set[str](), [*STARTED]
    while open_:
        name = open_.pop()
        if name not in seen | ONLY_IN_THE_LAB:
            seen.add(name)
            named = set(NAMED.findall(modules[name].path.read_text("utf-8"))) & set(modules)
            open_ += modules[name].imports | named
    return seen


def third_party(names: set[str]) -> dict[str, set[str]]:
    """Distributions (canonical names) that these modules import, wherever in the file, and who does."""
    modules, found = read_modules(ROOT), dict[str, set[str]]()
    for name in names:
        for node in ast.walk(ast.parse(modules[name].path.read_text("utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for one in imported:
                for distribution in _distributions(one):
                    found.setdefault(distribution, set()).add(name)
    return found


def _distributions(module: str) -> set[str]:
    """Of an imported module; `fluent.runtime` and `fluent.syntax` share their first name."""
    if module.startswith("fluent."):
        return {"-".join(module.split(".")[:2])}
    return {canonicalize_name(name) for name in DISTRIBUTIONS.get(module.partition(".")[0], [])}


def test_the_lock_files_are_those_of_pyproject():
    """On a difference run `make lock`."""
    assert locks.faults() == []


@pytest.mark.parametrize(
    "old, new, fault",
    [
        ('"structlog>=26",', '"structlog>=26",\n    "anyio>=4",', "lacks anyio"),
        ('    "structlog>=26",\n', "", "no longer asks for"),
        ('"structlog>=26"', '"structlog>=99"', "asks for structlog>=99"),
        ("; python_version >= '3.13'", "", "other interpreters"),
    ],
    ids=["one more", "one less", "a newer one", "another marker"],
)
def test_a_lock_file_that_is_stale_is_found(tmp_path, old, new, fault):
    """Without a network."""
    for name in LOCKED:
        shutil.copy(ROOT / name, tmp_path)
    text = (tmp_path / "pyproject.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "pyproject.toml").write_text(text.replace(old, new), "utf-8")
    assert any(fault in found for found in locks.faults(tmp_path))


def test_lock_files_that_disagree_are_found(tmp_path):
    """What production runs is what the tests ran."""
    for name in LOCKED:
        shutil.copy(ROOT / name, tmp_path)
    lock = tmp_path / locks.PRODUCTION
    lock.write_text(lock.read_text("utf-8").replace("flask==3.", "flask==3.0."), "utf-8")
    assert f"{locks.PRODUCTION} and {locks.LAB} have different versions of flask" in locks.faults(tmp_path)


def test_every_locked_package_is_installed_here_as_it_is_locked():
    """The gate speaks of what runs."""
    here = {canonicalize_name(name) for names in DISTRIBUTIONS.values() for name in names}
    assert {name for name, pin in locks.read(locks.DEV).items() if pin.installed_here()} - here <= {"uv"}


def test_production_imports_what_it_locks_and_nothing_else():
    """But for ngrok, which `flask tunnel` asks to be installed."""
    imported = third_party(production())
    assert imported.pop("ngrok") == {"ivr.setup.tunnel"}
    assert set(imported) | BY_NAME == set(locks.asked_for(locks.PRODUCTION))


def test_production_does_without_the_sound_of_the_lab():
    """Of `audio`, it imports what listens to voice notes."""
    assert {"ivr.wiring.worker", "ivr.web.gunicorn_worker", "audio.voice_note"} <= production()
    sound = {"audio.studio", "audio.samples", "audio.telephone", "audio.level"}
    assert production() & sound == set()


ALONE = """
import sys
refused = set(sys.argv[1].split())
class Refuse:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"{name} is not locked for production", name=name)
sys.meta_path.insert(0, Refuse)
from importlib import import_module
for name in sys.argv[2].split():
    import_module(name)
import_module("psycopg")
client = import_module("app").create_app().test_client()
print(client.get("/healthz").status_code)
"""


def test_production_starts_with_no_package_but_those_it_locks(tmp_path):
    """In a process that refuses all others: also what libraries import of one another is locked."""
    allowed = set(locks.read(locks.PRODUCTION))
    refused = {
        module
        for module, names in DISTRIBUTIONS.items()
        if module != "fluent" and not allowed & {canonicalize_name(name) for name in names}
    }
    assert {"numpy", "scipy", "pytest", "ngrok", "schemathesis"} <= refused
    given = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "0" * 32, "DATA_DIR": str(tmp_path), "LAB": "0"}
    given["PUBLIC_BASE_URL"] = "https://ivr.example.com"
    command = [sys.executable, "-c", ALONE, " ".join(refused), " ".join(sorted(production()))]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | given, capture_output=True, text=True, timeout=120)
    assert ran.stdout == "200\n", ran.stderr[-2000:]


def test_a_lab_without_its_packages_says_how_to_install_them(monkeypatch):
    """One sentence instead of a simulator that is started again and again."""
    monkeypatch.setattr(run, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"the lab needs packages .*numpy.*: make install-lab"):
        run.find_lab_packages()
    asked = set(locks.asked_for(locks.LAB)) - set(locks.asked_for(locks.PRODUCTION))
    assert set(run.LAB_PACKAGES) == asked - {"ngrok"}


@pytest.mark.parametrize(
    "environment, dotenv, lock",
    [
        ({}, "", "requirements-lab.txt"),
        ({}, "# TWILIO_ACCOUNT_SID=AC1\n", "requirements-lab.txt"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT}, "", "requirements.txt"),
        ({}, f"PORT=5000\nexport TWILIO_ACCOUNT_SID={ACCOUNT}\n", "requirements.txt"),
        ({}, "LAB=0\n", "requirements.txt"),
        ({"LAB": "0"}, "LAB=1\n", "requirements.txt"),
        ({"TWILIO_ACCOUNT_SID": ""}, f"TWILIO_ACCOUNT_SID={ACCOUNT}\n", "requirements-lab.txt"),
    ],
)
def test_make_run_installs_the_lab_only_where_there_is_a_lab(tmp_path, environment, dotenv, lock):
    """As the settings decide it: the environment wins over `.env`."""
    for name in ("Makefile", *LOCKED):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".env").write_text(dotenv, "utf-8")
    clean = {name: value for name, value in os.environ.items() if name not in ("TWILIO_ACCOUNT_SID", "LAB")}
    ran = subprocess.run(
        ["make", "-n", "run"], cwd=tmp_path, env=clean | environment, capture_output=True, text=True, timeout=20
    )
    assert f"installing {lock} " in ran.stdout, ran.stderr


def test_no_locked_package_is_under_a_licence_that_we_refuse():
    """The GPL and the AGPL; nor under one that nobody knows."""
    assert licences.faults() == []


@pytest.mark.parametrize(
    "expression, no",
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("MIT OR GPL-2.0-only", False),
        ("MIT AND GPL-2.0-only", True),
        ("unknown", True),
    ],
)
def test_the_gpl_is_refused_and_the_lgpl_is_not(expression, no):
    """Of several choices one is enough."""
    assert licences.refused(expression) == no


def test_a_known_vulnerability_fails_the_gate_and_names_what_mends_it():
    """One line each."""
    found = [
        {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"]}]},
        {"name": "uv", "version": "0.13.9", "vulns": []},
    ]
    assert vulnerabilities.report(found) == (["flask 3.1.3: PYSEC-1, mended in 3.1.4: make upgrade"], False)


@pytest.mark.parametrize("found", [[], [{"name": "flask", "skip_reason": "no answer"}]], ids=["nothing", "no advisory"])
def test_without_an_answer_nothing_fails_and_a_line_says_so(found):
    """No network is no fault of the tree."""
    lines, fine = vulnerabilities.report(found)
    assert fine and len(lines) == 1 and lines[0].startswith("not checked: ")


def test_the_advisories_are_asked_for_once_a_day(tmp_path):
    """Of the same lock file; that nobody answered counts for an hour."""
    lock, kept, asked = tmp_path / "lock.txt", tmp_path / "kept.json", list[float]()
    lock.write_text("one", "utf-8")

    def look(now: float, *found: dict[str, object]) -> vulnerabilities.Advisories:
        return vulnerabilities.look(lock, kept, lambda _lock: asked.append(now) or list(found), now)

    fine = {"name": "flask", "version": "1", "vulns": []}
    assert (look(0), look(3599), look(3600, fine), look(3600 + 86399)) == ([], [], [fine], [fine])
    assert asked == [0, 3600]
    lock.write_text("two", "utf-8")
    look(3601, fine)
    assert asked == [0, 3600, 3601]
