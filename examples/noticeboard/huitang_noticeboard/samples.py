"""Sample notices of the fictional city, for the demo."""

from __future__ import annotations

from typing import Any

from huitang_noticeboard.services import Context, publish_notice
from huitang_noticeboard.tables import Notice
from huitang_sdk.contracts.identity import SYSTEM

NOTICES = (
    ("关于召开预算审查工作布置会的通知", "请各单位经办人员于本周五下午两点到三楼会议室参加布置会，会期约一小时。"),
    ("绩效目标申报表填报要求", "请各单位在申报前核对子项目金额与年度预算是否一致，指标值应当可以衡量。"),
    ("机房例行维护提醒", "本周六零点至六点机房例行维护，期间系统可能短时中断，请提前保存材料。"),
    ("代表意见建议征集", "欢迎各位代表就明年预算草案提出意见和建议，可在平台上直接填写。"),
)


async def load(ctx: Context, city: Any) -> None:
    """Publish the sample notices for the whole city, once."""
    if await Notice.count():
        return
    root = (await ctx.identity.organisations())[0]
    for title, body in NOTICES:
        await publish_notice(ctx, SYSTEM, title=title, body=body, organisation_id=root.id)
