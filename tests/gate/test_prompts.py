"""Prompts are short, in order and in plain words, and the linter sees what is not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ivr.checks.prompt_lint import findings
from ivr.checks.prompt_lint.prompt_rules import asked
from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.engine.entries import amount
from ivr.engine.prompts import Ask, Menu, Prompt
from ivr.speech.catalogue import FOLDER

WRONG_WORDS = [
    ("zh", "one-moment", "请您" + "稍等一下" * 6 + "。", "sentence"),
    ("en", "one-moment", "Please wait " + "a little " * 10 + "longer.", "sentence"),
    ("zh", "prepare", "请准备好注册手机号。" * 10, "message"),
    ("en", "prepare", "Have your registered number ready. " * 12, "message"),
    ("zh", "identified", "身份校验通过，请稍等。", "jargon"),
    ("en", "identified", "Your OTP was accepted. One moment, please.", "jargon"),
    ("zh", "one-moment", "请稍等，充值有优惠。", "promotion"),
    ("en", "one-moment", "One moment, please. Ask about our rewards.", "promotion"),
    ("zh", "wrong-menu-1", "您按错了，我们再听一次。", "blame"),
    ("zh", "wrong-entry-1", "请你再试一次。", "blame"),
    ("en", "wrong-menu-1", "Invalid choice. Let us try once more.", "blame"),
    ("en", "wrong-entry-1", "You entered a wrong code. Please try again.", "blame"),
    ("zh", "take-your-time", "不着急，按零转人工服务。", "key before label"),
    ("en", "take-your-time", "Take your time. Press zero for a person.", "key before label"),
    ("zh", "take-your-time", "不着急。听余额，请按六。人工服务请按零。", "key by hand"),
    ("en", "take-your-time", "Take your time. For a balance, press six. For a person, press zero.", "key by hand"),
    ("zh", "our-fault", "抱歉。", "ratio"),
    ("en", "hours-closed", "Closed.", "ratio"),
    ("zh", "wrong-menu-2", "没有对应的选项，我们再听一次。人工服务请按零。", "same words"),
    ("en", "gave-up", "I did not hear a key yet. A person can help.", "same words"),
    ("zh", "wrong-entry-2", "请逐位按数字，最后按井号键。", "no person"),
    ("en", "wrong-menu-2", "Please listen, then press one number key.", "no person"),
    ("zh", "one-moment", "请等5分钟。", "catalogue"),
    ("zh", "top-up-need", "需要找一找时，按井号键。", "pound alone"),
    ("en", "top-up-need", "Have the amount ready. If you need to look, press pound.", "pound alone"),
    ("zh", "if-unknown", "不记得就直接按井号键。", "pound alone"),
    ("en", "if-unknown", "If you do not know, just press pound.", "pound alone"),
]
WRONG_MENUS = [
    (Menu("six", tuple("abcdef")), dict.fromkeys("abcdef", ("余额", "For it")), "六。", "Six.", "options"),
    (Menu("keyed", ("a",)), {"a": ("请按一。听余额", "Press 1 for a balance")}, "好。", "Well.", "label"),
    (Menu("long", ("a",)), {"a": ("听" + "很长" * 8, "For " + "very " * 9 + "much")}, "好。", "Well.", "label"),
    (Menu("order", ("b", "a")), {"a": ("余额", "For it"), "b": ("限额", "For that")}, "好。", "Well.", "order"),
    (Menu("late", ("a",)), {"a": ("余额", "For it")}, "先听。" * 9, "Listen now. " * 9, "first option"),
    (
        Menu("whole", tuple("abcde")),
        dict.fromkeys("abcde", ("现在的余额", "For what is left in it")),
        "五。",
        "Five.",
        "whole",
    ),
    (
        Menu("any", tuple("abcdefg"), offer_agent=False),
        dict.fromkeys("abcdefg", ("余额限额", "For what is left")),
        "七。",
        "Seven.",
        "any option",
    ),
    (Ask("entry", amount), {}, "请输入一个数字。" * 6, "Enter a number, please. " * 6, "whole"),
    (
        Menu("unequal", tuple("abc")),
        dict.fromkeys("abc", ("余", "For all that is left in it")),
        "三。",
        "Now these are three.",
        "ratio",
    ),
]
"""A prompt, its labels and its lead in both languages, and the rule that it breaks."""


@pytest.fixture
def catalogues(tmp_path: Path) -> Path:
    """A copy of the line's own words."""
    return Path(shutil.copytree(FOLDER, tmp_path / "prompts"))


