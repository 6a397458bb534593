"""`python -m tests.journals`: replay the recorded calls; with --record hold each of them anew and keep what it left."""

from __future__ import annotations

import sys

from ivr.engine.errors import Diverged
from tests.journals.golden import Golden, all_calls
from tests.journals.recording import record
from tests.journals.replaying import replay


def main() -> int:
    """1 when a call diverges."""
    diverged = 0
    for path in all_calls():
        golden = Golden.read(path)
        if "--record" in sys.argv[1:]:
            golden = record(golden)
            golden.write(path)
        try:
            replay(golden)
            print(f"{path.name}: {len(golden.rows)} turns, {golden.claim}")
        except Diverged as error:
            diverged += 1
            print(f"{path.name}: {error}")
    return 1 if diverged else 0


if __name__ == "__main__":
    sys.exit(main())
