"""The summary: all that was entered, nothing that was secret, the same every time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.callbacks import callbacks
from ivr.engine import turn
from ivr.engine.journal import calls
from ivr.handover import reasons, recorded_effects
from ivr.handover.summary_text import summary_lines
from ivr.storage.database import begin_read
from ivr.voice_notes import notes
from tests.call_flows.disputing import reports as dispute_of_a_stranger
from tests.call_flows.line import DANA, LIN, LINFU, SUN, Caller
from tests.call_flows.test_dispute_reasons import NOT_ME
from tests.call_flows.test_freeze import gives, status, wants_a_freeze
from tests.call_flows.test_top_up import reports
from tests.call_flows.transactions import LATEST, ZHOU, looks, opens

requirement = pytest.mark.requirement
FLOWS = Path(__file__).parents[2] / "call_flows"


def unknown_top_up(caller: Caller) -> Caller:
    """A verified caller was told that the outcome is unknown."""
    return reports(caller.calls(), "800", "1121").proves(LIN)


@requirement("R24")
def test_everything_that_was_entered_is_written_in_both_languages(caller):
    """Who, chosen, entered, found, promised, and why; figures as figures."""
    unknown_top_up(caller).presses("0")
    summary = caller.report()["summary"]
    (case,) = caller.line.get("cases")
    zh, en = ("\n".join(summary["written"][lang]) for lang in ("zh", "en"))
    for text in (zh, en):
        assert all(
            part in text
            for part in ("K1", "800.00", "2026-11-21 09:40", "U2", "SYSTEMERROR", case["reference"], "2026-11-24")
        )
    assert "充值失败" in zh and "还在确认" in zh and "短信验证码" in zh
    assert "English" in en or "Mandarin" in en
    assert (
        "› failed top-ups › a code by text › unsure › a bank card ›" in en
        and "still being confirmed" in en
        and "text code" in en
    )


def test_no_menu_is_read_aloud_and_times_are_those_of_the_wallet(caller):
    """Names of options without what stands around them when they are spoken; yuan; no `T` and no other zone's hour."""
    summary = unknown_top_up(caller).report()["summary"]
    (found,) = [one for one in summary["findings"] if one["effect"] == "effects.find_top_ups"]
    found["result"]["matches"][0]["at"] = "2026-11-21T01:40:00+00:00"
    lines = [line for language in summary_lines(summary, False).values() for line in language]
    assert not re.search(r"\b(For|To|If) |\dT\d|，[^，]*请按", "\n".join(lines[1:]))
    assert "查到: 2026-11-21 09:40，800.00 元，系统还在确认，SYSTEMERROR (编号 U2)" in lines
    assert "Found: 2026-11-21 09:40, 800.00 yuan, still being confirmed, SYSTEMERROR (record U2)" in lines


@requirement("R24")
def test_the_transaction_that_was_heard_last_is_written(caller):
    """Whoever stopped at one of many need not say which one."""
    looks(caller, LIN, LATEST).picks("下一笔", "next one")
    caller.picks("下一笔", "next one").is_told("城市公交", "City Bus").presses("0")
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert "查到: 2026-11-20 07:30，12.00 元，城市公交 (编号 Y2)" in zh
    assert "Found: 2026-11-20 07:30, 12.00 yuan, City Bus (record Y2)" in en
    assert "Y1" not in zh + en


@requirement("R24")
def test_the_transaction_that_is_reported_is_written(caller):
    """Of a double charge the one that is disputed."""
    opens(caller).picks("对交易有疑问", "report a transaction").picks("多扣了钱", "overcharged").picks(
        "扣了两次", "charged twice"
    )
    caller.proves(ZHOU).picks("是的", "yes").presses("0")
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert "查到: 2026-11-20 08:21，36.00 元，望山咖啡 (编号 Y5)" in zh
    assert "2026-11-20 08:21, 36.00 yuan, Hillview Coffee (record Y5)" in en


