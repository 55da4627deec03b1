"""What a page shows of a process: the picture, time limits in words, what the reader may do, what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from markupsafe import Markup
from msgspec import Struct

from huitang_sdk.contracts import Act, Actor, Extension, Process, Ref, Step, TimeLimit
from huitang_sdk.i18n import Translator, format_date, translate
from huitang_sdk.workflow.declaring import Workflow
from huitang_sdk.workflow.guarding import has_in_reach
from huitang_sdk.workflow.picture import picture

if TYPE_CHECKING:
    from huitang_sdk.plugin import PluginContext

_ = Translator("workflow")
StepWords = Callable[[Step], "Mapping[str, Any] | None"]


class LimitView(Struct, frozen=True, kw_only=True):
    """One time limit in words. `kind` is one of the portal's status kinds; `can_extend` the most days the reader may
    ask for, 0 for none.
    """

    name: str
    title: str
    article: str
    starts: date
    due: date
    kind: str
    state: str
    paused: bool
    done: bool
    can_extend: int = 0


class ExtensionView(Struct, frozen=True, kw_only=True):
    """One request for more days. `may_decide`: by this reader."""

    id: UUID
    title: str
    days: int
    reason: str
    who: str
    at: datetime
    state: str
    may_decide: bool


class ProcessView(Struct, frozen=True, kw_only=True):
    """For the macros of `workflow/process.html`: `{% from "workflow/process.html" import process_card %}`."""

    process: Process
    address: str
    title: str
    state: str
    picture: Markup
    acts: Sequence[Act]
    limits: Sequence[LimitView]
    extensions: Sequence[ExtensionView]
    steps: Sequence[Mapping[str, Any]]
    can_pause: bool
    can_resume: bool


def _steps(
    plugin: str, workflow: Workflow, history: Sequence[Step], words: StepWords | None
) -> list[Mapping[str, Any]]:
    found = []
    for step in history:
        said = words(step) if words else None
        if said is None:
            said = step_words(plugin, workflow, step)
        if said:
            found.append(said)
    return found


async def process_view(
    ctx: PluginContext[Any], workflow: Workflow, actor: Actor, subject: Ref, *, words: StepWords | None = None
) -> ProcessView:
    """The process of a subject as `actor` may see it; NotFound for one that is out of reach.

    `words` answers what the timeline macro needs of a step, {} for one that this reader must not see, and None for
    those that the platform has words for: moves by the title of their transition, assignments, pauses, dates and
    extensions.
    """
    process = await ctx.workflow.visible(actor, subject)
    history = await ctx.workflow.history(subject)
    asked = await ctx.workflow.extensions(subject)
    people = {one.asked_by for one in asked if one.asked_by}
    names = {key: account.name for key, account in (await ctx.identity.accounts(people)).items()}
    pauses = bool(workflow.pause) and has_in_reach(ctx, actor, workflow.pause, process)
    return ProcessView(
        process=process,
        address=f"/workflow/processes/{subject.kind}/{subject.id}",
        title=translate(ctx.plugin, workflow.title),
        state=translate(ctx.plugin, workflow.state(process.state).title),
        picture=picture(workflow, process.state, Translator(ctx.plugin), visited={step.state for step in history}),
        acts=[act for act in await ctx.workflow.available(actor, process) if not act.hidden],
        limits=[_limit(ctx, workflow, actor, process, limit, asked) for limit in process.limits],
        extensions=[_extension(ctx, workflow, actor, process, one, names) for one in asked],
        steps=_steps(ctx.plugin, workflow, history, words),
        can_pause=pauses and any(limit.is_running for limit in process.limits),
        can_resume=pauses and any(limit.paused_on and not limit.done_on for limit in process.limits),
    )


def _limit(
    ctx: PluginContext[Any],
    workflow: Workflow,
    actor: Actor,
    process: Process,
    limit: TimeLimit,
    asked: Sequence[Extension],
) -> LimitView:
    declared = workflow.deadline(limit.name)
    kind, state = limit_words(limit, ctx.clock.today())
    rule, most = declared.extending, 0
    if rule and limit.done_on is None and has_in_reach(ctx, actor, rule.ask, process):
        same = [one for one in asked if (one.deadline, one.starts) == (limit.name, limit.starts)]
        open_now = any(one.granted is None for one in same)
        most = 0 if open_now or sum(one.granted is True for one in same) >= rule.times else rule.days
    return LimitView(
        name=limit.name,
        title=translate(ctx.plugin, declared.title),
        article=limit.article or declared.article,
        starts=limit.starts,
        due=limit.due,
        kind=kind,
        state=state,
        paused=limit.paused_on is not None,
        done=limit.done_on is not None,
        can_extend=most,
    )


def limit_words(limit: TimeLimit, today: date) -> tuple[str, str]:
    """The portal's status kind of a time limit, and a sentence."""
    if limit.done_on is not None:
        if limit.is_late(today):
            return "warning", _("done on {day}, late", day=format_date(limit.done_on))
        return "ok", _("done on {day}, in time", day=format_date(limit.done_on))
    if limit.paused_on is not None:
        return "off", _("paused since {day}", day=format_date(limit.paused_on))
    days = (limit.due - today).days
    if days < 0:
        return "error", _("overdue by {days} days", days=-days)
    if days == 0:
        return "warning", _("due today")
    return ("warning" if limit.reached is not None else "waiting"), _("{days} days left", days=days)


