"""Values become words: known ones, and properties over whole ranges."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech import en, zh
from ivr.speech.free_text import speakable

TODAY = date(2026, 11, 23)
UNSPEAKABLE = re.compile(r"[0-9A-Za-z¥$%/:_\-+*#.,;!?()\[\]<>&'\"]")

MONEY = [
    (5, "五分", "zero point zero five yuan"),
    (50, "五角", "zero point five yuan"),
    (20, "两角", "zero point two yuan"),
    (2, "两分", "zero point zero two yuan"),
    (22, "两角二分", "zero point two two yuan"),
    (0, "零元", "zero yuan"),
    (100, "一元", "one yuan"),
    (200, "两元", "two yuan"),
    (1000, "十元", "ten yuan"),
    (1202, "十二元零二分", "twelve point zero two yuan"),
    (2000, "二十元", "twenty yuan"),
    (2200, "二十二元", "twenty-two yuan"),
    (10200, "一百零二元", "one hundred two yuan"),
    (11000, "一百一十元", "one hundred ten yuan"),
    (19999, "一百九十九元九角九分", "one hundred ninety-nine point nine nine yuan"),
    (20000, "两百元", "two hundred yuan"),
    (100000, "一千元", "one thousand yuan"),
    (101000, "一千零一十元", "one thousand ten yuan"),
    (123405, "一千二百三十四元零五分", "one thousand two hundred thirty-four point zero five yuan"),
    (200000, "两千元", "two thousand yuan"),
    (200250, "两千零二元五角", "two thousand two point five yuan"),
    (1000008, "一万元零八分", "ten thousand point zero eight yuan"),
    (1001000, "一万零一十元", "ten thousand ten yuan"),
    (10000000, "十万元", "one hundred thousand yuan"),
    (10001000, "十万零一十元", "one hundred thousand ten yuan"),
    (100000010, "一百万元一角", "one million point one yuan"),
    (2000000000, "两千万元", "twenty million yuan"),
    (-1230, "负十二元三角", "minus twelve point three yuan"),
]
COUNTS = [
    (2, "transaction", "两笔", "two transactions"),
    (22, "transaction", "二十二笔", "twenty-two transactions"),
    (1, "business-day", "一个工作日", "one business day"),
    (2, "business-day", "两个工作日", "two business days"),
    (12, "calendar-day", "十二个自然日", "twelve calendar days"),
    (2, "minute", "两分钟", "two minutes"),
    (200, "day", "两百天", "two hundred days"),
]
DIGITS = [
    (
        "+8613800138000",
        "phone",
        "幺三八，零零幺三，八零零零",
        "one three eight, zero zero one three, eight zero zero zero",
    ),
    (
        "13800138000",
        "phone",
        "幺三八，零零幺三，八零零零",
        "one three eight, zero zero one three, eight zero zero zero",
    ),
    ("+12025550151", "phone", "二零二，五五五，零幺五幺", "two zero two, five five five, zero one five one"),
    ("95188", "phone", "九五幺八八", "nine five one eight eight"),
    ("0012", "tail", "零零幺二", "zero zero one two"),
    ("202612067", "reference", "二零二六，幺二零六，七", "two zero two six, one two zero six, seven"),
]
DATES = [
    (date(2026, 11, 22), "十一月二十二日", "November twenty-second"),
    (date(2027, 1, 2), "二零二七年一月二日", "January second, twenty twenty-seven"),
    (date(2026, 2, 2), "二月二日", "February second"),
    (date(2026, 12, 10), "十二月十日", "December tenth"),
]
TIMES = [
    (time(14, 5), "下午两点零五分", "two oh five P M"),
    (time(0, 5), "凌晨零点零五分", "twelve oh five A M"),
    (time(12, 0), "中午十二点", "noon"),
    (time(23, 59), "晚上十一点五十九分", "eleven fifty-nine P M"),
    (time(22, 0), "晚上十点", "ten P M"),
    (time(9, 0), "上午九点", "nine A M"),
    (time(9, 30), "上午九点三十分", "nine thirty A M"),
    (time(2, 2), "凌晨两点零二分", "two oh two A M"),
    (time(5, 0), "早上五点", "five A M"),
    (time(13, 0), "下午一点", "one P M"),
    (time(19, 0), "晚上七点", "seven P M"),
]
WEEKDAYS = [
    ("mon-fri", "周一到周五", "Monday to Friday"),
    ("sat", "周六", "Saturday"),
    ("holiday", "法定节假日", "public holidays"),
]
PERCENTS = [
    (12, "百分之十二", "twelve percent"),
    (0.5, "百分之零点五", "zero point five percent"),
    (3, "百分之三", "three percent"),
]


@pytest.mark.parametrize("fen, chinese, english", MONEY)
def test_an_amount_is_said_as_people_say_it(fen, chinese, english):
    """Yuan, jiao and fen in Mandarin; a decimal point in English."""
    assert (zh.money(fen), en.money(fen)) == (chinese, english)


@pytest.mark.parametrize("days, chinese, english", WEEKDAYS)
def test_days_of_the_week_are_said_from_the_first_to_the_last(days, chinese, english):
    """As opening hours name them."""
    assert (zh.weekdays(days), en.weekdays(days)) == (chinese, english)


@pytest.mark.parametrize("number, unit, chinese, english", COUNTS)
def test_a_count_has_its_measure_word(number, unit, chinese, english):
    """两 before a measure word; plural in English."""
    assert (zh.count(number, unit), en.count(number, unit)) == (chinese, english)


@pytest.mark.parametrize("value, kind, chinese, english", DIGITS)
def test_an_identifier_is_said_digit_by_digit_in_groups(value, kind, chinese, english):
    """幺 for one; groups as the number is written."""
    assert (zh.digits(value, kind), en.digits(value, kind)) == (chinese, english)


@pytest.mark.parametrize("day, chinese, english", DATES)
def test_a_date_names_the_year_only_when_it_is_another_one(day, chinese, english):
    """Year digit by digit, month and day as numbers."""
    assert (zh.day(day, TODAY), en.day(day, TODAY)) == (chinese, english)


@pytest.mark.parametrize("clock, chinese, english", TIMES)
def test_a_time_has_its_part_of_the_day(clock, chinese, english):
    """Twelve hours, with the words of the time of day."""
    assert (zh.clock(clock), en.clock(clock)) == (chinese, english)


@pytest.mark.parametrize(
    "place, chinese, english", [(1, "第一", "first"), (2, "第二", "second"), (12, "第十二", "twelfth")]
)
def test_a_place_in_a_row_is_an_ordinal(place, chinese, english):
    """二, never 两."""
    assert (zh.ordinal(place), en.ordinal(place)) == (chinese, english)


@pytest.mark.parametrize("value, chinese, english", PERCENTS)
def test_a_percentage_is_said_before_its_number_in_mandarin(value, chinese, english):
    """百分之 first."""
    assert (zh.percent(value), en.percent(value)) == (chinese, english)


def test_near_days_have_names_and_spans_have_two_ends():
    """Yesterday, today, tomorrow; one to three business days."""
    nine = datetime(2026, 11, 23, 9)
    assert [zh.moment(nine + timedelta(days=n), TODAY)[:2] for n in (-1, 0, 1)] == ["昨天", "今天", "明天"]
    assert en.moment(nine, TODAY) == "today at nine A M"
    assert zh.moment(datetime(2026, 11, 20, 20, 15), TODAY) == "十一月二十日晚上八点十五分"
    assert (zh.span(1, 3, "business-day"), en.span(1, 3, "business-day")) == (
        "一到三个工作日",
        "one to three business days",
    )
    assert (zh.span(2, 2, "day"), en.span(1, 1, "day")) == ("两天", "one day")


@given(st.integers(-(10**11), 10**11))
def test_a_number_agrees_with_an_independent_speller(number):
    """Where both know the rules; ours adds 两 and changes nothing else."""
    assert zh.cardinal(number) == cn2an.an2cn(number)
    assert zh.quantity(number).replace("两", "二") == zh.cardinal(number)


@given(st.integers(1, 10**11))
def test_two_stands_only_where_it_may(number):
    """Never 两 before 十, never at the end of a longer number, never 二 before 千 or alone before 万 and 亿."""
    words = zh.quantity(number)
    assert not re.search("两十|.两$|二千", words)
    assert not re.search("(^|亿零?|万零?)二[万亿]", words)


@given(st.integers(0, 10**11))
def test_zero_is_never_doubled_and_never_at_an_end(number):
    """Zeros inside become one 零."""
    words = zh.cardinal(number)
    assert number == 0 or not re.search("零零|零$|^零|零[万亿]", words)


@given(st.integers(-(10**10), 10**10))
def test_no_digit_and_no_symbol_survives_in_an_amount(fen):
    """In either language nothing is left for the voice to guess."""
    assert not UNSPEAKABLE.search(zh.money(fen))
    assert not re.search(r"[0-9,]", en.money(fen))


@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(["plain", "phone", "tail", "reference"]))
def test_every_digit_is_said_once_and_in_order(value, kind):
    """Grouping loses nothing."""
    said = [char for char in zh.digits(value, kind) if char != "，"]
    kept = value.removeprefix("86") if kind == "phone" and len(value) == 13 else value
    assert "".join(said) == kept.translate(zh.YAO)
    assert re.findall(r"[a-zX]+", en.digits(value, kind)) == [en.NAMES[int(char)] for char in kept]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_no_digit_and_no_symbol_survives_in_a_moment(moment):
    """Every minute of fifteen years."""
    assert not UNSPEAKABLE.search(zh.moment(moment, TODAY))
    assert not re.search(r"[0-9:]", en.moment(moment, TODAY))


@pytest.mark.parametrize("minute", range(0, 1440, 7))
def test_a_clock_never_says_two_as_a_digit_at_the_hour(minute):
    """两点, and 零二分."""
    words = zh.clock(time(minute // 60, minute % 60))
    assert "二点" not in words.replace("十二点", "")
    assert "两分" not in words


@given(st.text(max_size=30))
def test_a_name_from_data_is_speakable(name):
    """Whatever a wallet calls itself: no digit, no symbol."""
    assert not re.search(r"[0-9¥$%/:_+*#;!?()\[\]<>&\"]", speakable(name, "zh"))


def test_a_name_has_a_language_of_its_own():
    """Both languages, or the one there is; digits are said one by one."""
    assert speakable({"zh": "海云钱包", "en": "Haiyun Wallet"}, "en") == "Haiyun Wallet"
    assert speakable({"zh": "海云钱包"}, "en") == "海云钱包"
    assert speakable("7-11 便利店", "zh") == "七，幺幺 便利店"


NAMES = [
    ("zh", "满100元减5元", "满一百元减五元"),
    ("zh", "满￥1,000.50返2.2元", "满一千元五角返两元两角"),
    ("zh", "2小时内到账", "两小时内到账"),
    ("zh", "22个工作日", "二十二个工作日"),
    ("zh", "12月5日", "十二月五日"),
    ("zh", "2027年2月", "二零二七年二月"),
    ("zh", "8.5折", "八点五折"),
    ("zh", "50%优惠", "百分之五十优惠"),
    ("zh", "2号店", "二号店"),
    ("zh", "7-11便利店", "七，幺幺便利店"),
    ("zh", "海云2207", "海云二二零七"),
    ("en", "spend ¥100 or more", "spend one hundred yuan or more"),
    ("en", "50% off", "fifty percent off"),
    ("en", "within 2 hours", "within two hours"),
    ("en", "RMB 1,200.50", "one thousand two hundred point five yuan"),
    ("en", "1000 points", "one thousand points"),
    ("en", "7-Eleven", "seven-Eleven"),
    ("en", "Pier 39", "Pier thirty-nine"),
    ("en", "the 3rd order", "the third order"),
    ("en", "Room 2207", "Room two two zero seven"),
    ("zh", "第2件半价", "第二件半价"),
    ("zh", "1-3个工作日到账", "一到三个工作日到账"),
    ("zh", "2～3天", "两到三天"),
    ("zh", "满100-200元", "满一百到两百元"),
    ("zh", "返5-10%", "返百分之五到百分之十"),
    ("zh", "注册满2年", "注册满两年"),
    ("zh", "第2年", "第二年"),
    ("zh", "2年级", "二年级"),
    ("zh", "每天9:00-24:00", "每天上午九点到午夜十二点"),
    ("zh", "截至18：30", "截至下午六点三十分"),
    ("zh", "比分24:30", "比分二十四比三十"),
    ("en", "within 1-3 business days", "within one to three business days"),
    ("en", "5–10% back", "five to ten percent back"),
    ("en", "from 9:00-17:30", "from nine A M to five thirty P M"),
    ("en", "until 24:00", "until midnight"),
    ("en", "2-for-1", "two-for-one"),
    ("en", "a 30-day trial", "a thirty-day trial"),
    ("en", "0.5% back", "zero point five percent back"),
]


@pytest.mark.parametrize("lang, name, spoken", NAMES)
def test_figures_in_a_name_are_read_as_what_they_are(lang, name, spoken):
    """Money, percentages, days and counts as such; what only tells things apart, digit by digit."""
    assert speakable(name, lang) == spoken


WITH_SIZES_AND_SIGNS = [
    ("zh", "1.2亿", "一点二亿"),
    ("zh", "¥1.2亿", "一点二亿元"),
    ("zh", "2亿元", "两亿元"),
    ("zh", "￥2万", "两万元"),
    ("zh", "100k", "十万"),
    ("zh", "10万+", "十万以上"),
    ("zh", "1,000,000", "一百万"),
    ("zh", "1/5", "五分之一"),
    ("zh", "½", "二分之一"),
    ("zh", "1/100", "百分之一"),
    ("zh", "12/25", "十二月二十五日"),
    ("zh", "2026-11-23", "二零二六年十一月二十三日"),
    ("zh", "满200减20", "满两百减二十"),
    ("zh", "满100-20", "满一百减二十"),
    ("zh", "1.5", "一点五"),
    ("zh", "1:1", "一比一"),
    ("zh", "2‰", "千分之二"),
    ("zh", "50%~60%", "百分之五十到百分之六十"),
    ("zh", "¥3-5", "三到五元"),
    ("zh", "10元/月", "十元每月"),
    ("zh", "$5", "五美元"),
    ("zh", "下午3:30", "下午三点三十分"),
    ("zh", "2×", "两倍"),
    ("zh", "7×24小时客服", "全天候客服"),
    ("zh", "24/7", "全天候"),
    ("zh", "7x24", "全天候"),
    ("zh", "2×3张", "二乘三张"),
    ("zh", "1.2億", "一点二億"),
    ("zh", "2萬元", "两萬元"),
    ("zh", "1.2bn", "十二亿"),
    ("zh", "100w", "一百万"),
    ("zh", "100w+用户", "一百万以上用户"),
    ("zh", "¥2.5w", "二点五万元"),
    ("en", "1.2 billion", "one point two billion"),
    ("en", "¥1.2 million", "one point two million yuan"),
    ("en", "$1.2M", "one point two million dollars"),
    ("en", "100k", "one hundred thousand"),
    ("en", "1.2bn", "one point two billion"),
    ("en", "3mn users", "three million users"),
    ("en", "7×24 hours", "day and night"),
    ("en", "7×24 support", "day and night support"),
    ("en", "2×3 prints", "two by three prints"),
    ("en", "1,000,000", "one million"),
    ("en", "1/5 off", "one fifth off"),
    ("en", "½ price", "one half price"),
    ("en", "3/4", "three quarters"),
    ("en", "12/25", "December twenty-fifth"),
    ("en", "2026-11-23", "November twenty-third, twenty twenty-six"),
    ("en", "spend 200, save 20", "spend two hundred, save twenty"),
    ("en", "V2.0", "V two point zero"),
    ("en", "10+", "ten or more"),
    ("en", "¥5/day", "five yuan per day"),
    ("en", "50%-60%", "fifty to sixty percent"),
    ("en", "9:30 PM", "nine thirty P M"),
    ("en", "2.5x", "two point five times"),
    ("en", "5GB", "five GB"),
]
"""Large numbers, parts of a whole, dates, sums without a unit, ratios, other currencies."""


@pytest.mark.parametrize("lang, name, spoken", WITH_SIZES_AND_SIGNS)
def test_a_size_a_fraction_or_a_sign_beside_a_figure_is_read_with_it(lang, name, spoken):
    """1.2亿 is no one and two, and 1/5 no one and five."""
    assert speakable(name, lang) == spoken


IN_ONE_BREATH = [
    ("zh", "海云钱包官方网站的“联系我们”页面", "海云钱包官方网站的联系我们页面"),
    ("zh", "《用户规则》", "用户规则"),
    ("zh", "【海云】「惊喜」活动", "海云惊喜活动"),
    ("zh", "海云（官方）公众号", "海云官方公众号"),
    ("zh", "支付宝'生活号'", "支付宝生活号"),
    ("zh", "A&B商店", "A和B商店"),
    ("zh", "Wi-Fi 套餐", "Wi Fi 套餐"),
    ("zh", "单笔最多2000元（含全部手续费）", "单笔最多两千元，含全部手续费"),
    ("zh", "满100元。", "满一百元"),
    ("en", 'the "Contact us" page', "the Contact us page"),
    ("en", "the “Contact us” page", "the Contact us page"),
    ("en", "the 'Contact us' page", "the Contact us page"),
    ("en", "Dana's [official] account", "Dana's official account"),
    ("en", "Terms & conditions", "Terms and conditions"),
    ("en", "New users only: spend ¥100.", "New users only, spend one hundred yuan"),
]


@pytest.mark.parametrize("lang, name, spoken", IN_ONE_BREATH)
def test_marks_for_the_eye_make_no_pause_in_a_name(lang, name, spoken):
    """Quotation marks and brackets are no stops, an aside keeps its pause, and the sentence around has its own end."""
    assert speakable(name, lang) == spoken


@given(st.text("0123456789.,%¥ 元个月日年折hourspointsst$-", max_size=30), st.sampled_from(["zh", "en"]))
def test_no_figure_of_a_name_survives(name, lang):
    """However odd."""
    assert not re.search(r"[0-9%¥$]", speakable(name, lang))
