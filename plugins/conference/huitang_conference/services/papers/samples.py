"""Sample values of every paper, of an invented city: previews show them, and templates are tried with them."""

from __future__ import annotations

from typing import Any

HEAD = {
    "heading": "云江市第十届人民代表大会常务委员会第十二次会议",
    "body": "云江市第十届人民代表大会常务委员会",
    "place": "市人大机关一号会议厅",
    "chair": "林秀英",
    "is_rehearsal": False,
}
ROOT = "9f2c41d0 7be8a365 10ffd2ce 58a1b9c4 e0377d16 2b94fa83 c65e10d9 4471ab0e"
REASONS = [
    {
        "text": "出席 45 人，达到法定人数 31 人",
        "article": "《地方组织法》（2022-03-11 修正）第五十一条第三款",
    },
    {
        "text": "赞成 38 票，达到全体组成人员 61 人的过半数（31 票）",
        "article": "《地方组织法》（2022-03-11 修正）第五十一条第四款",
    },
    {"text": "未按表决器 2 人，不是弃权，也不计作赞成", "article": ""},
]
COUNTS = {"for": 38, "against": 3, "abstain": 2, "not_pressed": 2, "fault": 0, "left": 0, "by_hand": 0}
NO_COUNTS = dict.fromkeys(COUNTS, "—")

RESULT: dict[str, Any] = HEAD | {
    "item": "三、审议市级预算调整方案",
    "title": "关于批准2026年市级预算调整方案的决议（草案）",
    "text": "",
    "kind": "议案",
    "names": [],
    "date": "2026年11月25日",
    "manner": "无记名按表决器",
    "members": 61,
    "present_at_open": 45,
    "present_at_close": 45,
    "quorum": 31,
    "counts": COUNTS,
    "others": "表决期间离席 1 人",
    "majority": "全体组成人员的过半数",
    "needed": 31,
    "verdict": "通过",
    "reasons": REASONS,
    "warnings": ["未按表决器的规定未经核实，由操作员确认"],
    "articles": [reason["article"] for reason in REASONS if reason["article"]],
    "amendments": [{"title": "关于增加教育支出的修正案", "verdict": "未通过"}],
    "attempts": [
        {
            "number": 1,
            "manner": "无记名按表决器",
            "opened": "10:02:31",
            "closed": "10:03:12",
            "counts": NO_COUNTS,
            "verdict": "未完成",
            "reason": "表决器故障",
            "root": ROOT,
        },
        {
            "number": 2,
            "manner": "无记名按表决器",
            "opened": "10:11:05",
            "closed": "10:11:47",
            "counts": COUNTS,
            "verdict": "通过",
            "reason": "",
            "root": ROOT,
        },
    ],
    "is_repeated": True,
    "named": [{"choice": "赞成", "names": ["林秀英", "陈建国", "欧阳文静"]}, {"choice": "反对", "names": ["王海"]}],
    "root": ROOT,
    "records": 7,
}

ELECTION: dict[str, Any] = HEAD | {
    "item": "五、选举",
    "title": "选举云江市人民代表大会常务委员会副主任",
    "round": "第一次投票",
    "date": "2026年11月25日",
    "opened": "15:00:00",
    "closed": "15:06:40",
    "members": 380,
    "present": 352,
    "seats": 2,
    "needed": 191,
    "ballots": {"voters": 352, "returned": 352, "valid": 349, "void": 3, "blank": 1},
    "void_reasons": [{"reason": "所选人数多于应选名额", "count": 3}],
    "standings": [
        {"rank": 1, "name": "陈建国", "for": 331, "against": 8, "abstain": 10, "state": "当选"},
        {"rank": 2, "name": "欧阳文静", "for": 189, "against": 80, "abstain": 80, "state": ""},
        {"rank": 3, "name": "王海", "for": 140, "against": 99, "abstain": 110, "state": ""},
        {"rank": 4, "name": "李明（另选）", "for": 2, "against": 0, "abstain": 0, "state": ""},
    ],
    "elected": ["陈建国"],
    "tied": ["欧阳文静"],
    "selected": ["陈建国"],
    "outcome": "当选人数不足应选名额",
    "next": "不足的 1 名另行选举",
    "reasons": REASONS[:1],
    "warnings": ["选票作废的规定未经核实，由操作员确认"],
    "articles": [REASONS[0]["article"]],
    "attempts": [{"number": 1, "closed": "14:52:10", "reason": "终端故障"}],
    "root": ROOT,
    "records": 9,
}


def _person(number: int, name: str, **more: Any) -> dict[str, Any]:
    usual = {"title": "委员", "role": "member", "seat": f"1排{number}座", "state": "出席", "was_there": True}
    return {"number": number, "name": name} | usual | {"at": "08:47", "how": "席位", "note": ""} | more


_ABSENT = {"state": "请假", "was_there": False, "at": "", "how": "", "note": "因公出差"}
ATTENDANCE: dict[str, Any] = HEAD | {
    "time": "2026年11月25日 09:00—11:40",
    "date": "2026年11月25日",
    "members": [
        _person(1, "林秀英", title="主任"),
        _person(2, "陈建国", title="副主任", note="10:12—10:30离席"),
        _person(3, "欧阳文静", **_ABSENT),
    ],
    "observers": [_person(1, "周立", title="市财政局局长", role="observer", seat="", how="刷卡")],
    "counts": {"expected": 61, "present": 45, "late": 1, "excused": 10, "absent": 6, "observers": 1},
    "excused": ["欧阳文静"],
    "absent": ["王海"],
}

SPEECHES: dict[str, Any] = HEAD | {
    "time": ATTENDANCE["time"],
    "date": ATTENDANCE["date"],
    "sitting": "全体会议",
    "sections": [
        {
            "title": "三、审议市级预算调整方案",
            "speeches": [
                {
                    "name": "陈建国",
                    "title": "副主任",
                    "kind": "第一次发言",
                    "start": "09:42",
                    "end": "09:53",
                    "spoken": "11分20秒",
                    "allowed": "限时10分",
                    "extended": "1分",
                    "over": "20秒",
                    "paragraphs": ["同意调整方案。", "建议加强绩效管理，把支出进度列入季度报告。"],
                    "confirmed": "2026年11月25日 11:58",
                }
            ],
        }
    ],
    "times": [{"name": "陈建国", "speeches": 1, "time": "11分20秒"}],
    "unconfirmed": 0,
}

MINUTES: dict[str, Any] = {
    name: ATTENDANCE[name]
    for name in ("heading", "body", "place", "chair", "is_rehearsal", "time", "date", "counts", "excused", "absent")
} | {
    "observers": ["周立"],
    "items": [
        {
            "title": "三、审议市级预算调整方案",
            "presenter": "市财政局",
            "text": "",
            "speakers": ["陈建国", "林秀英"],
            "decisions": [
                "会议以无记名按表决器方式，赞成 38 票，反对 3 票，弃权 2 票，未按表决器 2 人，表决通过："
                "关于批准2026年市级预算调整方案的决议（草案）。"
            ],
            "documents": ["2026年市级预算调整方案（草案）"],
            "deferred": False,
        }
    ],
    "others": ["会议以举手方式，赞成 45 票，反对 0 票，弃权 0 票，表决通过：会议议程。"],
}
