"""What an agent does for the caller from the card: in their own talk, with enough proof, once, with a row that says
who."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.callbacks import attempts
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.calls.report import tell_crm
from ivr.cases.tables import cases, disputes
from ivr.demo.tables import customers
from ivr.demo.wallet import DemoWallet
from ivr.engine.errors import Unavailable
from ivr.engine.journal import calls, journal
from ivr.engine.secrets import ERASED
from ivr.follow_up.context import Context
from ivr.follow_up.messages import TextOutbox
from ivr.follow_up.tables import deliveries, messages
from ivr.privacy import erasure, retention
from ivr.queue.talk_notes import WRITABLE
from ivr.serving import freezes, offer
from ivr.serving.context import Caller, Services, Serving
from ivr.staff import acts
from ivr.staff.tables import agent_acts
from ivr.storage.database import begin_read, begin_write
from ivr.texts.follow_ups import COMPOSERS
from tests.call_flows.line import lab_settings, url_of
from tests.desk.conftest import NOON, live, open_desk, play
from tests.desk.queue_rows import ends, hangs_up_back, rings, rings_back, talks, talks_back, waits
from tests.desk.test_calls import tell

LINS_MOBILE = "+8619900000051"
FROZEN = {"status": "frozen"}


class Bank(DemoWallet):
    """The demo wallet: it may be away, lose its answers to writes, and it keeps the keys of these."""

    def __init__(self, engine: sa.Engine) -> None:
        self.mode, self.loses, self.keys = "ok", False, []
        super().__init__(engine, lambda _conn: NOON, lambda _conn: self.mode)

    def unfreeze(self, account: str, key: str, deadline: float) -> Any:
        """Lifted; perhaps nobody hears of it."""
        return self._told(key, super().unfreeze(account, key, deadline))

    def dispute(self, account: str, payment: str, reason: Any, key: str, deadline: float) -> Any:
        """Filed; perhaps nobody hears of it."""
        return self._told(key, super().dispute(account, payment, reason, key, deadline))

    def _told(self, key: str, answer: Any) -> Any:
        self.keys.append(key)
        if self.loses:
            raise Unavailable("its answer is lost")
        return answer


@pytest.fixture
def bank(copied):
    """The wallet of the desk."""
    return Bank(copied)


@pytest.fixture
def desk(day, copied, bank, monkeypatch):
    """The desk at noon of that day, with a wallet that answers."""
    return open_desk(live(day.settings), copied, monkeypatch, wallet=bank)


@pytest.fixture
def mei(desk, day):
    """An agent in a talk with Lin, whom the line has verified."""
    window = desk.by("agent_h")
    window.posts("/desk/state", state="available")
    rings(desk, "agent_h", waits(desk, day.taken))
    talks(desk)
    return window


def change(desk, customer="K1", **fields):
    """Change a customer at the bank."""
    here = customers.c.id == customer
    with begin_write(desk.engine) as conn:
        kept = json.loads(conn.scalar(sa.select(customers.c.document).where(here)))
        conn.execute(sa.update(customers).where(here).values(document=json.dumps(kept | fields)))


def status(desk, customer="K1"):
    """How the account stands at the bank."""
    with begin_read(desk.engine) as conn:
        return json.loads(conn.scalar(sa.select(customers.c.document).where(customers.c.id == customer)))["status"]


def serve(window, call, act, id=None, **form):
    """Send a form of the card; its id is new unless given."""
    return window.posts(f"/desk/calls/{call}/serve/{act}", id=id or acts.new_id(), **form)


def card(window, call):
    """The page, as text."""
    answer = window.gets(f"/desk/calls/{call}")
    assert answer.status_code == 200
    return answer.text


def rows(desk, table=agent_acts, *where):
    """The rows of a table."""
    with begin_read(desk.engine) as conn:
        return conn.execute(sa.select(table).where(*where)).all()


def texts(desk, kind):
    """The messages of a kind."""
    return [one.id for one in rows(desk, messages) if one.id.partition(":")[0] == kind]


def case_of(desk, customer="K1"):
    """The reference of the customer's case."""
    return rows(desk, cases, cases.c.customer == customer)[0].reference


def verify(window, call):
    """Bring the call to L3."""
    assert serve(window, call, "verify", how="document", sure="1").status_code == 303


def composed(desk, bank, message):
    """The text that the worker would send."""
    context = Context(desk.engine, desk.settings, None, lambda _conn: NOON, wallet=bank)
    return COMPOSERS[message.partition(":")[0]].compose(context, message)


def test_the_acts_are_closed_in_one_block_of_the_card(desk, mei, day):
    """Below the story; an auditor reads the card without it."""
    page = card(mei, day.taken)
    assert page.index("What was done and found") < page.index("Do for the customer") < page.index("After the call")
    assert not re.search(r"<details[^>]* open", page) and "/serve/text" in page and "/serve/unfreeze" not in page
    assert "Do for the customer" not in card(desk.by("audit_h"), day.taken)


