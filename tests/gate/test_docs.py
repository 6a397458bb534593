"""The documents say what is there: links, commands, settings, licences, requirements, examples."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from ivr.checks import licences, locks, requirements
from ivr.checks.golden_rules import faults
from ivr.config.settings import Settings
from ivr.simulator.browser_phone.demo_calls import demo_calls

ROOT = Path(__file__).parents[2]
PAGES = [path for folder in ("*.md", "docs/**/*.md", ".github/**/*.md") for path in sorted(ROOT.glob(folder))]
ROOMS = (
    "app.py|ivr/|call_flows/|audio/|tests/|docs/|requirements.txt|requirements-lab.txt|requirements-dev.txt|pyproject.toml|"
    "Makefile|.env.example|.ci/|.github/|.devcontainer/"
)
RULES = ROOT / "docs" / "golden-rules.md"
EXAMPLES = [path for path in (RULES, ROOT / "CONTRIBUTING.md") if path.exists()]
READMES = [ROOT / "README.md", ROOT / "docs" / "README.zh.md"]
GENERATED = {"exploration.md", "licences.md", "limits.md", "requirements.md", "rooms.md"}
OURS_TO_MAKE = {"SERVER_KEY", "LAB_TOKEN"}
"""Fields of the settings that nobody sets: a file of ours holds them."""


def page(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_headings(path: Path) -> str:
    return re.sub(r"^`[^`\n]+`$", "", path.read_text("utf-8"), flags=re.MULTILINE)


def settings() -> set[str]:
    """Every setting by the name it has in the environment."""
    return {field.name.upper() for field in fields(Settings)} - OURS_TO_MAKE


def examples() -> list[tuple[str, str, str]]:
    """Python examples of the pages that teach: (page, the line of words above, source)."""
    fence = re.compile(r"([^\n]*)\n+```python\n(.*?)```", re.DOTALL)
    return [
        (page(path), label, source) for path in EXAMPLES for label, source in fence.findall(path.read_text("utf-8"))
    ]


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_every_relative_link_leads_somewhere(path):
    """From the page's own folder; anchors and addresses are left alone."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8"))
    lost = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert lost == []


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_every_file_that_is_named_exists(path):
    """A path in backticks that looks like one of ours; `*` and `<name>` stand for any. A path that is
    alone on its line heads a file to be made."""
    named = re.findall(rf"`((?:{ROOMS})[A-Za-z0-9_./*<>-]*)`", without_headings(path))
    lost = [name for name in named if not any(ROOT.glob(re.sub(r"<[^>]*>", "*", name).rstrip("/")))]
    assert lost == []


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_every_make_command_has_its_target(path):
    """`make something` in code is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = re.findall(r"`[^`\n]+`|^```.*?^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    named = {name for piece in code for name in re.findall(r"\bmake ([a-z-]+)\b", piece)}
    assert named - targets == set()


@pytest.mark.parametrize("path", [path for path in PAGES if path.name not in GENERATED], ids=page)
def test_a_page_says_who_does_what(path):
    """No "whoever", and nothing that "came of it": these hide the subject or the object of a sentence."""
    riddles = re.findall(
        r"\b(?:who(?:m)?ever|what(?: ha[sd])? bec(?:ame|ome) of|came of (?:it|that))\b", path.read_text("utf-8").lower()
    )
    assert riddles == []


def test_the_table_where_is_x_names_files_that_exist():
    """Each row has a file or a folder, and no question is asked twice."""
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Where is X?")[2].partition("\n## ")[0]
    rows = [row.strip("|").split("|") for row in table.splitlines()[4:] if row.startswith("| ") and "**" not in row]
    rows = [row for row in rows if row[0].strip() != "to change"]
    named = {question.strip(): re.findall(r"`([^`]*[/.][^`]*)`", answer) for question, answer in rows}
    assert len(named) == len(rows) >= 30
    assert [question for question, paths in named.items() if not paths] == []
    paths = [path for found in named.values() for path in found]
    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []


def test_the_env_example_holds_every_setting_and_no_other():
    """Commented or not."""
    example = (ROOT / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == settings()


@pytest.mark.parametrize("name", ["settings.md", "settings.zh.md"])
def test_the_settings_page_explains_every_setting_and_no_other(name):
    """One row each, by the name that is set."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / name).read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(settings())


@pytest.mark.parametrize("path", PAGES, ids=page)
def test_every_anchor_leads_to_a_heading(path):
    """Headings by GitHub's spelling, on this page and on others."""
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text("utf-8")):
        other = (path.parent / target if target else path).read_text("utf-8")
        headings = re.findall(r"^#+ (.+)$", other, re.MULTILINE)
        spelt = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in spelt, f"{target}#{anchor}"


def test_the_readme_is_short():
    """A screenful or two; what is longer has a page of its own. Both languages have the same sections."""
    english, chinese = (path.read_text("utf-8") for path in READMES)
    assert max(len(english.splitlines()), len(chinese.splitlines())) <= 140
    shape = [re.findall(r"^(?:## |```\w*$|\d\. |- \*\*|\[?!\[|\|)", text, re.MULTILINE) for text in (english, chinese)]
    assert shape[0] == shape[1]


def test_every_package_is_listed_with_its_licence():
    """As installed; on a difference run the command that the page names."""
    assert (ROOT / "docs" / "licences.md").read_text("utf-8") == licences.page(), f"stale: run {licences.COMMAND}"
    assert set(licences.PURPOSES) == set(locks.asked_for(locks.DEV))


