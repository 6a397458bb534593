"""What stored calls cost: turns beside a thousand and beside a hundred thousand calls, and the worker's memory.

Must: the turn beside the many takes at most 1.05 of the turn beside the few (median over rounds of the quotient of
the rounds' medians); a worker stays under 150 MB, and grows by less than a tenth from its 10,000th to its last turn.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.__main__ import Server, serving
from tests.bench.load import measure

FEW, MANY = 1_000, 100_000
ROUNDS, A_ROUND, CONNECTIONS = 9, 100, 1
SETTLED = 10_000


def main() -> int:
    """Measure and judge."""
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    try:
        with contextlib.ExitStack() as stack:
            few, many = (
                stack.enter_context(serving(name, "line", folder, number))
                for name, number in (("few", FEW), ("many", MANY))
            )
            random.shuffle(many.waiting)
            return 0 if all([_judge_time(few, many), _judge_memory(many)]) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judge_time(few: Server, many: Server) -> bool:
    for server in (few, many):  # the first turns fill caches
        server.run(A_ROUND, CONNECTIONS)
        server.rounds.clear()
    for _ in range(ROUNDS):
        for server in random.sample((few, many), 2):
            server.run(A_ROUND, CONNECTIONS)
    ratio = statistics.median(b.p50 / a.p50 for a, b in zip(few.rounds, many.rounds, strict=True))
    times = [statistics.median(one.p50 for one in server.rounds) for server in (few, many)]
    fine = ratio <= 1.05
    print(
        f"{_verdict(fine)} {MANY} stored calls: {ratio:.2f} of {FEW} (at most 1.05); p50 {times[1]:.2f} and "
        f"{times[0]:.2f} ms"
    )
    return fine


def _judge_memory(many: Server) -> bool:
    seen = []
    left, many.waiting = many.waiting, []
    for start in range(0, len(left), SETTLED):
        measure(many.port, left[start : start + SETTLED], 16)
        seen.append(many.megabytes)
        print(f"  {min(start + SETTLED, len(left))} turns: {seen[-1]:.0f} MB", flush=True)
    fine = max(seen) <= 150 and seen[-1] <= 1.1 * seen[0]
    print(
        f"{_verdict(fine)} a worker holds at most {max(seen):.0f} MB (must 150), {seen[-1] / seen[0]:.2f} of what "
        f"it held after {SETTLED} turns"
    )
    return fine


def _verdict(fine: bool) -> str:
    return "ok  " if fine else "FAIL"


if __name__ == "__main__":
    sys.exit(main())
