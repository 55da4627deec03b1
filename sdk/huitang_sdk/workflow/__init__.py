"""Workflows: what a plugin declares of them, and their picture.

Workflow(
    id="noticeboard.notice",
    title="A notice on its way",
    read="noticeboard.notice.read",
    states=(State("draft", "Draft"), State("published", "Published", final=True)),
    transitions=(Transition(id="publish", title="Publish", from_=("draft",), to="published", permission="…"),),
    facts=facts_of,
)
"""

from huitang_sdk.workflow.declaring import (
    Assigning,
    Deadline,
    Extending,
    Facts,
    Mark,
    Mirror,
    State,
    Task,
    Tell,
    Transition,
    Workflow,
)
from huitang_sdk.workflow.picture import picture
from huitang_sdk.workflow.view import ProcessView, process_view

__all__ = [
    "Assigning",
    "Deadline",
    "Extending",
    "Facts",
    "Mark",
    "Mirror",
    "State",
    "Task",
    "Tell",
    "Transition",
    "Workflow",
    "ProcessView",
    "picture",
    "process_view",
]
