"""Checks on the steps of the plan in relation to each other: what must come first, what is missing, what takes time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from huitang_budget.declarations.model import Declaration, Milestone
from huitang_budget.declarations.review.checks.fields import ticked_labels
from huitang_budget.declarations.review.checks.schedule import milestone_hit, title
from huitang_budget.declarations.review.dates import Span, dated
from huitang_budget.declarations.review.language import matches
from huitang_budget.declarations.review.outcome import Hit, NotComputable
from huitang_budget.declarations.review.paths import field_text
from huitang_budget.declarations.review.registry import Context, Parameters, check

Step = tuple[int, Milestone, Span]


def steps_matching(steps: Sequence[Step], words: Sequence[str], but: Sequence[str] = ()) -> list[Step]:
    """The steps whose title matches one of `words` and none of `but`."""
    return [s for s in steps if matches(title(s[1]), words) and not (but and matches(title(s[1]), but))]


class Order(Parameters, frozen=True):
    """Steps matching `step` (and not `but`) must not be planned before the first step matching `first`.

    Planned before means listed before and dated before; a step that is listed after but dated before is out of order,
    which has its own rule.
    """

    step: tuple[str, ...]
    first: tuple[str, ...]
    but: tuple[str, ...] = ()


@check("step-too-early", Order, "title", "date", "first", "first_date")
def step_too_early(declaration: Declaration, parameters: Order, _context: Context) -> Iterator[Hit]:
    steps = dated(declaration)
    needed = steps_matching(steps, parameters.first)
    later = steps_matching(steps, parameters.step, (*parameters.first, *parameters.but))
    if not needed or not later:
        raise NotComputable("计划中没有可比较先后的带日期节点")
    needed_index, needed_step, needed_days = min(needed, key=lambda s: s[2])
    for index, milestone, days in later:
        if index < needed_index and days.last < needed_days.first:
            values = {"first": title(needed_step), "first_date": str(needed_days.first)}
            yield milestone_hit(index, milestone, date=str(days.last), **values)


class TenderTime(Parameters, frozen=True):
    """From the tender (`tender`; the start of the project where the plan has none) to `award` at least `days` days."""

    tender: tuple[str, ...]
    award: tuple[str, ...]
    days: int


@check("tender-time", TenderTime, "title", "date", "from_title", "from_date", "days")
def tender_time(declaration: Declaration, parameters: TenderTime, _context: Context) -> Iterator[Hit]:
    steps = [step for step in dated(declaration) if step[2].exact]
    awards = steps_matching(steps, parameters.award)
    tenders = steps_matching(steps, parameters.tender, parameters.award)
    if not awards:
        raise NotComputable("计划中没有精确到日的开标或合同签订节点")
    index, award, days = min(awards, key=lambda s: s[2])
    if tenders:
        _, tender, tender_days = min(tenders, key=lambda s: s[2])
        from_title, from_day = title(tender), tender_days.first
    elif declaration.start.value is not None:
        from_title, from_day = "项目开始", declaration.start.value
    else:
        raise NotComputable("计划中没有采购起始日期，开始时间也未填写或无法识别")
    between = (days.first - from_day).days
    if 0 <= between < parameters.days:
        values = {"from_title": from_title, "from_date": str(from_day), "days": str(between)}
        yield milestone_hit(index, award, date=str(days.first), **values)


class NoStep(Parameters, frozen=True):
    """A plan with a step matching `given` lacks one matching `needed`, although something matches `because`.

    `because` is looked for in the names of the indicators and in `fields`; `uses` limits the rule to projects with such
    a ticked fund use, and `but_names` leaves out projects whose name matches (upkeep has nothing to accept).
    """

    needed: tuple[str, ...]
    given: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    but_names: tuple[str, ...] = ()


def _because(declaration: Declaration, parameters: NoStep) -> bool:
    texts = [i.level3 for i in declaration.indicators] + [field_text(declaration, f) for f in parameters.fields]
    return not parameters.because or any(matches(text, parameters.because) for text in texts)


@check("step-missing", NoStep, "title")
def step_missing(declaration: Declaration, parameters: NoStep, _context: Context) -> Iterator[Hit]:
    if not declaration.milestones:
        raise NotComputable("实施计划中没有可识别的节点")
    if parameters.uses and not any(matches(use, parameters.uses) for use in ticked_labels(declaration, "fund_uses")):
        return
    if matches(field_text(declaration, "project_name"), parameters.but_names):
        return
    titles = [f"{m.title} {m.text}" for m in declaration.milestones]
    given = [i for i, text in enumerate(titles) if not parameters.given or matches(text, parameters.given)]
    text = field_text(declaration, "plan")
    if not given or not _because(declaration, parameters) or matches(text, parameters.needed):
        return
    if not any(matches(t, parameters.needed) for t in titles):
        index = given[0] if parameters.given else len(titles) - 1
        milestone = declaration.milestones[index]
        yield Hit(field=f"milestones[{index}].title", quote=milestone.title, values={"title": title(milestone)})
