"""The call maps in docs/map: the whole, one for each flow, every prompt, and what a page needs to explain a box."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.exploration.drawing import draw
from tests.exploration.overview import overview

FOLDER = Path(__file__).parents[2] / "docs" / "map"
TITLES = {
    "welcome": "Welcome 接听",
    "language": "Language 选语言",
    "resume_dropped_call": "Resume a dropped call 接着办",
    "line_switched": "Line switched 运维切换",
    "security": "Security 账户安全",
    "lost_phone": "Lost phone 手机丢失",
    "top_up": "Top-up 充值",
    "transactions": "Transactions 交易",
    "promotions": "Promotions 优惠",
    "information": "Information 信息",
    "identify": "Identify 核实身份",
    "case_status": "Case status 查进度",
    "end_of_task": "End of a task 收尾",
    "agent": "Live agent 人工",
    "failed_payment": "Failed payment 付款失败",
    "pick_record": "Pick a record 查记录",
    "rewards": "Rewards 奖励",
    "promotion_messages": "Promotion messages 消息开关",
    "freeze": "Freeze 冻结",
    "investigate": "Investigation 核对与调查",
    "scam_pressure": "Scam pressure 有人指挥",
    "find_transaction": "Find a transaction 查交易",
    "dispute": "Dispute 纠纷",
    "dispute_reasons": "Dispute reasons 纠纷原因",
    "voice_note": "Voice note 语音说明",
    "which_record": "Which record 哪一笔",
    "complaint": "Complaint 投诉",
    "add_to_case": "Add to a case 补充材料",
}
"""In the order of the map's page; a flow that is not here has its own name, and comes last."""


def write(map_: dict[str, Any]) -> None:
    """Write all of them anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "map.json").write_text(json.dumps(map_, ensure_ascii=False, indent=1) + "\n", "utf-8")
    flows = titles(map_)
    (FOLDER / "whole.svg").write_text(overview(map_, flows), "utf-8")
    (FOLDER / "everything.svg").write_text(draw(map_, "Every prompt 全部提示"), "utf-8")
    for flow, title in flows.items():
        (FOLDER / f"{flow}.svg").write_text(draw(map_, title, {flow}), "utf-8")


def titles(map_: dict[str, Any]) -> dict[str, str]:
    """The flows that have a prompt in this map, each with its title."""
    there = [node["flow"] for node in map_["nodes"].values() if node["kind"] not in ("start", "end")]
    named = {flow: title for flow, title in TITLES.items() if flow in there}
    return named | {flow: flow.replace("_", " ").capitalize() for flow in there if flow not in TITLES}


def written() -> str:
    """The fingerprint of the sources that the maps were drawn from; empty when there are none."""
    path = FOLDER / "map.json"
    return str(json.loads(path.read_text("utf-8"))["fingerprint"]) if path.exists() else ""