def test_only_the_agent_of_the_talk_acts_until_an_hour_after_its_end_and_supervisors_on_that_day(desk, mei, day):
    """Another agent has no card, another wallet's supervisor neither; yesterday's proof is nobody's proof of today."""
    ends(desk)
    assert serve(mei, day.taken, "callback", number="caller").status_code == 303
    for name in ("idle_h", "agent_l", "super_l"):
        assert serve(desk.by(name), day.taken, "text", text="numbers").status_code == 404
    assert serve(desk.by("audit_h"), day.taken, "text", text="numbers").status_code == 403
    desk.now += WRITABLE + timedelta(seconds=1)
    late = desk.by("agent_h")
    assert serve(late, day.taken, "text", text="numbers").status_code == 404
    assert "/serve/" not in card(late, day.taken)
    supervisor = desk.by("super_h")
    assert serve(supervisor, day.taken, "text", text="numbers").status_code == 303
    desk.line_now += timedelta(days=1)
    assert "/serve/" not in card(supervisor, day.taken)
    assert serve(supervisor, day.taken, "text", text="numbers").status_code == 404


def test_a_freeze_is_lifted_by_an_agent_who_verified_the_caller_to_l3(desk, mei, day, bank):
    """Two factors by the line are not enough: 403, and the card says what is missing. Then one row, one text."""
    change(desk, **FROZEN)
    page = card(mei, day.taken)
    assert "First verify the caller" in page and "/serve/unfreeze" not in page
    assert serve(mei, day.taken, "unfreeze").status_code == 403 and status(desk) == "frozen"
    verify(mei, day.taken)
    page = card(mei, day.taken)
    assert "verified by an agent" in page and "identity document compared" in page and "/serve/unfreeze" in page
    form = acts.new_id()
    for _ in range(2):
        answer = serve(mei, day.taken, "unfreeze", form)
        assert (answer.status_code, answer.location) == (303, f"/desk/calls/{day.taken}#serve")
    assert status(desk) == "active" and bank.keys == [f"{day.taken}:unfreeze:{form}"]
    (row,) = rows(desk, agent_acts, agent_acts.c.act == "unfreeze")
    assert (row.staff, row.call, row.customer, row.status) == ("agent_h", day.taken, "K1", "done")
    for act in ("caller-verified", "unfreeze-asked", "account-unfrozen"):
        assert desk.audited(act) == [("agent_h", day.taken, "haiyun")]
    (message,) = texts(desk, "unfreeze")
    text = composed(desk, bank, message)
    assert text.to == LINS_MOBILE and "解除您账户的冻结" in text.body
    assert "Lifted the freeze" in card(mei, day.taken)


def test_the_card_says_frozen_as_long_as_the_wallet_does(desk, mei, day):
    """Not as the call found it: an agent may have lifted the freeze since, or somebody have frozen it."""
    assert "The account is frozen" not in card(mei, day.taken)
    change(desk, **FROZEN)
    assert "The account is frozen" in card(mei, day.taken)
    verify(mei, day.taken)
    serve(mei, day.taken, "unfreeze")
    assert "The account is frozen" not in card(mei, day.taken)


def test_the_level_that_an_agent_proved_stands_in_the_report(desk, mei, day):
    """Lists, the card and the wallet's own people read the same."""
    assert "verified by an agent" not in mei.gets("/desk/").text
    verify(mei, day.taken)
    assert "verified by an agent" in mei.gets("/desk/").text


def test_the_box_must_be_ticked_and_the_way_be_known(desk, mei, day):
    """An agent who presses by mistake has verified nobody."""
    assert serve(mei, day.taken, "verify", how="document").status_code == 409
    assert serve(mei, day.taken, "verify", how="by-eye", sure="1").status_code == 400
    assert rows(desk) == []


def test_a_wallet_that_does_not_answer_is_told_as_unknown_and_asked_again_under_the_same_key(desk, mei, day, bank):
    """Neither done nor not done; the repeat may come from another page, with another id."""
    change(desk, **FROZEN)
    verify(mei, day.taken)
    bank.loses = True
    first = acts.new_id()
    serve(mei, day.taken, "unfreeze", first)
    page = card(mei, day.taken)
    assert "nobody knows whether the freeze was lifted" in page and "Lifted the freeze" not in page
    assert texts(desk, "unfreeze") == [] and desk.audited("account-unfrozen") == []
    bank.loses = False
    serve(mei, day.taken, "unfreeze")
    serve(mei, day.taken, "unfreeze", first)
    page = card(mei, day.taken)
    assert "nobody knows" not in page and "Lifted the freeze" in page
    assert set(bank.keys) == {f"{day.taken}:unfreeze:{first}"} and len(texts(desk, "unfreeze")) == 1
    assert len(rows(desk, agent_acts, agent_acts.c.act == "unfreeze")) == 1
    assert len(desk.audited("unfreeze-asked")) == len(desk.audited("account-unfrozen")) == 1


