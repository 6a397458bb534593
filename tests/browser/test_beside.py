"""The panels beside the call: what the server did, the agent's summary, texts, records."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def explained(window):
    """Lin's call, up to the reference."""
    return window.rings().explains_a_top_up("en")


def test_every_turn_shows_decisions_effects_duration_and_verification_level(explained, line):
    """Exactly what the journal holds, turn by turn."""
    panel, report = explained.looks_at("path"), line.lab(f"calls/{explained.sid}")
    expect(panel.locator(".turn")).to_have_count(10)
    turns = list(reversed(panel.locator(".turn").all_inner_texts()))
    for shown, kept in zip(turns, report["turns"], strict=True):
        assert shown.startswith(f"Turn {kept['turn']}")
        assert re.search(r"\b[\d.]+ ms\b", shown) and kept["level"] in shown
        assert all(step[1] in shown for step in kept["steps"])
        assert kept["wait"]["name"] in shown
    effects = [step[1] for turn in report["turns"] for step in turn["steps"] if step[0] == "did"]
    assert panel.locator(".graph .effect").count() == len(effects) and "cases.open_case" in effects
    assert [turn["level"] for turn in report["turns"]][::9] == ["L0", "L2"]
    done = panel.locator("details", has_text="effects.likely_top_ups")
    done.locator("summary").click()
    expect(done.locator("dl").first).to_be_visible()


def test_amounts_ids_and_times_are_shown_as_people_read_them(window):
    """Yuan instead of fen, the payment instead of its id, local time without a T; in the Path and in all fields."""
    window.rings()
    proof = ("19900000055#", "306128", "2", "264913")
    for keys in ("2", "3", "2", "2", "1", *proof, "2", "4", "1", "1", "1"):
        window.presses(keys).hears_a_question()
    panel = window.looks_at("path")
    expect(panel).to_contain_text("· 36.00 yuan · Hillview Coffee")
    expect(panel).to_contain_text("search-payee → Hillview Coffee")
    done = panel.locator("details", has_text="records.twins")
    done.locator("summary").click()
    expect(done.locator("dl").first).to_contain_text("36.00 yuan")
    everything = window.looks_at("summary").locator("details")
    everything.locator("summary").click()
    for shown in (panel.text_content(), everything.text_content()):
        assert not re.search(r"\b3600\b|\dT\d\d:|→ Y\d", shown), shown


def test_the_summary_is_built_up_during_the_call(window):
    """Choices, entries, findings and promises appear as they happen; a panel that is not open is drawn when it is."""
    panel = window.rings().looks_at("summary")
    window.presses("2").hears_a_question().presses("2").hears_a_question()
    expect(panel).to_contain_text("English › top-up and payment problems")
    expect(panel).not_to_contain_text("800.00")
    for keys in ("1", "10002054#", "553201", "2", "730162", "4", "1", "800#", "1"):
        window.presses(keys).hears_a_question()
    expect(panel).to_contain_text("amount 800.00 yuan")
    turns = window.page.locator("#panel-path .turn")
    assert turns.count() <= 1  # of the moment before the summary was opened
    window.looks_at("path")
    expect(turns.nth(5)).to_be_visible()


def test_afterwards_summary_texts_and_cases_agree_and_no_secret_is_shown(explained, line):
    """In the language of the page; the newest text first, the case of this call marked."""
    case, texts = line.lab("cases")[0], [text["body"] for text in line.lab("sms")]
    summary = explained.looks_at("summary").locator(".written")
    expect(summary).to_contain_text("verified (text code)")
    expect(summary).to_contain_text(f"case {case['reference']} 2026-11-24")
    explained.clicks("[data-language=zh]")
    expect(summary).to_contain_text("800.00 元")
    expect(summary).not_to_contain_text("verified")
    assert len(texts) == 2 and re.search(r"\b\d{6}\b", texts[0])
    expect(explained.looks_at("messages").locator(".body")).to_have_text(texts[::-1])
    expect(explained.looks_at("cases").locator(".mine")).to_contain_text(case["reference"])
    expect(explained.page.locator(".pressed").nth(3)).to_have_text("•" * 11 + "#")
    everything = explained.page.locator("body").text_content()
    assert "19900000051" not in everything and "21403" not in everything
