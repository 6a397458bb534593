"""A recorded call as a file: what was typed at the telephone in the terminal, and the rows that it left."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "calls"
KEPT = ("turn", "at", "story", "language", "slow", "wait", "opening", "steps")


@dataclass(frozen=True)
class Golden:
    """A call. `typed` is what `make phone` takes, and `code` for the code of the last text message.

    `rows` are those of the journal without call, reply and facts; `facts` are those at the end.
    """

    claim: str
    clock: str
    line: str
    caller: str
    agent: str
    typed: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Golden:
        """One file."""
        return cls(**json.loads(path.read_text("utf-8")))

    def write(self, path: Path) -> None:
        """One file, a line for each step."""
        path.write_text(_text(asdict(self)), "utf-8")

    def story(self, turn: int) -> list[dict[str, Any]]:
        """The rows up to `turn`, from the opening of the story that ran then."""
        first = max(place for place in range(turn + 1) if self.rows[place]["opening"] is not None)
        return self.rows[first : turn + 1]

    def renamed(self, old: str, new: str) -> Golden:
        """As it would be had a prompt or an effect had another name."""
        rows = [
            row | {"steps": [[new if part == old else part for part in step] for step in row["steps"]]}
            for row in self.rows
        ]
        return replace(self, rows=rows)


def all_calls() -> list[Path]:
    """Every recorded call."""
    return sorted(FOLDER.glob("*.json"))


def steps(rows: list[dict[str, Any]]) -> list[tuple[datetime, list[Any]]]:
    """The steps of some rows, each with the time of its turn."""
    return [(datetime.fromisoformat(row["at"]), step) for row in rows for step in row["steps"]]


def _text(golden: dict[str, Any]) -> str:
    """JSON with a line for each field, each row and each step."""
    fields = [f" {_json(name)}: {_json(value)}" for name, value in golden.items() if name != "rows"]
    rows = ",\n".join(f"  {_row(row)}" for row in golden["rows"])
    return "{\n" + ",\n".join([*fields, f' "rows": [\n{rows}\n ]']) + "\n}\n"


def _row(row: dict[str, Any]) -> str:
    head = ", ".join(f"{_json(name)}: {_json(value)}" for name, value in row.items() if name != "steps")
    steps = ",\n".join(f"   {_json(step)}" for step in row["steps"])
    return f'{{{head}, "steps": [' + (f"\n{steps}" if steps else "") + "]}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
