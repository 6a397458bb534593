"""Every page once on each database, from the call to the audit log: PostgreSQL gets every statement, too."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.storage.database import begin_read
from tests.call_flows.line import lab_settings, url_of
from tests.desk.conftest import live, open_desk, play


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    """Both."""
    return request.param


def test_the_desk_from_sign_in_to_the_audit_log(database, settings, monkeypatch):
    """By each role; what is found on one database is found on the other."""
    lab = lab_settings(settings, url_of(database))
    taken, at_linfu, _ = play(lab, database)
    desk = open_desk(live(lab), database, monkeypatch)
    assert desk.window().gets("/readyz").status_code == 200
    agent = desk.by("agent_h")
    assert agent.page.text.count("/desk/calls/") == 1
    assert "800.00 yuan" in agent.gets(f"/desk/calls/{taken}").text
    assert "+8613900000001" in agent.posts(f"/desk/calls/{taken}/reveal", field="caller", reason="call-back").text
    supervisor = desk.by("super_h")
    for q in ("0001", "+8613900000001"):
        assert taken in supervisor.posts("/desk/search", q=q).text
    with begin_read(database) as conn:
        reference = conn.scalar(sa.text("SELECT reference FROM cases WHERE wallet = 'haiyun'"))
    assert supervisor.posts("/desk/search", q=reference).location == f"/desk/cases/{reference}"
    assert supervisor.posts("/desk/search", q=taken).location == f"/desk/calls/{taken}"
    assert taken in supervisor.gets(f"/desk/cases/{reference}").text
    assert supervisor.gets(f"/desk/calls/{at_linfu}").status_code == 404
    admin = desk.by("admin_h")
    new = {"name": "Li", "role": "agent", "wallets": "haiyun", "languages": "zh", "topics": "other"}
    assert admin.posts("/desk/people", id="li", **new).status_code == 200
    for act in ("", "/disable", "/enable", "/password", "/totp", "/end-sessions"):
        assert admin.posts(f"/desk/people/li{act}", **new).status_code in (200, 303), act
    assert "idle_h" in admin.gets("/desk/people").text
    agent.gets("/desk/me")
    agent.posts("/desk/me/password", old="quite-long-and-secret", new="another-long-one", again="another-long-one")
    assert desk.window().signs_in("agent_h", "another-long-one").posts("/desk/sign-out").status_code == 303
    text = supervisor.gets("/desk/audit").text
    assert all(one in text for one in ("revealed a field", "looked at a case", "signed out", "set a password"))
    assert "looked at a call" in supervisor.gets(f"/desk/audit?about={taken}").text