def test_an_account_that_is_frozen_again_is_unfrozen_under_another_key(desk, mei, day, bank):
    """The first key would be answered with the first outcome."""
    verify(mei, day.taken)
    for _ in range(2):
        change(desk, **FROZEN)
        serve(mei, day.taken, "unfreeze")
        assert status(desk) == "active"
    assert len(set(bank.keys)) == 2 == len(texts(desk, "unfreeze"))


@pytest.mark.parametrize(
    "at_bank, says",
    [
        (FROZEN | {"may_unfreeze": False}, "Only the wallet&#39;s own system lifts this freeze"),
        ({"status": "active"}, "The account is not frozen now"),
    ],
)
def test_what_is_not_for_the_line_to_lift_is_refused_in_words(desk, mei, day, bank, at_bank, says):
    """Also by a post that no form sent; the bank is not asked to do it."""
    change(desk, **at_bank)
    verify(mei, day.taken)
    page = card(mei, day.taken)
    assert "/serve/unfreeze" not in page and ("Only the wallet" in page) == ("may_unfreeze" in at_bank)
    answer = serve(mei, day.taken, "unfreeze")
    assert answer.status_code == 409 and says in answer.text and f'href="/desk/calls/{day.taken}"' in answer.text
    assert bank.keys == [] and not rows(desk, agent_acts, agent_acts.c.act == "unfreeze")


def test_who_is_told_what_to_do_gets_no_freeze_lifted(desk, mei, day):
    """A fraudster may stand beside the owner; the agent reads why."""
    change(desk, **FROZEN)
    verify(mei, day.taken)
    last = sa.select(sa.func.max(journal.c.turn)).where(journal.c.call == day.taken).scalar_subquery()
    here = (journal.c.call == day.taken) & (journal.c.turn == last)
    with begin_write(desk.engine) as conn:
        facts = json.loads(conn.scalar(sa.select(journal.c.facts).where(here))) | {"directed": True}
        conn.execute(sa.update(journal).where(here).values(facts=json.dumps(facts)))
    assert "Do not lift the freeze in this call" in card(mei, day.taken)
    assert serve(mei, day.taken, "unfreeze").status_code == 409 and status(desk) == "frozen"


def test_a_note_and_a_stage_go_to_the_case(desk, mei, day):
    """Sealed, in the audit log, on the case's page for everybody who reads it; what is sent twice is there once."""
    reference, form = case_of(desk), acts.new_id()
    for _ in range(2):
        serve(mei, day.taken, "add-to-case", form, reference=reference, note="Sent <b>the</b> slip", stage="in-review")
    (row,) = rows(desk)
    assert (row.act, row.about, row.staff) == ("note", reference, "agent_h") and "slip" not in str(row)
    assert rows(desk, cases, cases.c.reference == reference)[0].status == "in-review"
    assert desk.audited("case-noted") == desk.audited("case-stage-set") == [("agent_h", reference, "haiyun")]
    for name in ("super_h", "audit_h"):
        page = desk.by(name).gets(f"/desk/cases/{reference}").text
        assert "Sent &lt;b&gt;the&lt;/b&gt; slip" in page and "agent_h" in page and "in review" in page


def test_done_needs_its_box_and_a_case_that_is_done_is_closed_to_notes(desk, mei, day):
    """The customer would hear that the matter is settled."""
    reference = case_of(desk)
    answer = serve(mei, day.taken, "add-to-case", reference=reference, stage="done")
    assert answer.status_code == 409 and "tick it" in answer.text
    serve(mei, day.taken, "add-to-case", reference=reference, stage="done", sure="1")
    assert rows(desk, cases, cases.c.reference == reference)[0].status == "done"
    assert serve(mei, day.taken, "add-to-case", reference=reference, note="more").status_code == 409
    assert f"note-{reference}" not in card(mei, day.taken)


@pytest.mark.parametrize("form", [{}, {"note": " \n"}, {"stage": "received"}])
def test_nothing_to_save_is_said(desk, mei, day, form):
    """An empty note would look like one that was erased."""
    answer = serve(mei, day.taken, "add-to-case", reference=case_of(desk), **form)
    assert answer.status_code == 409 and "nothing to save" in answer.text and rows(desk) == []


def test_the_stage_of_a_dispute_is_the_wallets(desk, mei, day):
    """A note may be added; the stage is only shown."""
    serve(mei, day.taken, "add-to-case", reference="202611017", note="Sent a receipt", stage="done", sure="1")
    assert rows(desk, disputes, disputes.c.reference == "202611017")[0].status == "in-review"
    assert [one.act for one in rows(desk)] == ["note"] and desk.audited("case-stage-set") == []