@requirement("R24")
def test_a_transaction_that_did_not_go_through_is_written_as_such(caller):
    """As the caller heard it."""
    looks(caller, DANA, LATEST).is_told("没有成功", "did not succeed").presses("0")
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert "查到: 2026-11-21 12:00，2500.00 元，这笔没有成功 (编号 U3)" in zh
    assert "Found: 2026-11-21 12:00, 2500.00 yuan, It did not succeed (record U3)" in en


@requirement("R24")
def test_what_was_answered_with_yes_or_no_is_written(caller):
    """The phone is gone, the card is there: whoever takes over need not ask again."""
    dispute_of_a_stranger(caller, NOT_ME).picks("不是", "no").presses("2").presses("1").presses("2").presses("0")
    zh, en = (caller.report()["summary"]["written"][lang][2] for lang in ("zh", "en"))
    assert zh.endswith("手机在身边 否; 银行卡在身边 是; 认识收款方 否")
    assert en.endswith("has the phone no; has the bank card yes; knows the payee no")


@requirement("R24", "R27")
def test_an_account_that_was_frozen_before_is_written_as_frozen(caller):
    """As the caller heard it, and the agent."""
    gives(wants_a_freeze(caller.calls(LINFU)), SUN).presses("*").picks("账户被冻结", "account is frozen").picks(
        "不是", "no"
    )
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert "查到: 账户之前已经冻结" in zh and "有人指挥 否" in zh and "转接原因: 要解除冻结" in zh
    assert "Found: account frozen before this call" in en and "under orders no" in en


@requirement("R24")
@pytest.mark.parametrize("keys, why", [("0", "客户要求人工"), ("777", "多次按键不对"), ("", "多次没有按键")])
def test_why_a_person_was_found_is_written_in_the_agents_language(caller, keys, why):
    """Asked for, wrong keys, silence."""
    caller.calls().picks("信息咨询", "information")
    while not caller.talking_to:
        caller.presses(keys[0]) if keys else caller.waits()
    zh, en = (caller.report()["summary"]["written"][lang][-1] for lang in ("zh", "en"))
    assert zh.startswith(f"转接原因: {why}") and not re.search("[A-Za-z]", zh)
    assert en.startswith("Handed over because: ") and en.isascii()


def test_the_effects_that_a_summary_reads_in_upper_layers_exist():
    """Those that the hand-over cannot import, under the names in the journal."""
    above = (callbacks.request_callback, notes.keep_note, notes.drop_note)
    named = (recorded_effects.REQUEST_CALLBACK, recorded_effects.KEEP_NOTE, recorded_effects.DROP_NOTE)
    assert named == tuple(effect.name for effect in above)


def test_every_reason_of_a_flow_is_declared_with_its_chinese():
    """Reasons of `ToAgent` and of the functions that hand over without it."""
    declared = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert len(declared) > 20 and declared - reasons.CHINESE.keys() == set()
    given = re.compile(r"(?:ToAgent|speak_to_agent|last_resort|callback|hand_over)\((?:call, )?(?!call: )([^,)]+)")
    used = {found for path in FLOWS.glob("*.py") for found in given.findall(path.read_text("utf-8"))}
    used -= {"reason", "wanted.reason"}
    constants = {name.removeprefix("reasons.") for name in used if name.startswith("reasons.")}
    assert len(constants) > 15 and len(constants) == len(used)
    assert all(getattr(reasons, name) in declared for name in constants)


@requirement("R24")
def test_a_second_task_does_not_hide_what_was_entered_for_the_first(caller):
    """In order; only what the caller took back is gone."""
    unknown_top_up(caller).picks("不用补充", "skip it").picks("是的", "yes").picks("还有别的问题", "another question")
    caller.picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    caller.means_another().picks("不清楚", "unsure").picks("银行卡", "bank card").enters("50#").picks("不是", "no")
    caller.enters("60#").picks("是的", "yes").presses("0")
    for lang in ("zh", "en"):
        entered = caller.report()["summary"]["written"][lang][2]
        assert "800.00" in entered and "60.00" in entered and "50.00" not in entered


