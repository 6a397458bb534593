"""Respells in pinyin what the offline Mandarin voice would misread.

espeak-ng 1.51 reads a character that has several readings by its commonest one (银行 as yín xíng), and
knows nothing of the tone change of 一 and 不. It reads pinyin with tone numbers as it stands, so the
words below are handed to it in pinyin. The list holds words of telephone banking and is not a
dictionary; `doubtful` finds what it does not yet decide.
"""

from __future__ import annotations

import re

_WORDS = """
银行 yin2 hang2, 行业 hang2 ye4, 同行 tong2 hang2, 行长 hang2 zhang3, 发卡行 fa1 ka3 hang2,
开户行 kai1 hu4 hang2, 分行 fen1 hang2, 支行 zhi1 hang2, 行为 xing2 wei2, 重新 chong2 xin1,
双重 shuang1 chong2, 重听 chong2 ting1, 重复 chong2 fu4, 重置 chong2 zhi4, 重设 chong2 she4,
重发 chong2 fa1, 重试 chong2 shi4, 重播 chong2 bo1, 重输 chong2 shu1, 重拨 chong2 bo1,
更换 geng1 huan4, 更改 geng1 gai3, 更新 geng1 xin1, 更正 geng1 zheng4, 变更 bian4 geng1,
还款 huan2 kuan3, 退还 tui4 huan2, 归还 gui1 huan2, 返还 fan3 huan2, 偿还 chang2 huan2,
处理 chu3 li3, 处罚 chu3 fa2, 处置 chu3 zhi4, 地址 di4 zhi3, 地方 di4 fang5, 地区 di4 qu1,
当地 dang1 di4, 各地 ge4 di4, 调整 tiao2 zheng3, 空调 kong1 tiao2, 尽快 jin3 kuai4, 尽量 jin3 liang4,
尽早 jin3 zao3, 着急 zhao2 ji2, 应用 ying4 yong4, 对应 dui4 ying4, 响应 xiang3 ying4,
反应 fan3 ying4, 供应 gong1 ying4, 答应 da1 ying4, 当天 dang4 tian1, 当日 dang4 ri4, 当月 dang4 yue4,
当年 dang4 nian2, 了解 liao3 jie3, 不了解 bu4 liao3 jie3, 不了 bu4 liao3, 得到 de2 dao4,
获得 huo4 de2, 要求 yao1 qiu2, 认为 ren4 wei2, 作为 zuo4 wei2, 成为 cheng2 wei2, 为止 wei2 zhi3,
中奖 zhong4 jiang3, 便宜 pian2 yi5, 参与 can1 yu4, 累计 lei3 ji4, 没收 mo4 shou1,
没收到 mei2 shou1 dao4, 会计 kuai4 ji4, 增长 zeng1 zhang3, 泄露 xie4 lou4, 对不起 dui4 bu5 qi3,
"""
LEXICON: dict[str, str] = dict(re.findall(r"(\w+) ([^,]+),", _WORDS))
"""Word → pinyin, a syllable a character, 5 for the neutral tone."""

_PLAIN = """
    行程 进行 执行 旅行 发行 自行 行动 行不行 重要 严重 慎重 更多 更好 更高 更快 更安全 更方便 更早 还剩
    还差 还会 还有 还没 还是 还在 还要 还可以 还不 还能 还可能 还需 本来应付 到处 处处 调查 应该 当时 当前 当作
    当心
"""
PLAIN = tuple(_PLAIN.split())
"""Words with a doubtful character that the voice reads right by itself."""

DOUBTFUL = "行重更还处调尽应当"
"""Characters whose other reading is common on a telephone line and is misread without a word above."""

_WORD = re.compile("|".join(sorted(LEXICON, key=len, reverse=True)))
_KNOWN = re.compile("|".join(sorted((*LEXICON, *PLAIN), key=len, reverse=True)))
_NOT = re.compile("不(?=[是要会到对在用够动变见信利便认必错过去再记受至论像看放断问愿但顾限])")
"""不 before a fourth tone becomes bú; the characters that follow it in speech like ours."""
_NUMBER = "第零一二三四五六七八九十百千万亿幺点月"
_ONE = re.compile(
    f"(?<![{_NUMBER}])一(?:(?P<rising>[个次步下切样定共块件份万位])|(?P<falling>[笔张种些天年元角分百千条般起直家点]))"
)
"""一 before a fourth tone becomes yí, before the others yì; in a row of digits, an ordinal or at an end it stays yī."""


def respelt(text: str) -> str:
    """The same text with what would be misread in pinyin: 银行卡 → yin2 hang2 卡."""
    text = _WORD.sub(lambda found: f" {LEXICON[found.group()]} ", text)
    text = _NOT.sub(" bu2 ", text)
    return _ONE.sub(lambda found: (" yi2 " if found["rising"] else " yi4 ") + found.group()[1:], text).strip()


def doubtful(text: str) -> list[str]:
    """What may be misread and is in neither list, with its neighbours."""
    rest = _KNOWN.sub(lambda found: "＿" * len(found.group()), text)
    return [text[max(0, at - 2) : at + 3] for at, char in enumerate(rest) if char in DOUBTFUL]