@pytest.mark.parametrize("reference", ["202611041", "000000000", "", "x" * 5000])
def test_a_case_of_somebody_else_is_no_case(desk, mei, day, reference):
    """The reference is that of another customer, or of nobody."""
    answer = serve(mei, day.taken, "add-to-case", reference=reference, note="n")
    assert answer.status_code == 409 and rows(desk) == []


def test_a_case_is_opened_with_the_references_and_dates_of_the_line(desk, mei, day):
    """One for a matter: by the same record there is one already, and the agent reads so."""
    known = rows(desk, cases, cases.c.customer == "K1")[0]
    serve(mei, day.taken, "open-case", kind=known.kind, record=known.about)
    assert "it was there already" in card(mei, day.taken) and len(rows(desk, cases, cases.c.customer == "K1")) == 1
    form = acts.new_id()
    for _ in range(2):
        serve(mei, day.taken, "open-case", form, kind="complaint", record="Y1")
    serve(mei, day.taken, "open-case", kind="security", record="")
    opened = {one.kind: one for one in rows(desk, cases, cases.c.customer == "K1") if one.reference != known.reference}
    assert {kind: one.about for kind, one in opened.items()} == {"complaint": "Y1", "security": day.taken}
    assert opened["complaint"].due > "2026-12-01" and opened["security"].due == "2026-11-24"
    assert {f"case:{one.reference}" for one in opened.values()} <= set(texts(desk, "case"))
    assert len(desk.audited("case-opened")) == 3
    for wrong in ({"kind": "wish"}, {"kind": "complaint", "record": "Y7"}):
        assert serve(mei, day.taken, "open-case", **wrong).status_code == 400


def test_a_dispute_is_filed_for_a_payment_that_may_be_disputed(desk, mei, day, bank):
    """Those with a dispute, that failed, or that are somebody else's are not offered, and refused."""
    page = card(mei, day.taken)
    offered = re.search(r'name="payment".*?</select>', page, re.DOTALL)[0]
    assert re.findall('value="(\\w+)"', offered) == ["Y1"] and "Morning Light Books · 45.90" in offered
    for payment in ("Y2", "U1", "Y7", ""):
        assert serve(mei, day.taken, "dispute", payment=payment, cause="not-me").status_code == 409
    assert serve(mei, day.taken, "dispute", payment="Y1", cause="bored").status_code == 400
    form = acts.new_id()
    for _ in range(2):
        serve(mei, day.taken, "dispute", form, payment="Y1", cause="wrong-payee")
    (kept,) = rows(desk, disputes, disputes.c.about == "Y1")
    assert (kept.kind, kept.customer, kept.due, kept.call) == ("wrong-payee", "K1", "2026-12-03", day.taken)
    assert f"dispute:{kept.reference}" in texts(desk, "dispute") and len(bank.keys) == 1
    assert desk.audited("dispute-filed") == [("agent_h", kept.reference, "haiyun")]
    assert serve(mei, day.taken, "dispute", payment="Y1", cause="not-me").status_code == 409


def test_a_dispute_whose_outcome_is_unknown_is_filed_once(desk, mei, day, bank):
    """Looking again asks under the same key, for the same payment and reason."""
    bank.loses = True
    serve(mei, day.taken, "dispute", payment="Y1", cause="not-me")
    page = card(mei, day.taken)
    assert "nobody knows whether the dispute was filed" in page and 'name="payment"' not in page
    assert rows(desk, disputes, disputes.c.about == "Y1") == []
    bank.loses = False
    serve(mei, day.taken, "dispute")
    (kept,) = rows(desk, disputes, disputes.c.about == "Y1")
    assert kept.kind == "not-me" and len(set(bank.keys)) == 1 and kept.reference in card(mei, day.taken)


def test_a_payment_past_the_window_is_not_disputed(desk, mei, day):
    """By the wallet's own number of days."""
    with begin_write(desk.engine) as conn:
        kept = json.loads(conn.scalar(sa.text("SELECT document FROM wallets WHERE id = 'haiyun'")))
        kept["policy"]["dispute_window_days"] = 2
        told = json.dumps(kept)
        conn.execute(sa.text("UPDATE wallets SET document = :told WHERE id = 'haiyun'"), {"told": told})
    assert 'name="payment"' not in card(mei, day.taken)
    assert serve(mei, day.taken, "dispute", payment="Y1", cause="not-me").status_code == 409


def test_a_text_goes_once_to_the_number_on_file(desk, mei, day, bank):
    """A double click sends one; nobody types a number; the body is of the list."""
    form = acts.new_id()
    for _ in range(2):
        serve(mei, day.taken, "text", form, text="numbers", to="+12025550199", number="+12025550199")
    (message,) = texts(desk, "hand")
    text = composed(desk, bank, message)
    assert text.to == LINS_MOBILE and "+864000000101, 95001" in text.body and text.body.startswith("Haiyun Wallet: ")
    assert desk.audited("text-sent") == [("agent_h", day.taken, "haiyun")]
    serve(mei, day.taken, "text", text=f"reference:{case_of(desk)}")
    assert case_of(desk) in composed(desk, bank, texts(desk, "hand")[1]).body
    for wrong, code in (("reference:202611041", 409), ("free words", 400), ("code", 400), ("", 400)):
        assert serve(mei, day.taken, "text", text=wrong).status_code == code


