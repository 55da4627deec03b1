"""Examples of the rules on relevance."""

from __future__ import annotations

from ..builders import GOOD, TYPES, USES, Examples, boxes, no, plus, row, yes

LONG = "建设面向市民和机关的档案查阅系统，把馆藏开放档案的目录录入系统，提供网上预约、目录检索和到馆取件功能"
CARRIED = boxes(TYPES, "结转项目")

EXAMPLES: Examples = {
    "basis.no-document": (
        yes("basis", basis="各委、办、局的发展规划和实施计划。"),
        no(),
        no(basis="云江市档案管理条例；市政府批复"),
    ),
    "basis.title-two-ways": (
        yes(
            "overall_goal",
            overall_goal="按照《关于推进市级数字档案馆建设工作的实施意见》建成查阅系统，市民凭身份证即可预约。",
        ),
        no(),
        # A year in the title makes it another document.
        no(
            basis="《关于做好2024年全市数字档案馆建设工作的实施意见》",
            overview="按照《关于做好2025年全市数字档案馆建设工作的实施意见》" + GOOD["overview"],
        ),
    ),
    "goals.need-not-covered": (
        yes("necessity", annual_goal="建成查阅系统，录入目录12000条，通过等级保护测评。"),
        no(),
        # Named in passing, without saying that it is needed.
        no(
            necessity="查档人多使用手机端浏览网页，高峰日平均等候四十分钟。",
            annual_goal="建成查阅系统，录入目录12000条。",
        ),
    ),
    "goals.department-not-covered": (
        yes(
            "overview", annual_goal="建成档案查阅系统，上线手机小程序；开通与财政档案目录的数据接口；通过等级保护测评。"
        ),
        no(),
        # One department is not yet a network.
        no(
            overview=GOOD["overview"].replace("市财政局、市审计局", "市财政局"),
            annual_goal="建成档案查阅系统，上线手机小程序，录入目录12000条，通过等级保护测评。",
        ),
    ),
    "goals.place-mismatch": (
        yes("annual_goal", annual_goal=GOOD["annual_goal"] + "为全国全省档案信息化提供经验。"),
        no(),
        no(declaring_unit="云南省档案局", annual_goal=GOOD["annual_goal"] + "目录覆盖全省。"),
    ),
    "goals.off-subject": (
        yes(
            "annual_goal", annual_goal="完成道路绿化养护三万平方米，修剪行道树两千株，更换路灯五百盏，清淤河道四公里。"
        ),
        no(),
        no(annual_goal="完成道路绿化养护三万平方米，修剪行道树两千株，档案室清淤。"),
    ),
    "indicators.off-subject": (
        yes("indicators[10].level3", indicators=plus(row("产出目标", "数量目标", "道路绿化养护面积", "≥3万平方米"))),
        no(),
        # Three pairs of characters are too little to tell.
        no(indicators=plus(row("产出目标", "数量目标", "到货批次", "≥3批"))),
    ),
    "goals.annual-copies-overall": (
        yes("annual_goal", annual_goal=GOOD["overall_goal"]),
        no(),
        no(annual_goal=GOOD["overall_goal"] + GOOD["annual_goal"]),
    ),
    "goals.stale-year": (
        yes("annual_goal", annual_goal="2024年建成档案查阅系统，上线手机小程序，通过等级保护测评。"),
        no(),
        no(annual_goal="在2024年试点的基础上，2025年建成档案查阅系统，上线手机小程序，通过等级保护测评。"),
    ),
    "fields.use-does-not-fit": (
        yes("fund_uses", fund_uses=boxes(USES, "政策补贴类")),
        no(),
        no(project_name="云江市数字档案查阅系统运维服务", fund_uses=boxes(USES, "政府购买服务")),
    ),
    "type.one-off-recurring": (
        yes("overview", overview=GOOD["overview"] + "系统租用费每年支付一次。"),
        no(),
        no(
            overview=GOOD["overview"] + "系统租用费每年支付一次。",
            project_types=boxes(TYPES, "其他经常性项目"),
        ),
    ),
    "type.one-off-with-history": (
        yes("previous_year_fen", previous_year_fen=300_000, previous_executed_fen=290_000),
        no(),
        yes(previous_year_fen=1, previous_executed_fen=1),
    ),
    "type.recurring-without-history": (
        yes("previous_year_fen", project_types=CARRIED),
        no(),
        no(project_types=CARRIED, previous_year_fen=1),
    ),
    "text.fields-repeated": (
        yes("overview", overview=LONG + "。", overall_goal=LONG + "，一年完成。"),
        no(),
        # What is common is too short to matter.
        no(overview="建设面向市民和机关的档案查阅系统", overall_goal="建设面向市民和机关的档案查阅系统"),
    ),
}
