"""`python -m ivr.checks.requirements --write`: docs/requirements.md from docs/requirements.toml and the tests' markers.

A test says what it proves with `@pytest.mark.requirement("R40", …)`. It counts for both languages only
when it asks for the `caller` fixture, which is made once for each. The markers are read from the
syntax, so that the table can be made without running anything.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE, PAGE = ROOT / "docs" / "requirements.toml", ROOT / "docs" / "requirements.md"
TESTS = ROOT / "tests" / "call_flows"
COMMAND = ".venv/bin/python -m ivr.checks.requirements --write"
HEAD = f"""# Requirements

What a caller can do, by number, where the flow is, and which tests prove it. A *planned* row is not
there yet: its branch gives general information or a person. *Not yet tested* means that no dialogue test
in both languages carries the number.

Made from `docs/requirements.toml` and the markers in `tests/call_flows/`; do not edit it, run
`{COMMAND}`.
"""


@dataclass(frozen=True)
class Requirement:
    """One thing that a caller can do."""

    number: str
    can: str
    flow: str
    built: bool
    section: str


@dataclass(frozen=True)
class Proof:
    """A test that names requirements; `both`: it is run once in each language."""

    test: str
    module: str
    numbers: tuple[str, ...]
    both: bool


def known() -> dict[str, Requirement]:
    """Every requirement by its number, in order."""
    sections = tomllib.loads(SOURCE.read_text("utf-8"))
    return {
        number: Requirement(number, row["can"], row["flow"], row.get("built", False), section)
        for section, rows in sections.items()
        for number, row in rows.items()
    }


def proofs(folder: Path = TESTS) -> list[Proof]:
    """Every test with a requirement marker, by file and place."""
    return [
        proof for path in sorted(folder.glob("test_*.py")) for proof in proofs_in(path.name, path.read_text("utf-8"))
    ]


def proofs_in(module: str, source: str) -> Iterator[Proof]:
    """The marked tests of one module; marks inside `pytest.param` count too."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            numbers = tuple(dict.fromkeys(_numbers(node)))
            if numbers:
                both = "caller" in {argument.arg for argument in node.args.args}
                yield Proof(node.name, module, numbers, both)


def _numbers(test: ast.FunctionDef) -> Iterator[str]:
    for node in (inner for decorator in test.decorator_list for inner in ast.walk(decorator)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "requirement":
            yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))  # type: ignore[misc]


def unknown(found: list[Proof]) -> list[str]:
    """Markers that name no requirement, each with its test."""
    rows = known()
    return [
        f"{proof.module}: {proof.test} names {number}"
        for proof in found
        for number in proof.numbers
        if number not in rows
    ]


def untested() -> list[str]:
    """The numbers that are built and have no test in both languages."""
    tested = {number for proof in proofs() if proof.both for number in proof.numbers}
    return [row.number for row in known().values() if row.built and row.number not in tested]


def page() -> str:
    """The whole page."""
    rows, found = known(), proofs()
    parts = [HEAD]
    for section in dict.fromkeys(row.section for row in rows.values()):
        parts.append(f"\n## {section}\n\n| | a caller can | flow | tests |\n|---|---|---|---|\n")
        parts += [_line(row, found) for row in rows.values() if row.section == section]
    return "".join(parts)


def _line(row: Requirement, found: list[Proof]) -> str:
    path = f"call_flows/{row.flow}.py"
    flow = f"[{row.flow}](../{path})" if (ROOT / path).exists() else row.flow
    return f"| {row.number} | {row.can} | {flow} | {_tests(row, found)} |\n"


def _tests(row: Requirement, found: list[Proof]) -> str:
    own = [proof for proof in found if row.number in proof.numbers]
    links = [f"[{_claim(proof)}](../tests/call_flows/{proof.module})" for proof in own]
    if any(proof.both for proof in own):
        return " · ".join(links)
    return " · ".join([*links, "*not yet tested*" if row.built else "*planned*"])


def _claim(proof: Proof) -> str:
    words = proof.test.removeprefix("test_").replace("_", " ")
    return words if proof.both else f"{words} (one language)"


def main() -> int:
    """Print the page, or with --write keep it."""
    faults = [*unknown(proofs()), *(f"{number} has no dialogue test in both languages" for number in untested())]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
        print(f"{PAGE.relative_to(ROOT)} written; every row has a dialogue test in both languages")
    else:
        print(page(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