@pytest.mark.parametrize("kind", ["app", "police", "numbers"])
def test_every_text_of_the_list_is_composed(desk, mei, day, bank, kind):
    """In the language of the call."""
    serve(mei, day.taken, "text", text=kind)
    assert composed(desk, bank, texts(desk, "hand")[0]).unsigned


def test_three_texts_a_call_and_no_more(desk, mei, day):
    """Each is paid, and nobody wants a fourth."""
    for _ in range(3):
        assert serve(mei, day.taken, "text", text="police").status_code == 303
    assert serve(mei, day.taken, "text", text="app").status_code == 409 and len(texts(desk, "hand")) == 3
    assert "Three texts were sent" in card(mei, day.taken)


@pytest.mark.parametrize(
    "stands, says",
    [
        ("queued", "not known yet"),
        ("sent", "not confirmed yet"),
        ("delivered", "arrived"),
        ("undelivered", "failed:"),
        ("dropped", "failed:"),
    ],
)
def test_the_agent_reads_how_a_text_stands(desk, mei, day, stands, says):
    """Until the operator has said so, nobody knows."""
    serve(mei, day.taken, "text", text="police")
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(messages).where(messages.c.id.startswith("hand:")).values(status=stands))
    assert says in re.search(r'<span class="badge[^>]*>([^<]*)', card(mei, day.taken).partition('id="serve"')[2])[1]


def test_a_customer_without_a_mobile_is_sent_nothing(desk, mei, day):
    """The agent reads why, before and after a try."""
    change(desk, mobile=None)
    assert "No mobile is on file" in card(mei, day.taken)
    assert serve(mei, day.taken, "text", text="police").status_code == 409 and texts(desk, "hand") == []
    assert serve(mei, day.taken, "callback", number="on-file").status_code == 409


def test_a_callback_is_promised_to_the_number_that_called_or_the_one_on_file(desk, mei, day):
    """One open promise a number, whatever asks for it; the agent reads the time that was told."""
    form = acts.new_id()
    for _ in range(2):
        serve(mei, day.taken, "callback", form, number="caller")
    serve(mei, day.taken, "callback", number="caller")
    serve(mei, day.taken, "callback", number="on-file")
    kept = rows(desk, callbacks)
    assert [(one.number_mask, one.status) for one in kept] == [
        ("0001", "requested"),
        ("0001", "joined"),
        ("0051", "requested"),
    ]
    assert len(rows(desk, callback_queue)) == 2 and kept[0].customer == "K1"
    assert "2026-11-23 12:15" in card(mei, day.taken)
    assert len(desk.audited("callback-promised")) == 3
    assert serve(mei, day.taken, "callback", number="+12025550199").status_code == 400


def test_outside_of_the_hours_a_callback_is_for_the_next_opening(desk, mei, day):
    """As in the flow."""
    desk.line_now = NOON + timedelta(hours=9, minutes=30)  # 21:30 in Shanghai
    assert serve(mei, day.taken, "callback", number="caller").status_code == 303
    assert "2026-11-24 09:00" in card(mei, day.taken)


def test_a_limit_of_callbacks_is_said_and_kept(desk, mei, day):
    """Three a day for a number; the refused one leaves no promise."""
    for _ in range(3):
        serve(mei, day.taken, "callback", number="caller")
        with begin_write(desk.engine) as conn:
            conn.execute(sa.update(callback_queue).values(status="reached"))
    answer = serve(mei, day.taken, "callback", number="caller")
    assert answer.status_code == 409 and "limit of callbacks" in answer.text
    assert len(rows(desk, callback_queue)) == 3 and rows(desk, callbacks)[-1].status == "refused"


def test_a_caller_who_is_not_verified_gets_a_callback_and_nothing_else(desk, day):
    """403 for each other act, and no form of it on the card."""
    supervisor = desk.by("super_l")
    page = card(supervisor, day.at_linfu)
    assert set(re.findall(r"/serve/([a-z-]+)", page)) == {"callback"} and "does not know who is calling" in page
    forms = {
        "verify": {"how": "document", "sure": "1"},
        "unfreeze": {},
        "add-to-case": {"reference": "202611041", "note": "n"},
        "open-case": {"kind": "complaint"},
        "dispute": {"payment": "Y22", "cause": "not-me"},
        "text": {"text": "police"},
        "callback": {"number": "on-file"},
    }
    for act, form in forms.items():
        assert serve(supervisor, day.at_linfu, act, **form).status_code == 403, act
    assert rows(desk) == []
    assert serve(supervisor, day.at_linfu, "callback", number="caller").status_code == 303
    assert "/serve/" not in card(desk.by("super_h"), day.abandoned)  # nobody, from a withheld number


