"""Questions that are reached in a few keys, and what is heard there: for tests of what keys and silence mean
anywhere.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.call_flows.line import OMAR, Caller

NIGHT = "2026-11-23T23:30:00+08:00"
TAKE_YOUR_TIME = ("不着急，请慢慢来", "Take your time")
STILL_SILENT = ("还没有听到您的按键", "I did not hear a key yet")
WRONG_1, WRONG_2 = ("没有对应的选项", "not one of the options"), ("请听完后，按一个数字键", "press one number key")
UNUSABLE_1, UNUSABLE_2 = ("没有听清这次输入", "could not use that entry"), ("逐位按数字", "Press the digits one by one")
GAVE_UP = ("我们换一种方式帮您", "help you another way")
MAIN_MENU = ("账户安全，请按一", "account security, press 1")
AMOUNT = ("请输入充值金额", "Enter the amount in yuan")
REFERENCE = ("九位服务单号", "nine digits of the reference")


def gather_of(document: str) -> ET.Element:
    """What a document waits for."""
    found = ET.fromstring(document.encode()).find("Gather")
    assert found is not None, document
    return found


def gather(caller: Caller) -> ET.Element:
    """What the line is waiting for now."""
    return gather_of(caller.documents[-1])


def types_ahead(caller: Caller, keys: str) -> Caller:
    """All keys arrive in one request; then the telephone hears the reply that is stored for that turn."""
    action = str(gather(caller).get("action"))
    caller.webhooks.deliver(action, caller.call.leg.parameters | {"Digits": keys})
    caller.presses("#")
    return caller


def at_the_topics(caller: Caller) -> Caller:
    """In the menu of information."""
    return caller.calls().picks("信息咨询", "information")


def at_the_channel(caller: Caller) -> Caller:
    """In a failed top-up of a customer without any, one question before the amount."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups")
    return caller.proves(OMAR).picks("不清楚", "unsure")


def at_the_amount(caller: Caller) -> Caller:
    """At an entry that ends with pound."""
    return at_the_channel(caller).picks("银行卡", "bank card").is_told(*AMOUNT)


def at_the_reference(caller: Caller) -> Caller:
    """At an entry of a fixed length."""
    return caller.calls().picks("交易与争议", "disputes").picks("服务单进度", "case status").is_told(*REFERENCE)


def at_the_number(caller: Caller) -> Caller:
    """At a personal entry."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    return caller.is_told("请输入注册手机号", "Enter your registered number")


def at_an_answer(caller: Caller) -> Caller:
    """At yes or no."""
    return at_the_topics(caller).picks("官方渠道", "official channels")


MENUS = {"main": Caller.calls, "topics": at_the_topics, "channel": at_the_channel, "yes or no": at_an_answer}
ENTRIES = {"amount": at_the_amount, "reference": at_the_reference, "number": at_the_number}
