"""The words of papers. Papers are in Chinese, whatever language whoever makes them works in."""

from __future__ import annotations

from datetime import datetime

from huitang_sdk.i18n import local_time

SECRECY = {"secret": "无记名按表决器", "open": "记名按表决器"}
BY_HANDS = "举手"
KINDS = {"motion": "议案", "amendment": "修正案", "appointment": "任免案", "election": "选举"}
CHOICES = {"for": "赞成", "against": "反对", "abstain": "弃权"}
PRESENT, LATE, EXCUSED, ABSENT = "出席", "迟到", "请假", "缺席"
HOW = {"seat": "席位", "card": "刷卡", "qr": "扫码", "staff": "人工", "makeup": "补登"}
ROUNDS = {"first": "第一次投票", "runoff": "再次投票", "further": "另行选举", "pre_selection": "预选"}
OUTCOMES = {
    "complete": "应选名额已选足",
    "runoff": "得票相等，须再次投票",
    "shortfall": "当选人数不足应选名额",
    "void": "选举无效",
}
VOID_REASONS = {"over_marked": "所选人数多于应选名额", "unreadable": "无法辨认"}
SPEECHES = {"speech": "发言", "interposition": "插话"}
ORDINALS = ("", "第一次", "第二次", "第三次", "第四次", "第五次")
SITTINGS = {"plenary": "全体会议", "joint": "联组会议", "group": "分组会议", "presidium": "主席团会议"}


def day(moment: datetime | None) -> str:
    """2026年11月25日"""
    if moment is None:
        return ""
    local = local_time(moment)
    return f"{local.year}年{local.month}月{local.day}日"


def clock(moment: datetime | None, *, seconds: bool = False) -> str:
    """10:02, or 10:02:31"""
    return f"{local_time(moment):{'%H:%M:%S' if seconds else '%H:%M'}}" if moment else ""


def moment(at: datetime | None) -> str:
    """2026年11月25日 10:02"""
    return f"{day(at)} {clock(at)}" if at else ""


def span(start: datetime | None, end: datetime | None) -> str:
    """2026年11月25日 9:00—11:30; with the second day where it is another."""
    if start is None or end is None:
        return moment(start)
    same = local_time(start).date() == local_time(end).date()
    return f"{moment(start)}—{clock(end) if same else moment(end)}"


def duration(seconds: int | None) -> str:
    """9分20秒"""
    if seconds is None:
        return ""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes}分{rest}秒" if minutes and rest else f"{minutes}分" if minutes else f"{rest}秒"


def ordinal(number: int) -> str:
    """第一次"""
    return ORDINALS[number] if 0 < number < len(ORDINALS) else f"第{number}次"


def listed(names: list[str]) -> str:
    """甲、乙、丙"""
    return "、".join(names)


def grouped(hexadecimal: str, size: int = 8) -> str:
    """A hash in groups, to be compared by eye."""
    return " ".join(hexadecimal[place : place + size] for place in range(0, len(hexadecimal), size))