def test_weak_proof_is_enough_for_the_agents_own_and_for_nothing_else(day, copied, bank):
    """Number and tail name the account; with the agent's procedure it is L3."""
    texts_ = TextOutbox(lambda _conn: NOON)
    services = Services(copied, day.settings, None, bank, texts_, lambda: NOON)
    weak = Serving(Caller("CA9", "haiyun", "K1", 1), "mei", services, lambda _conn: NOON)
    shown = offer.read_offer(weak)
    assert shown.may_verify and not shown.verified and not shown.payments
    freezes.verify(weak, acts.new_id(), "in-app", True)
    with begin_read(copied) as conn:
        assert acts.is_verified(conn, "CA9", "K1") and not acts.is_verified(conn, "CA9", "K2")


def test_a_dead_wallet_leaves_the_card_and_says_so(desk, mei, day, bank):
    """The page waits a moment, no longer; nothing is told as done."""
    for mode in ("down", "slow"):
        bank.mode = mode
        began = time.monotonic()
        page = card(mei, day.taken)
        assert time.monotonic() - began < offer.PAGE_SECONDS + 1.5
        assert "The wallet cannot be reached now" in page
        assert set(re.findall(r"/serve/([a-z-]+)", page)) == {"verify", "add-to-case", "callback"}
    bank.mode = "down"
    verify(mei, day.taken)
    for act, form in (
        ("unfreeze", {}),
        ("text", {"text": "police"}),
        ("dispute", {"payment": "Y1", "cause": "not-me"}),
    ):
        answer = serve(mei, day.taken, act, **form)
        assert answer.status_code == 409 and "nothing was done" in answer.text, act
    assert [one.act for one in rows(desk)] == ["proof"]


@pytest.mark.parametrize("id", ["", "x", "g" * 32, "a" * 33, "A" * 32])
def test_an_id_that_no_form_has_is_refused(desk, mei, day, id):
    """Before anything is looked at."""
    assert mei.posts(f"/desk/calls/{day.taken}/serve/text", id=id, text="police").status_code == 400
    assert rows(desk) == []


def test_the_id_of_another_calls_or_acts_form_is_refused(desk, mei, day):
    """One press, one call, one act."""
    form = acts.new_id()
    serve(mei, day.taken, "text", form, text="police")
    assert serve(mei, day.taken, "callback", form, number="caller").status_code == 400
    assert serve(desk.by("super_l"), day.at_linfu, "callback", form, number="caller").status_code == 400


def test_the_forms_of_a_page_have_ids_of_their_own(desk, mei, day):
    """Or the second of two acts would be taken for a repeat of the first."""
    ids = re.findall(r'name="id" value="(\w+)"', card(mei, day.taken))
    assert len(ids) == len(set(ids)) > 5 and all(acts.KEY.fullmatch(one) for one in ids)


def test_an_erasure_empties_the_notes_and_nothing_is_done_afterwards(desk, mei, day):
    """Also what was written about the customer's case in another call."""
    reference = case_of(desk)
    serve(mei, day.taken, "add-to-case", reference=reference, note="Called about the fee")
    serve(mei, day.taken, "text", text="police")
    erasure.erase(desk.engine, "haiyun", "K1", lambda _conn: desk.line_now + timedelta(days=2))
    assert all(one.note_sealed is None for one in rows(desk))
    assert [one.status for one in rows(desk, messages) if one.id.startswith("hand:")] == ["erased"]
    assert "The note was erased" in desk.by("super_h").gets(f"/desk/cases/{reference}").text
    assert rows(desk, calls, calls.c.call == day.taken)[0].key_sealed == ERASED
    assert serve(mei, day.taken, "callback", number="caller").status_code == 404