def test_every_marker_names_a_known_requirement():
    """Misspelt numbers prove nothing."""
    assert requirements.unknown(requirements.proofs()) == []


def test_the_table_of_requirements_is_fresh():
    """On a difference run the command that the page names."""
    assert requirements.PAGE.read_text("utf-8") == requirements.page(), f"stale: run {requirements.COMMAND}"


def test_the_markers_are_read_as_they_are_written():
    """Plain, attribute and `pytest.param` marks; without `caller` a test counts for one language."""
    source = (
        '@requirement("R1", "R2")\ndef test_a(caller): ...\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.requirement("R3"))])\ndef test_b(line, '
        "x): ...\n"
        "def test_c(caller): ...\n"
    )
    found = [(proof.test, proof.numbers, proof.both) for proof in requirements.proofs_in("m.py", source)]
    assert found == [("test_a", ("R1", "R2"), True), ("test_b", ("R3",), False)]


def quoted() -> list[tuple[Path, str, str]]:
    """What the first pages quote of the code: (page, path, source)."""
    fence = re.compile(r"(?:as it stands in|代码原样摘自) `([^`]+)`[:：]\n+```python\n(.*?)```", re.DOTALL)
    return [(path, *found) for path in READMES for found in fence.findall(path.read_text("utf-8"))]


def definitions(source: str) -> dict[str, str]:
    """The functions of a module as they are written."""
    found = [one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {one.name: ast.get_source_segment(source, one) or "" for one in found}


def test_the_first_pages_quote_the_code_as_it_stands():
    """Letter by letter, and not as it was once."""
    assert [where for where, _path, _source in quoted()] == READMES
    for where, path, source in quoted():
        quote, code = definitions(source), definitions((ROOT / path).read_text("utf-8"))
        assert quote and quote == {name: code.get(name) for name in quote}, f"{page(where)} and {path} differ"


def test_the_first_pages_tell_what_is_in_the_demo_world():
    """Ready-made calls, all of which can be played there; wallets, and customers with what they key."""
    world = json.loads((ROOT / "ivr" / "lab" / "default_world.json").read_text("utf-8"))
    written = json.loads((ROOT / "ivr" / "simulator" / "browser_phone" / "demo_calls.json").read_text("utf-8"))[
        "demo_calls"
    ]
    assert len(list(demo_calls(world))) == len(written)
    english, chinese = (path.read_text("utf-8") for path in READMES)
    assert f"{len(written)} calls stand there ready" in english
    assert f"那里有 {len(written)} 通现成的电话" in chinese
    assert (len(world["wallets"]), len(world["customers"])) == (2, 11)
    english, chinese = ((ROOT / "docs" / name).read_text("utf-8") for name in ("lab.md", "lab.zh.md"))
    assert "Two wallets and eleven customers" in english and "两个钱包，十一位客户" in chinese
    for customer in world["customers"]:
        number = (customer["mobile"] or "").removeprefix("+86").removeprefix("+") or customer["wallet_id"]
        keys = [f"`{number}#`", f"`{customer['id_tail'].replace('X', '*')}`"]
        assert all(key in english and key in chinese for key in keys), customer["id"]
        said = re.findall(rf"`{number}#`.*", english + chinese)
        assert all("by text" in row or "短信" in row or f"`{customer['phone_pin']}`" in row for row in said)


@pytest.mark.parametrize("where, label, source", examples())
def test_examples_are_as_good_or_bad_as_they_say(where, label, source):
    """Good ones pass the check of the golden rules; bad ones that are marked *checked* do not."""
    if "(checked)" in label:
        assert faults(source) != []
    else:
        assert faults(source) == []


def test_a_row_without_a_dialogue_test_in_both_languages_fails_the_command(monkeypatch, capsys):
    """One language is none."""
    proofs = requirements.proofs()
    less = [replace(proof, both=False) if "R60" in proof.numbers else proof for proof in proofs]
    monkeypatch.setattr(requirements, "proofs", lambda: less)
    assert requirements.main() == 1
    assert capsys.readouterr().err == "R60 has no dialogue test in both languages\n"


def test_every_requirement_has_its_row():
    """R1 to R87, and each is built."""
    rows = requirements.known()
    assert list(rows) == [f"R{number}" for number in range(1, 88)]
    assert all(row.built for row in rows.values())


def test_every_capability_that_is_built_has_a_dialogue_test_in_both_languages():
    """A requirement is not built because somebody says so."""
    assert requirements.untested() == []


def source() -> str:
    """All of the line's code."""
    return "".join(path.read_text("utf-8") for path in sorted(ROOT.glob("ivr/**/*.py")))


def test_every_log_event_and_metric_that_operators_are_told_of_exists():
    """An alarm on a name that nobody logs never rings."""
    text, code = (ROOT / "docs" / "operations.md").read_text("utf-8"), source()
    rows = text.partition("| event | what it means |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    names = {event for row in rows for event in re.findall(r"`([^`]+)`", row.split("|")[1])}
    names |= set(re.findall(r"`([a-z ]+)` in the log", text)) | set(re.findall(r"in the log \(`([a-z ]+)`", text))
    metrics = {re.sub(r"_(total|count|bucket)$", "", name) for name in re.findall(r"`(ivr_[a-z_]+)", text)}
    assert len(names) > 10 and len(metrics) > 10
    assert {name for name in names if f'"{name}"' not in code} == set()
    assert {name for name in metrics if f'"{name}' not in code} == set()
