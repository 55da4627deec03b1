"""Looking at processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from huitang_sdk.contracts import Act, Actor, Extension, Process, Ref, Step
from huitang_sdk.i18n import translate
from huitang_sdk.workflow import guarding, telling
from huitang_sdk.workflow.desk import Desk
from huitang_sdk.workflow.store import ids_of


class Reading(Desk):
    """The part of `Workflows` that changes nothing."""

    async def process(self, subject: Ref) -> Process | None:
        self._declared(subject.kind)
        return await self._store.load(subject)

    async def processes(self, subjects: Iterable[Ref]) -> dict[UUID, Process]:
        found: dict[UUID, Process] = {}
        for kind, ids in ids_of(subjects).items():
            found |= await self._store.load_many(self._declared(kind).id, ids)
        return found

    async def visible(self, actor: Actor, subject: Ref) -> Process:
        workflow, process = self._declared(subject.kind), await self._store.load(subject)
        if process is None or not await guarding.can_see(self._context(), workflow, actor, process):
            raise guarding.missing()
        return process

    async def available(self, actor: Actor, process: Process) -> Sequence[Act]:
        ctx, workflow = self._context(), self._declared(process.subject.kind)
        possible = [
            transition
            for transition in workflow.transitions
            if process.state in transition.from_ and guarding.has_in_reach(ctx, actor, transition.permission, process)
        ]
        if not possible or not await guarding.can_see(ctx, workflow, actor, process, possible[0].permission):
            return []
        acts = []
        for transition in possible:
            refused = await transition.refuse(ctx, actor, process) if transition.refuse else ""
            acts.append(
                Act(
                    transition=transition.id,
                    title=translate(ctx.plugin, transition.title),
                    to=transition.to,
                    reason=transition.reason,
                    refused=refused,
                    icon=transition.icon,
                    hidden=transition.hidden,
                )
            )
        return acts

    async def candidates(self, process: Process) -> Sequence[UUID]:
        workflow = self._declared(process.subject.kind)
        if workflow.assigning is None:
            return []
        return await telling.holders(self._context(), workflow, workflow.assigning.to, process)

    async def history(self, subject: Ref, *, limit: int = 200) -> Sequence[Step]:
        self._declared(subject.kind)
        return await self._store.steps(subject, limit)

    async def extensions(self, subject: Ref) -> Sequence[Extension]:
        self._declared(subject.kind)
        return await self._store.extensions(subject)