def breaks_after(effect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn that ran this effect fails before it is stored."""
    render = turn.render

    def broken(*told: Any) -> str:
        if any(step[1] == effect for step in told[3].steps):
            raise ZeroDivisionError
        return render(*told)

    monkeypatch.setattr(turn, "render", broken)


@requirement("R24")
def test_a_case_that_was_lost_with_its_turn_is_promised_by_nobody(caller, monkeypatch):
    """Its number was never stored, so neither the agent's ear nor the screen has it; the finding is there."""
    breaks_after("cases.open_case", monkeypatch)
    unknown_top_up(caller).is_told("系统出了一点问题", "went wrong on our side")
    assert caller.line.get("cases") == []
    summary = caller.report()["summary"]
    assert summary["promises"] == [] and summary["faults"] == ["ZeroDivisionError"]
    assert "U2" in "\n".join(summary["written"]["en"])
    assert "服务单" not in caller.whispers[0] and "case" not in caller.whispers[0].lower()


@requirement("R24", "R27")
def test_a_freeze_whose_turn_failed_is_told_as_the_wallet_has_it(caller, monkeypatch):
    """The wallet froze the account before the turn failed: the agent hears and reads that it is frozen."""
    breaks_after("freezing.keep_freeze", monkeypatch)
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").is_told("系统出了一点问题", "went wrong on our side")
    assert caller.line.get("freezes") == [] and status(caller.line, "K1") == "frozen"
    assert ("账户已冻结" if caller.lang == "zh" else "account is frozen") in caller.whispers[0]
    assert "frozen" in "\n".join(caller.report()["summary"]["written"]["en"]).lower()


@requirement("R24")
def test_the_summary_is_the_same_each_time_and_is_kept_with_the_call(caller):
    """From the journal alone; sealed at rest."""
    unknown_top_up(caller).presses("0")
    first = caller.report()["summary"]
    caller.waits()
    runtime = caller.line.app.extensions["line"]
    with begin_read(runtime.engine) as conn:
        kept_with = sa.select(calls.c.summary_sealed, calls.c.key_sealed).where(calls.c.call == caller.sid)
        sealed, key = conn.execute(kept_with).one()
    kept = json.loads(runtime.sealer.for_call(key).open(sealed))
    assert "top-up-amount" not in sealed
    assert (kept["entered"], kept["promises"]) == (first["entered"], first["promises"])
    assert caller.report()["summary"] == caller.report()["summary"]


@requirement("R24", "R38")
def test_no_secret_is_in_the_summary(caller):
    """Prompts that were answered secretly are named, their values are not there; numbers show a tail."""
    unknown_top_up(caller).presses("0")
    summary = caller.report()["summary"]
    text = json.dumps(summary, ensure_ascii=False)
    assert all(secret not in text for secret in (LIN.number, "21403X", caller.line.get("sms")[0]["body"]))
    assert summary["keyed_secretly"] == ["identify-code", "identify-number", "identify-tail"]
    assert summary["caller"] == "0001" and summary["verification"] == {"passed": 1, "failed": 0}


def test_a_caller_who_never_spoke_up_has_a_summary_too(caller):
    """Nothing entered, nothing found."""
    caller.dials("+864000000101").hangs_up()
    report = caller.report()
    assert report["outcome"] == "abandoned" and report["level"] == "L0"
    assert report["summary"]["written"]["en"][2].endswith("nothing")


@requirement("R24")
def test_a_record_that_was_offered_and_meant_is_written_and_whispered(caller):
    """As one that was keyed; those that the caller rejected are nobody's matter."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(LIN)
    caller.picks("不是", "no").picks("是的", "yes").is_told("已经过期", "has expired").presses("0")
    zh, en = ("\n".join(caller.report()["summary"]["written"][lang]) for lang in ("zh", "en"))
    assert "300.00 元，卡已过期" in zh and "300.00 yuan, card expired" in en
    assert "800.00" not in zh + en
    assert ("三百元" if caller.lang == "zh" else "three hundred yuan") in caller.whispers[0]
