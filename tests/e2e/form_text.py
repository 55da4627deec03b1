"""A fictional declaration as scanning gives it, with faults that a reviewer must find."""

from __future__ import annotations

FORM = """云江市财政支出项目绩效目标申报表

(2026年)

申报单位名称：云江市教育局

项目名称\t{project}\t\t
项目类型\t市委市政府已确定的新增项目 <input type="checkbox" /> 其他一次性项目 <input checked="" type="checkbox" />\t\t
资金用途\t基本建设工程类 <input type="checkbox" /> 信息化建设类 <input checked="" type="checkbox" />\t\t
开始时间\t2026-01-01\t结束时间\t2026-12-31
项目概况\t为全市中小学建设统一的课后服务预约平台，覆盖 {schools} 所学校，家长可在手机端预约。\t\t
立项依据\t各委、办、局的发展规划和实施计划。\t\t
项目设立的必要性\t课后服务目前由各校自行登记，信息分散，统计困难，家长反映不便。\t\t
保证项目实施的制度、措施\t建立例会制度和进度报告制度，明确责任人。\t\t
项目总预算（元）\t{amount}\t项目当年预算（元）\t{amount}
同名项目上年预算额（元）\t0\t同名项目上年预算执行数（元）\t0

\t子项目名称\t\t预算金额（元）
项目当年投入资金构成\t课后服务预约平台\t\t{amount}
项目实施计划\t系统设计：2026-1-1 合同签订：2026-3-2 系统建设：2026-3-9 系统测试：2026-9-1 验收交付：2026-12-30\t\t
项目总目标\t建成覆盖 {schools} 所学校的课后服务预约平台，注册家长不少于 8 万人。\t\t
年度绩效目标\t1、建成预约平台；2、接入 {schools} 所学校；3、完成使用培训 4 场。\t\t
分解目标
一级指标\t二级指标\t三级指标\t指标目标值
投入和管理目标\t财务管理\t资金使用合规性\t合规
\t投入管理\t预算执行率\t=100%
产出目标\t数量目标\t接入学校数\t={schools}所
\t质量目标\t系统验收合格率\t=100%
\t时效目标\t系统建设完成及时率\t及时
效果目标\t社会效益目标\t注册家长人数\t≥8万人
影响力目标\t可持续目标\t运维机制健全性\t健全
\t满意度目标\t家长满意度\t≥90%
备注
"""


def form(project: str, amount: str = "680000", schools: int = 86) -> str:
    """One form; the differing numbers keep two of them from being taken for copies."""
    return FORM.format(project=project, amount=amount, schools=schools)