def _extension(
    ctx: PluginContext[Any],
    workflow: Workflow,
    actor: Actor,
    process: Process,
    one: Extension,
    names: Mapping[UUID, str],
) -> ExtensionView:
    declared = workflow.deadline(one.deadline)
    rule = declared.extending
    decides = rule is not None and one.granted is None and has_in_reach(ctx, actor, rule.approve, process)
    state = {None: _("not decided yet"), True: _("granted"), False: _("refused")}[one.granted]
    return ExtensionView(
        id=one.id,
        title=translate(ctx.plugin, declared.title),
        days=one.days,
        reason=one.reason,
        who=names.get(one.asked_by, "") if one.asked_by else "",
        at=one.asked_at,
        state=state,
        may_decide=decides and one.asked_by != actor.account_id,
    )


def step_words(plugin: str, workflow: Workflow, step: Step) -> dict[str, Any]:
    """One line for the timeline macro: at, who, text, detail, icon."""
    icon, text = "point", ""
    moves = {transition.id: transition for transition in workflow.transitions}
    if step.transition in moves:
        icon, text = moves[step.transition].icon, translate(plugin, moves[step.transition].title)
    else:
        icon, text = _known(workflow, step)
    return {"at": step.at, "who": step.actor_name if step.actor_id else _("The platform"), "text": text,
            "detail": step.note, "icon": icon}  # fmt: skip


def _known(workflow: Workflow, step: Step) -> tuple[str, str]:
    detail = step.detail
    found = ("point", step.action)
    match step.action.removeprefix(f"{workflow.id}."):
        case "started":
            found = ("flag", _("Started"))
        case "assigned":
            name = detail.get("assignee") or ""
            found = ("user-check", _("Assigned to {name}", name=name) if name else _("Assigned to nobody"))
        case "dated":
            found = ("calendar-event", _("Due date set to {day}", day=detail.get("due", "")))
        case "paused":
            found = ("player-pause", _("Paused"))
        case "resumed":
            found = ("player-play", _("Resumed"))
        case "extension_asked":
            found = ("calendar-plus", _("Asked for {days} more days", days=detail.get("days", "")))
        case "extended":
            found = ("calendar-check", _("{days} more days granted", days=detail.get("days", "")))
        case "extension_refused":
            found = ("calendar-off", _("{days} more days refused", days=detail.get("days", "")))
        case "reminded":
            found = ("bell-ringing", _("Reminder before or after the due date"))
    return found
