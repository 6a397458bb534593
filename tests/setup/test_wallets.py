"""`flask wallets` takes a good file whole and a bad one not at all, and says which."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr.lab.world import DEFAULT
from ivr.setup.wallets import wallets_group
from ivr.storage.database import begin_read
from ivr.wallet import directory
from ivr.wallet.tables import wallets
from ivr.wallet_api.server import create_app
from tests.wallet.conftest import TOKEN, WALLETS, demo  # noqa: F401
from tests.wallet.serving import served

DEMO = json.loads(DEFAULT.read_text("utf-8"))["wallets"]
TOML = """
[[wallets]]
id = "haiyun"
line = "+12025550100"
lines = ["+12025550101"]
name = {zh = "海云钱包", en = "Haiyun Wallet"}
timezone = "Asia/Shanghai"
calendar = "CN"

[wallets.hours]
mon = "09:00-21:00"
tue = "09:00-21:00"
wed = "09:00-21:00"
thu = "09:00-21:00"
fri = "09:00-21:00"
sat = "closed"
sun = "closed"
holiday = "closed"
"""


@pytest.fixture
def live(settings, database):
    """Settings of a line outside of the lab, on a migrated database."""
    return replace(settings, lab=False, database_url=database.url.render_as_string(hide_password=False))


def run(settings, *arguments):
    """The command as a person runs it."""
    return CliRunner().invoke(wallets_group(lambda: settings), [str(one) for one in arguments])


def written(tmp_path, document, name="wallets.json"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def known(database):
    with begin_read(database) as conn:
        return sorted(conn.scalars(sa.select(wallets.c.id)))


def test_a_file_of_wallets_is_served_without_the_lab(live, database, tmp_path):
    """Each at its lines."""
    done = run(live, "load", written(tmp_path, {"wallets": DEMO}))
    assert done.exit_code == 0, done.output
    assert "linfu: Linfu, called at +864000000102" in done.output
    with begin_read(database) as conn:
        assert directory.by_line(conn, "+864000000102").name["en"] == "Linfu"
        assert directory.by_id(conn, "haiyun").policy["cut_off"] == "17:00"


def test_a_second_file_replaces_the_first(live, database, tmp_path):
    """A wallet that it does not name is not served any more."""
    run(live, "load", written(tmp_path, {"wallets": DEMO}))
    assert run(live, "load", written(tmp_path, {"wallets": DEMO[1:]})).exit_code == 0
    assert known(database) == ["linfu"]


def test_toml_is_read_as_json_is(live, database, tmp_path):
    """With every part in its place."""
    rest = "".join(f"\n[wallets.{name}]\n{_toml(DEMO[0][name])}" for name in ("channels", "policy"))
    done = run(live, "load", written(tmp_path, TOML + rest, "wallets.toml"))
    assert done.exit_code == 0, done.output
    with begin_read(database) as conn:
        assert directory.by_line(conn, "+12025550101").policy == DEMO[0]["policy"]


@pytest.mark.parametrize(
    "name, document, says",
    [
        ("wallets.yaml", "", "ends in .yaml; write .json or .toml"),
        ("wallets.json", "{", "is no JSON: "),
        ("wallets.json", "[" * 100_000, "is no JSON: "),
        ("wallets.toml", "[[wallets", "is no TOML: "),
        ("wallets.json", [], "is a list; write one list, wallets"),
        ("wallets.json", {}, "write one list, wallets"),
        ("wallets.json", {"wallets": []}, "has no wallet in its list"),
        ("wallets.json", {"wallets": DEMO, "customers": []}, "has wallets, customers; write one list"),
        ("wallets.json", {"wallets": [*DEMO, DEMO[0]]}, 'wallets[2].id is "haiyun", and so is wallets[0].id'),
        ("wallets.json", {"wallets": [DEMO[0] | {"id": "海云"}]}, 'wallets[0].id is "海云"; write small letters'),
        ("wallets.json", {"wallets": [DEMO[0] | {"timezone": "China"}]}, 'wallets[0].timezone is "China"; write'),
        ("wallets.json", {"wallets": [{"id": "haiyun"}]}, "wallets[0].line is missing"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_why(live, database, tmp_path, name, document, says):
    """Where, what came, what to write."""
    run(live, "load", written(tmp_path, {"wallets": DEMO[1:]}))
    failed = run(live, "load", written(tmp_path, document, name))
    assert failed.exit_code == 1 and says in failed.output
    assert known(database) == ["linfu"]


def test_a_file_that_is_not_there_is_named(live, tmp_path):
    """With the system's reason."""
    failed = run(live, "load", tmp_path / "none.json")
    assert failed.exit_code == 1 and "none.json cannot be read (No such file" in failed.output


def test_a_database_that_was_never_migrated_is_named(live, tmp_path):
    """Not a traceback."""
    empty = replace(live, database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    for arguments in (("load", written(tmp_path, {"wallets": DEMO})), ("check",)):
        failed = run(empty, *arguments)
        assert failed.exit_code == 1 and "did you run make migrate?" in failed.output


def test_in_the_lab_the_world_has_the_wallets(settings, tmp_path):
    """Two masters would undo each other."""
    failed = run(settings, "load", written(tmp_path, {"wallets": DEMO}))
    assert failed.exit_code == 1 and "/lab/world" in failed.output


def test_a_wallet_whose_api_answers_is_good_and_any_other_is_not(live, tmp_path, demo):  # noqa: F811
    """Right address and wrong token, and no address at all."""
    run(live, "load", written(tmp_path, {"wallets": DEMO}))
    with served(create_app(demo, WALLETS, TOKEN)) as url:
        good = run(replace(live, wallet_api_url={"": url}, wallet_api_token={"": TOKEN}), "check")
        assert good.exit_code == 0 and "[ ok ] haiyun: 7 promotions" in good.output
        wrong = {"haiyun": TOKEN, "linfu": "another"}
        mixed = run(replace(live, wallet_api_url={"haiyun": url, "linfu": url}, wallet_api_token=wrong), "check")
        assert mixed.exit_code == 1 and "[BAD ] linfu: it answered 401" in mixed.output
    none = run(live, "check")
    assert none.exit_code == 1 and "set WALLET_API_URL" in none.output


def _toml(value):
    """A table's lines; what is inside is written on its line."""
    return "".join(f"{name} = {_inline(inner)}\n" for name, inner in value.items())


def _inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_inline(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
