"""`python -m ivr.checks.vulnerabilities`: asks whether a locked package has a known vulnerability (pip-audit).

The advisories come over the network. Without an answer nothing is proved and nothing fails: a line says so. What was
answered counts for a day, and that nothing was for an hour, as long as the lock file stays the same: the gate does
not ask at every run.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ivr.checks.locks import DEV, ROOT

ANSWER = ROOT / ".venv" / "vulnerabilities.json"
A_DAY, AN_HOUR = 86_400.0, 3600.0
LONGEST = 90
"""Seconds for all packages together."""
AUDIT = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--timeout", "5")
Advisories = list[dict[str, Any]]
"""What pip-audit says of each package: `name`, and `vulns` or, where it got no answer, `skip_reason`."""


def ask(lock: Path) -> Advisories:
    """pip-audit's findings; empty when it got no answer at all."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(lock), *AUDIT]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
        found: Advisories = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return found


def look(lock: Path, answer: Path, asked: Callable[[Path], Advisories], now: float) -> Advisories:
    """The last findings for this lock file if they are fresh, else new ones, which are kept."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if answer.exists():
        kept = json.loads(answer.read_text("utf-8"))
        found: Advisories = kept["found"]
        if kept["lock"] == digest and now - kept["at"] < (AN_HOUR if _unanswered(found) or not found else A_DAY):
            return found
    found = asked(lock)
    answer.write_text(json.dumps({"lock": digest, "at": now, "found": found}), "utf-8")
    return found


def report(found: Advisories) -> tuple[list[str], bool]:
    """The lines to print, and whether the gate passes."""
    known = [(one, vulnerability) for one in found for vulnerability in one.get("vulns", [])]
    lines = [f"{one['name']} {one['version']}: {each['id']}, {_mend(each)}" for one, each in known]
    unknown = _unanswered(found)
    if not found or len(unknown) == len(found):
        lines.append("not checked: the advisory database does not answer (no network?)")
    elif unknown:
        lines.append(f"not checked, no answer: {', '.join(unknown)}")
    elif not known:
        lines.append(f"none known in {len(found)} packages")
    return lines, not known


def _unanswered(found: Advisories) -> list[str]:
    return [one["name"] for one in found if "skip_reason" in one]


def _mend(vulnerability: dict[str, Any]) -> str:
    fixed = vulnerability.get("fix_versions")
    return f"mended in {', '.join(fixed)}: make upgrade" if fixed else "no release mends it yet"


def main() -> int:
    """Print what is known; 1 when a package has a known vulnerability."""
    lines, fine = report(look(ROOT / DEV, ANSWER, ask, time.time()))
    print("\n".join(lines))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