def test_retention_keeps_notes_while_their_case_is_open(desk, mei, day):
    """With the summary the notes go, with the call's row the rows."""
    reference, later = case_of(desk), "2027-06-01"
    serve(mei, day.taken, "add-to-case", reference=reference, note="Called about the fee")
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(cases).values(call="CA-another"))
        assert day.taken not in conn.scalars(retention._old_calls(later)).all()
        conn.execute(sa.update(cases).values(status="done"))
        assert day.taken in conn.scalars(retention._old_calls(later)).all()
        retention._forget_summaries(conn, [day.taken])
    assert [one.note_sealed for one in rows(desk)] == [None]
    with begin_write(desk.engine) as conn:
        retention._forget_calls(conn, [day.taken])
    assert rows(desk) == []


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_every_act_on_each_database(database, settings, monkeypatch):
    """From the card to the audit log; a form that comes four times at one moment acts once."""
    lab = lab_settings(settings, url_of(database))
    taken, _, _ = play(lab, database)
    bank = Bank(database)
    desk = open_desk(live(lab), database, monkeypatch, wallet=bank)
    change(desk, **FROZEN)
    mei = desk.by("agent_h")
    mei.posts("/desk/state", state="available")
    rings(desk, "agent_h", waits(desk, taken))
    talks(desk)
    reference = case_of(desk)
    verify(mei, taken)
    bank.loses = True
    serve(mei, taken, "unfreeze")
    bank.loses = False
    for act, form in (
        ("unfreeze", {}),
        ("add-to-case", {"reference": reference, "note": "n", "stage": "in-review"}),
        ("open-case", {"kind": "complaint", "record": "Y1"}),
        ("dispute", {"payment": "Y1", "cause": "not-me"}),
        ("text", {"text": f"reference:{reference}"}),
        ("callback", {"number": "on-file"}),
    ):
        assert serve(mei, taken, act, **form).status_code == 303, act
    form, kept, answers = acts.new_id(), len(texts(desk, "hand")), []
    crowd = [mei, *(desk.by("super_h") for _ in range(3))]
    tokens = [one.token() for one in crowd]

    def press(window, token):
        answers.append(serve(window, taken, "text", form, text="police", token=token).status_code)

    threads = [threading.Thread(target=press, args=both) for both in zip(crowd, tokens, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [303] * 4 and len(texts(desk, "hand")) == kept + 1
    page = card(mei, taken)
    told = ("Verified the caller", "Lifted the freeze", "Added a note", "Opened case", "Filed dispute", "Text:")
    assert all(one in page for one in (*told, "Promised a callback"))
    supervisor = desk.by("super_h")
    assert "lifted a freeze" in supervisor.gets("/desk/audit").text
    assert ">n<" in supervisor.gets(f"/desk/cases/{reference}").text


@pytest.fixture
def back(desk, day):
    """An agent who rings Lin back; nobody is on the line yet."""
    window = desk.by("agent_h")
    rings_back(desk, "agent_h", day.taken)
    return window


def test_in_a_callback_the_agent_verifies_the_customer_before_anything_else(desk, back, day, bank):
    """Lin keyed two factors in the call, but anybody may answer her telephone."""
    change(desk, **FROZEN)
    assert "/serve/" not in card(back, day.taken)
    talks_back(desk)
    page = card(back, day.taken)
    assert "somebody else may have answered" in page and "/serve/verify" in page and "/serve/text" not in page
    for act, form in (("text", {"text": "numbers"}), ("unfreeze", {}), ("open-case", {"kind": "complaint"})):
        assert serve(back, day.taken, act, **form).status_code == 403
    verify(back, day.taken)
    assert "somebody else may have answered" not in card(back, day.taken)
    assert serve(back, day.taken, "unfreeze").status_code == 303 and status(desk) == "active"
    assert serve(back, day.taken, "text", text="numbers").status_code == 303
    for act in ("caller-verified", "account-unfrozen", "text-sent"):
        assert desk.audited(act) == [("agent_h", day.taken, "haiyun")]


def test_a_proof_of_the_call_or_of_another_agent_is_none_in_the_callback(desk, mei, day):
    """The same agent verified Lin a while ago; now the telephone is in somebody's hand."""
    verify(mei, day.taken)
    ends(desk)
    desk.now += timedelta(minutes=5)
    rings_back(desk, "agent_h", day.taken)
    talks_back(desk)
    assert serve(mei, day.taken, "text", text="numbers").status_code == 403
    desk.now += timedelta(seconds=5)
    verify(desk.by("super_h"), day.taken)
    assert serve(mei, day.taken, "text", text="numbers").status_code == 403
    verify(mei, day.taken)
    assert serve(mei, day.taken, "text", text="numbers").status_code == 303


def test_the_acts_of_a_callback_end_an_hour_after_it(desk, back, day):
    """As those of a talk; who was not rung for it does nothing in between."""
    talks_back(desk)
    hangs_up_back(desk)
    assert serve(back, day.taken, "callback", number="caller").status_code == 303
    assert serve(desk.by("idle_h"), day.taken, "callback", number="caller").status_code == 404
    desk.now += WRITABLE + timedelta(seconds=1)
    late = desk.by("agent_h")
    assert serve(late, day.taken, "callback", number="caller").status_code == 404
    assert "/serve/" not in card(late, day.taken)


def test_a_customer_who_was_not_reached_is_nobody_to_act_for(desk, back, day):
    """Neither when their telephone rang out, nor when they pressed 1 for an agent who had left."""
    with begin_write(desk.engine) as conn:
        attempts.accept(conn, "b" * 16)
        assert attempts.join(conn, "b" * 16, desk.now)
        attempts.unjoin(conn, "b" * 16, "agent left", desk.now, desk.now)
    assert serve(back, day.taken, "callback", number="caller").status_code == 404
    assert "/serve/" not in card(back, day.taken)


def test_later_agents_read_in_the_last_calls_what_was_done_for_the_same_customer(desk, mei, day):
    """A relative with the same telephone is another customer: their card does not say whose freeze was lifted."""
    change(desk, **FROZEN)
    verify(mei, day.taken)
    serve(mei, day.taken, "unfreeze")
    serve(mei, day.taken, "text", text="numbers")
    again, relative = "CA" + "a" * 32, "CA" + "b" * 32
    with begin_write(desk.engine) as conn:
        mark = conn.scalar(sa.select(calls.c.caller_mark).where(calls.c.call == day.taken))
        for call, customer in ((again, "K1"), (relative, "K2")):
            at = {"call": call, "wallet": "haiyun", "started": "2026-11-23T11:50:00+08:00", "caller_mark": mark}
            conn.execute(sa.insert(calls).values(**at))
            proved = {"id": customer, "wallet": "haiyun", "level": 2, "how": "text"}
            tell(conn, call, {"wallet": "haiyun", "caller_tail": "0001", "customer": proved})
    supervisor = desk.by("super_h")
    page = card(supervisor, again)
    assert "Lifted the freeze" in page and "official numbers" in page and "Done in this call" not in page
    page = card(supervisor, relative)
    assert f"/desk/calls/{day.taken}" in page and "Lifted the freeze" not in page


def test_who_may_not_act_reads_what_was_done_in_the_call(desk, mei, day):
    """An auditor, and everybody on another day."""
    serve(mei, day.taken, "text", text="numbers")
    page = card(desk.by("audit_h"), day.taken)
    assert "Done in this call" in page and "official numbers" in page and "/serve/" not in page


@pytest.fixture
def told(day, copied, bank, monkeypatch):
    """A desk whose wallets have a CRM."""
    crm = {"crm_url": {"": "http://127.0.0.1:9"}, "crm_secret": {"": "s" * 16}}
    return open_desk(replace(live(day.settings), **crm), copied, monkeypatch, wallet=bank)


def events(desk):
    """What the CRM gets of acts and calls, the oldest first."""
    mine = rows(desk, deliveries, deliveries.c.id.contains(":call."))
    return {one.id: json.loads(one.body) for one in sorted(mine, key=lambda one: one.at)}


def test_the_crm_gets_each_act_once_when_it_is_done(told, day, bank):
    """Not while the wallet has not answered; nothing of what the agent wrote; a form sent twice is one event."""
    change(told, **FROZEN)
    rings(told, "agent_h", waits(told, day.taken))
    talks(told)
    window = told.by("agent_h")
    verify(window, day.taken)
    bank.loses = True
    form = acts.new_id()
    serve(window, day.taken, "unfreeze", form)
    assert [one["act"] for one in events(told).values()] == ["proof"]
    bank.loses = False
    for _ in range(2):
        serve(window, day.taken, "unfreeze", form)
    reference = case_of(told)
    serve(window, day.taken, "add-to-case", reference=reference, note="fell in the river", stage="in-review")
    found = events(told)
    assert sorted(one["act"] for one in found.values()) == ["note", "proof", "unfreeze"]
    one = found[f"{day.taken}:call.act:{form}"]
    known = {"event": "call.act", "call": day.taken, "wallet": "haiyun", "customer": "K1", "agent": "agent_h"}
    assert known.items() <= one.items() and "river" not in json.dumps(list(found.values()))


def test_a_summary_that_is_sent_after_an_act_holds_it_and_is_another_event(told, day):
    """The CRM has the first one already; the next agent reads what the one before did."""
    rings(told, "agent_h", waits(told, day.taken))
    talks(told)
    with begin_write(told.engine) as conn:
        tell_crm(conn, told.settings, day.taken, NOON)
    serve(told.by("agent_h"), day.taken, "text", text="numbers")
    with begin_write(told.engine) as conn:
        for _ in range(2):
            tell_crm(conn, told.settings, day.taken, NOON)
    summaries = {key: one for key, one in events(told).items() if one["event"] == "call.summary"}
    first, second = sorted(summaries, key=len)
    assert second == f"{first}.1" and summaries[first]["acts"] == []
    assert [(one["act"], one["about"]) for one in summaries[second]["acts"]] == [("text", "numbers")]


def test_an_erasure_empties_the_events_of_acts(told, day):
    """They name the customer and their case."""
    rings(told, "agent_h", waits(told, day.taken))
    talks(told)
    serve(told.by("agent_h"), day.taken, "text", text="numbers")
    ends(told)
    erasure.erase(told.engine, "haiyun", "K1", lambda _conn: NOON + timedelta(days=2))
    (row,) = rows(told, deliveries, deliveries.c.id.contains(":call.act:"))
    assert (row.status, row.body) == ("erased", "")
