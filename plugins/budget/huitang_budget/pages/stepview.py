"""Steps of the history as sentences."""

from __future__ import annotations

from typing import Any

from huitang_budget.services.history import action_of
from huitang_budget.services.wording import word
from huitang_sdk.contracts import Step
from huitang_sdk.i18n import Translator

_ = Translator("budget")

_STEPS = {
    "declaration.imported": ("file-import", "Imported"),
    "declaration.checked": ("refresh", "Checked again by the rules"),
    "declaration.assigned": ("user-check", "Assigned"),
    "declaration.reminded": ("bell-ringing", "The reviewer was reminded"),
    "finding.accepted": ("check", "Finding accepted"),
    "finding.dismissed": ("x", "Finding dismissed"),
    "finding.reopened": ("arrow-back-up", "Decision taken back"),
    "opinion.written": ("pencil", "Opinion written"),
    "review.begun": ("player-play", "Review begun"),
    "review.finished": ("circle-check", "Review finished"),
    "review.reopened": ("lock-open", "Review opened again"),
}


def step_view(step: Step) -> dict[str, Any]:
    """One line for the timeline macro: at, who, text, detail, icon."""
    icon, title = _STEPS.get(action_of(step), ("point", step.action))
    text = _(title)
    extra = _extra(step)
    return {
        "at": step.at,
        "who": step.actor_name if step.actor_id else _("The platform"),
        "text": f"{text}{_(': ')}{extra}" if extra else text,
        "detail": step.note,
        "icon": icon,
    }


def _extra(step: Step) -> str:
    detail = step.detail
    match action_of(step):
        case "declaration.imported":
            return _("{file}, {count} findings", file=detail.get("file", ""), count=detail.get("findings", 0))
        case "declaration.checked":
            return _("{new} new, {kept} kept, {gone} gone", **{k: detail.get(k, 0) for k in ("new", "kept", "gone")})
        case "declaration.assigned":
            after = detail.get("after", detail)
            return _("{name}, due {due}", name=after.get("assignee", ""), due=after.get("due", ""))
        case "review.finished":
            return word(str(detail.get("conclusion", "")))
        case "finding.accepted" | "finding.dismissed" | "finding.reopened":
            return str(detail.get("message", ""))
        case _:
            return ""
