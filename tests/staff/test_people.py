"""Who can be added and where they can be rung; what each role may do, and which wallets a query covers."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ivr.staff import audit, people
from ivr.staff.addresses import WrongAddress, checked_address
from ivr.staff.people import Person, WrongPerson
from ivr.staff.roles import NEEDS_CODE, RIGHTS, ROLES, may
from ivr.staff.scope import Scope
from ivr.staff.tables import audit_log, staff
from ivr.storage.database import begin_read, begin_write
from tests.staff.conftest import AN, BO, MEI, SU

TRUNK = "BY" + "0" * 32
IVR = Path(__file__).parents[2] / "ivr"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "+12025550198",
        "client:mei",
        "sip:mei@pbx.example.com:5061",
        "sips:mei@192.0.2.1",
        f"byoc:{TRUNK}/+8619900000051",
    ],
)
def test_these_addresses_can_be_rung(address):
    """Or nobody is rung, with an empty one."""
    assert checked_address(f" {address} ", "mei") == address


@pytest.mark.parametrize(
    "address, says",
    [
        ("+8619900000051", "mainland China, so +8619900000051 cannot be rung; write byoc:BY…/+8619900000051"),
        ("client:bo", "client:mei"),
        ("client:", "client:mei"),
        ("12025550198", "write a number such as +1"),
        ("+1202555", "no telephone of a person"),
        ("+19002345678", "no telephone of a person"),
        ("+1202555０198", "no telephone of a person"),
        (f"byoc:{TRUNK}/+1", "write a number"),
        (f"byoc:{TRUNK}/+86199", "write a number"),
        ("byoc:BY1/+8619900000051", "write a number"),
        ("sip:mei@pbx.example.com?X-Header=1", "write a number"),
        ("sip:mei@a b", "write a number"),
        ("mailto:mei@example.com", "write a number"),
    ],
)
def test_other_addresses_are_refused_with_what_to_write(address, says):
    """+86 above all: Twilio would take the call and fail."""
    with pytest.raises(WrongAddress, match=re.escape(says)):
        checked_address(address, "mei")


@pytest.mark.parametrize(
    "change, about",
    [
        ({"id": "Mei"}, "id"),
        ({"id": "m"}, "id"),
        ({"id": "m" * 33}, "id"),
        ({"id": "mei-li"}, "id"),
        ({"id": "mei\n"}, "id"),
        ({"name": " \x00"}, "name"),
        ({"name": "N" * 81}, "name"),
        ({"role": "root"}, "role"),
        ({"wallets": ("haiyun", "nobody")}, "wallets"),
        ({"wallets": ()}, "wallets"),
        ({"languages": ("fr",)}, "languages"),
        ({"topics": ()}, "topics"),
        ({"address": "+8619900000051"}, "address"),
        ({"id": "mei"}, "id"),
    ],
)
def test_what_is_wrong_with_a_person_is_named_by_its_field(door, change, about):
    """And nothing is stored."""
    with pytest.raises(WrongPerson) as refused, begin_write(door.engine) as conn:
        people.add(conn, replace(MEI, **{"id": "mei2", "address": ""} | change), "hash", "root", door.now)
    assert refused.value.about == about
    with begin_read(door.engine) as conn:
        assert sorted(conn.scalars(sa.select(staff.c.id))) == ["an", "bo", "mei", "su"]


def test_a_person_comes_back_as_they_were_added(door):
    """With all lists in their order."""
    new = Person("li", "李 <b>", "auditor", ("linfu", "haiyun"), ("en",), ("security", "other"), "client:li")
    with begin_write(door.engine) as conn:
        people.add(conn, new, "hash", "root", door.now)
        assert people.find(conn, "li") == new
        people.disable(conn, "li", "an", door.now)
        assert people.find(conn, "li").disabled
        people.enable(conn, "li", "an", door.now)
        assert people.find(conn, "li") == new and people.find(conn, "nobody") is None


def test_every_change_is_in_the_audit_log_with_nothing_secret(door):
    """Who did it, and what was changed; no password, no secret, no address."""
    with begin_write(door.engine) as conn:
        people.change(conn, replace(MEI, address="", topics=("security",)), "an", door.now)
        people.set_password(conn, "mei", "a-hash", "an", door.now)
        people.set_totp(conn, "mei", "a-seal", "an", door.now)
        people.disable(conn, "mei", "an", door.now)
        rows = list(conn.execute(sa.select(audit_log).where(audit_log.c.about == "mei").order_by(audit_log.c.n)))
    assert [(row.who, row.act) for row in rows] == [
        ("root", "person-added"),
        *(("an", act) for act in ("person-changed", "password-set", "totp-set", "person-disabled")),
    ]
    assert rows[1].details == '{"changed": ["address", "topics"], "role": "agent"}'
    assert not any(secret in repr(row) for row in rows for secret in ("a-hash", "a-seal", "+1202"))


def test_an_act_that_is_undone_leaves_no_row(door):
    """Both are one transaction."""

    def disable_and_fail():
        with begin_write(door.engine) as conn:
            people.disable(conn, "mei", "an", door.now)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        disable_and_fail()
    with begin_read(door.engine) as conn:
        assert not people.find(conn, "mei").disabled
        assert conn.scalar(sa.select(sa.func.count()).where(audit_log.c.act == "person-disabled")) == 0


def test_no_code_changes_or_deletes_a_row_of_the_audit_log():
    """Neither by the table nor in SQL."""
    for path in IVR.rglob("*.py"):
        source = path.read_text("utf-8")
        calls = [ast.unparse(one) for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
        wrong = [
            call
            for call in calls
            if call.startswith(("sa.update(audit_log", "sa.delete(audit_log", "update(audit", "delete(audit"))
        ]
        assert wrong == [], path
        assert "audit_log.update" not in source and "audit_log.delete" not in source, path
        if path.parent.name != "versions":
            assert "UPDATE audit_log" not in source and "DELETE FROM audit_log" not in source, path


def test_a_scope_covers_its_wallets_and_nothing_else(door):
    """Rows of other wallets, of none and of an unknown one are out; a scope of nothing sees nothing."""
    with begin_write(door.engine) as conn:
        for wallet in ("haiyun", "linfu", "third", ""):
            audit.record(conn, "mei", "looked", f"of-{wallet}", door.now, wallet)
        found = {
            names: [entry.about for _, entry in audit.entries(conn, Scope.of(names))]
            for names in ((), ("haiyun",), ("haiyun", "linfu"), ("nobody",))
        }
    assert found == {
        (): [],
        ("haiyun",): ["of-haiyun"],
        ("haiyun", "linfu"): ["of-linfu", "of-haiyun"],
        ("nobody",): [],
    }
    assert Scope.of(("a", "b")).holds(["a"]) and not Scope.of(("a",)).holds(["a", "b"]) and not Scope.of("a").holds([])


def test_an_admin_of_one_wallet_sees_the_people_of_that_wallet_only(door):
    """Not those who also work for another."""
    with begin_read(door.engine) as conn:
        assert people.everybody(conn, Scope.of(["haiyun"])) == [MEI]
        assert people.everybody(conn, AN.scope) == people.everybody(conn) == [AN, BO, MEI, SU]


def test_who_can_sign_in_has_a_password_and_where_needed_an_app(door):
    """Disabled people are neither counted nor missed."""
    with begin_write(door.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "su").values(totp_sealed=None))
        conn.execute(sa.update(staff).where(staff.c.id == "bo").values(password_hash=None))
        people.disable(conn, "mei", "an", door.now)
        assert people.who_can_sign_in(conn) == ([AN], [SU])


def test_the_log_is_read_page_by_page_and_about_one_thing(door):
    """Newest first; rows about people only for those who may see the people."""
    with begin_write(door.engine) as conn:
        for place in range(5):
            audit.record(conn, "su", "looked", f"CA{place % 2}", door.now, "haiyun", place=place)
        first = audit.entries(conn, SU.scope, most=2)
        second = audit.entries(conn, SU.scope, before=first[-1][0], most=2)
        about = audit.entries(conn, SU.scope, about="CA1")
        mine = audit.entries(conn, Scope.of(["haiyun"]), people=["mei"], about="mei")
    assert [one.details["place"] for _, one in first + second] == [4, 3, 2, 1]
    assert [one.details["place"] for _, one in about] == [3, 1]
    assert [one.act for _, one in mine] == ["person-added"]


def test_roles_have_the_rights_that_the_documents_name():
    """An admin sees no calls, an auditor reveals nothing, an unknown role may nothing."""
    assert set(RIGHTS) == set(ROLES) and set(NEEDS_CODE) == {"supervisor", "admin"}
    assert not may("admin", "calls") and not may("admin", "own-calls") and not may("auditor", "reveal")
    assert not may("agent", "audit") and not any(may("root", right) for right in ("calls", "people", "audit"))