def rewrite(folder: Path, language: str, message: str, text: str) -> None:
    """Let one message say something else; `text` "" removes it."""
    (path,) = [one for one in (folder / language).glob("*.ftl") if f"\n{message} = " in one.read_text("utf-8")]
    line = f"{message} = {text}\n" if text else ""
    path.write_text(re.sub(rf"^{message} = .*\n", line, path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")


def add(folder: Path, prompt: Prompt, labels: dict[str, tuple[str, str]], leads: tuple[str, str]) -> None:
    """Give a prompt words in both languages."""
    for place, language in enumerate(("zh", "en")):
        lines = [
            f"{prompt.name} = {leads[place]}",
            *(f"    .{name} = {words[place]}" for name, words in labels.items()),
        ]
        (folder / language / "planted.ftl").write_text("\n".join(lines) + "\n", "utf-8")


def rules(folder: Path, prompts: list[Prompt]) -> set[str]:
    return {finding.rule for finding in findings(folder, prompts)}


def test_every_prompt_of_the_line_keeps_the_rules():
    """`python -m ivr.checks.prompt_lint` shows the figures."""
    assert [str(finding) for finding in findings()] == []


@pytest.mark.parametrize("language, message, text, rule", WRONG_WORDS)
def test_what_should_not_be_said_is_found(catalogues, language, message, text, rule):
    """By the rule that it breaks, at its message or at the first of its series."""
    rewrite(catalogues, language, message, text)
    found = [finding for finding in findings(catalogues, []) if finding.rule == rule]
    assert [finding.language for finding in found if finding.language] in ([language], [])
    assert found


@pytest.mark.parametrize("prompt, labels, zh, en, rule", WRONG_MENUS, ids=lambda value: getattr(value, "name", ""))
def test_a_prompt_that_asks_too_much_is_found(catalogues, prompt, labels, zh, en, rule):
    """Too many options, a key before its label, another order, too long, or too late."""
    add(catalogues, prompt, labels, (zh, en))
    assert rule in rules(catalogues, [prompt])


def test_a_list_of_records_with_another_option_after_it_keeps_the_rules_too(catalogues):
    """Its payees and "others" are measured, with a name in each choice."""
    assert {"search-payee", "pick-time"} <= {prompt.name for prompt in asked(SpokenCatalogue.load(catalogues))}
    rewrite(
        catalogues, "en", "search-payee", "Of all those to whom money went in the last year, who is it that you mean?"
    )
    assert {finding.rule for finding in findings(catalogues) if finding.prompt == "search-payee"} >= {"first option"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_message_in_one_language_only_is_found(catalogues, language):
    """As are values and options that one language leaves out."""
    rewrite(catalogues, language, "one-moment", "")
    (finding,) = findings(catalogues, [])
    assert finding.rule == "catalogue" and "one-moment" in finding.seen


def test_a_value_in_one_language_only_is_found(catalogues):
    """The other one would not say it."""
    rewrite(catalogues, "en", "balance-is", "That is your balance.")
    (finding,) = findings(catalogues, [])
    assert finding.rule == "catalogue" and "balance" in finding.seen


def test_a_prompt_without_words_is_found(catalogues):
    """It would raise in the middle of a call."""
    assert rules(catalogues, [Menu("never-written", ("a",))]) == {"words"}


def test_more_tries_than_there_are_words_for_are_found(catalogues):
    """A fourth try needs a third wording."""
    assert rules(catalogues, [Ask("top-up-amount", amount, tries=4)]) == {"tries"}


def test_samples_fill_every_variable():
    """No message fails to be spoken."""
    catalogue = SpokenCatalogue.load(FOLDER)
    assert all(
        all(catalogue.texts(message, language)) or message in catalogue.samples
        for message in catalogue.ids
        for language in ("zh", "en")
    )


CHOOSING = "{ $how ->\n    [card] %s\n   *[other] %s\n }\n"
"""Words that are chosen by a value."""


def choose(folder: Path, name: str, zh: tuple[str, str], en: tuple[str, str]) -> None:
    """Add a message that chooses between two wordings."""
    for language, two in (("zh", zh), ("en", en)):
        (folder / language / "chosen.ftl").write_text(f"{name} = {CHOOSING % two}", "utf-8")


def test_a_message_that_chooses_its_words_by_a_value_is_measured_in_each_choice(catalogues):
    """The rare wording is held to the rules like the usual one; a good one is not found."""
    choose(catalogues, "paid-by", ("银行卡付款。", "余额付款。"), ("Paid by card.", "Paid from the balance."))
    assert findings(catalogues, []) == []
    choose(catalogues, "paid-by", ("请给令牌。", "余额付款。"), ("Paid by card.", "Invalid, from the balance."))
    assert {(one.language, one.rule) for one in findings(catalogues, [])} == {("zh", "jargon"), ("en", "blame")}


def test_a_prompt_that_chooses_its_words_is_as_long_as_its_longest_choice(catalogues):
    """Whichever it is."""
    choose(
        catalogues,
        "how-paid",
        ("请输入一个数字。", "请输入一个数字。" * 6),
        ("Enter a number.", "Enter a number, please. " * 6),
    )
    assert rules(catalogues, [Ask("how-paid", amount)]) >= {"whole"}
