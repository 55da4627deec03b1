"""Steps that change until when: pauses, other due dates, extensions, and clocks that count anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from huitang_sdk.contracts import Actor, Extension, Process, Ref, TimeLimit, Write
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import guarding, limits, telling, timing
from huitang_sdk.workflow.declaring import Extending, Workflow
from huitang_sdk.workflow.desk import Desk
from huitang_sdk.workflow.marks import marks_of

_ = Translator("workflow")


class Pausing(Desk):
    """Whatever moves a due date."""

    async def redate(
        self, write: Write, actor: Actor, subject: Ref, deadline: str, due: date, *, note: str = ""
    ) -> Process:
        workflow, before = await self._locked(subject)
        found = timing.dated(workflow, before, deadline, due, self._context().clock.today())
        detail = {"deadline": deadline, "due": due.isoformat()}
        return await self._time_step(write, actor, workflow, before, found, "dated", note, detail)

    async def pause(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        *,
        reason: str,
        deadline: str = "",
        on: date | None = None,
        version: int | None = None,
    ) -> Process:
        workflow, before = await self._pausable(actor, subject, deadline, version)
        if not reason.strip():
            message = _("Say why; without a reason nothing was saved.")
            raise Invalid(message, fields={"reason": message})
        day = on or self._context().clock.today()
        found = timing.changed(before, deadline, lambda limit: limits.paused(limit, day))
        if found == before.limits:
            raise Conflict(_("No deadline runs that could be paused."))
        detail = {"deadline": deadline, "on": day.isoformat()}
        return await self._time_step(write, actor, workflow, before, found, "paused", reason, detail)

    async def resume(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        *,
        note: str = "",
        deadline: str = "",
        on: date | None = None,
        version: int | None = None,
    ) -> Process:
        workflow, before = await self._pausable(actor, subject, deadline, version)
        day = on or self._context().clock.today()
        with timing.counted():
            found = timing.changed(
                before,
                deadline,
                lambda limit: limits.resumed(limit, day, workflow.deadline(limit.name).unit, self._calendar),
            )
        if found == before.limits:
            raise Conflict(_("No deadline is paused."))
        detail = {"deadline": deadline, "on": day.isoformat()}
        return await self._time_step(write, actor, workflow, before, found, "resumed", note, detail)

    async def _pausable(
        self, actor: Actor, subject: Ref, deadline: str, version: int | None
    ) -> tuple[Workflow, Process]:
        workflow, before = await self._locked(subject)
        if not workflow.pause:
            raise ValueError(f"workflow {workflow.id} declares no permission to pause")
        if deadline:
            workflow.deadline(deadline)
        await guarding.require(self._context(), workflow, actor, before, workflow.pause)
        guarding.check_version(before, version)
        return workflow, before

    async def _time_step(
        self,
        write: Write,
        actor: Actor,
        workflow: Workflow,
        before: Process,
        found: Sequence[TimeLimit],
        fact: str,
        note: str,
        detail: Mapping[str, Any],
    ) -> Process:
        """Save other limits as one step."""
        after = await self._save(workflow, before, replace(before, limits=tuple(found)))
        await self._record(write, actor, before, after, fact, note=note.strip(), detail=detail)
        return await self._finish(write, actor, workflow, before, after, fact, (), {})

    async def ask_extension(
        self, write: Write, actor: Actor, subject: Ref, deadline: str, days: int, *, reason: str
    ) -> UUID:
        workflow, process = await self._locked(subject)
        rule = _rule(workflow, deadline)
        await guarding.require(self._context(), workflow, actor, process, rule.ask)
        limit = await self._extensible(process, deadline, rule, days, reason)
        asked = Extension(
            id=new_id(),
            subject=subject,
            deadline=deadline,
            starts=limit.starts,
            days=days,
            reason=reason.strip(),
            asked_by=actor.account_id,
            asked_at=self._context().clock.now(),
        )
        await self._store.put_extension(process, asked)
        detail = {"deadline": deadline, "days": days, "extension_id": str(asked.id)}
        await self._record(write, actor, process, process, "extension_asked", note=asked.reason, detail=detail)
        if rule.task is not None:
            ctx = self._context()
            people = await telling.holders(ctx, workflow, rule.approve, process)
            others = [person for person in people if person != actor.account_id]
            await telling.open_tasks(ctx, workflow, [telling.Listing(process, rule.task, others, limit.due)])
        return asked.id

    async def _extensible(self, process: Process, deadline: str, rule: Extending, days: int, reason: str) -> TimeLimit:
        limit = process.limit(deadline)
        if limit is None or limit.done_on is not None:
            raise Conflict(_("This deadline does not run."))
        if not 1 <= days <= rule.days:
            message = _("An extension is of 1 to {days} days.", days=rule.days)
            raise Invalid(message, fields={"days": message})
        if not reason.strip():
            message = _("Say why; without a reason nothing was saved.")
            raise Invalid(message, fields={"reason": message})
        same = [
            one
            for one in await self._store.extensions(process.subject)
            if (one.deadline, one.starts) == (deadline, limit.starts)
        ]
        if any(one.granted is None for one in same):
            raise Conflict(_("An extension has been asked for already and is not decided yet."))
        if sum(one.granted is True for one in same) >= rule.times:
            raise Conflict(_("This deadline has been extended as often as it can be."))
        return limit

    async def approve_extension(self, write: Write, actor: Actor, extension: UUID, *, note: str = "") -> Process:
        workflow, before, asked = await self._decidable(actor, extension)
        unit = workflow.deadline(asked.deadline).unit
        limit = before.limit(asked.deadline)
        if limit is None or limit.done_on is not None or limit.starts != asked.starts:
            raise Conflict(_("This deadline does not run."))

        def longer(one: TimeLimit) -> TimeLimit:
            return limits.extended(one, asked.days, unit, self._calendar) if one == limit else one

        with timing.counted():
            found = tuple(longer(one) for one in before.limits)
        after = await self._save(workflow, before, replace(before, limits=found))
        return await self._decided(write, actor, workflow, before, after, asked, True, note)

    async def refuse_extension(self, write: Write, actor: Actor, extension: UUID, *, reason: str) -> Process:
        workflow, before, asked = await self._decidable(actor, extension)
        if not reason.strip():
            message = _("Say why; without a reason nothing was saved.")
            raise Invalid(message, fields={"reason": message})
        after = await self._save(workflow, before, before)
        return await self._decided(write, actor, workflow, before, after, asked, False, reason)

    async def _decidable(self, actor: Actor, extension: UUID) -> tuple[Workflow, Process, Extension]:
        asked = await self._store.extension(extension)
        if asked is None or asked.subject.kind not in self._workflows:
            raise guarding.missing()
        workflow, before = await self._locked(asked.subject)
        rule = _rule(workflow, asked.deadline)
        await guarding.require(self._context(), workflow, actor, before, rule.approve)
        asked = await self._store.extension(extension) or asked
        if asked.granted is not None:
            raise Conflict(_("This has been decided already."))
        if asked.asked_by is not None and asked.asked_by == actor.account_id:
            raise Forbidden(_("Nobody decides on an extension they asked for themselves."), permission=rule.approve)
        return workflow, before, asked

    async def _decided(
        self,
        write: Write,
        actor: Actor,
        workflow: Workflow,
        before: Process,
        after: Process,
        asked: Extension,
        granted: bool,
        note: str,
    ) -> Process:
        ctx, rule = self._context(), _rule(workflow, asked.deadline)
        decided = replace(
            asked, granted=granted, decided_by=actor.account_id, decided_at=ctx.clock.now(), note=note.strip()
        )
        await self._store.put_extension(before, decided)
        if rule.task is not None:
            await ctx.todos.close(asked.subject, kind=rule.task.kind)
        limit = after.limit(asked.deadline)
        due = limit.due.isoformat() if limit else ""
        detail = {"deadline": asked.deadline, "days": asked.days, "due": due, "extension_id": str(asked.id)}
        fact = "extended" if granted else "refused"
        action = fact if granted else "extension_refused"
        await self._record(write, actor, before, after, action, note=note.strip(), detail=detail)
        data = {"note": note.strip(), "due": due, "granted": "yes" if granted else "", "days": str(asked.days)}
        return await self._finish(write, actor, workflow, before, after, fact, rule.tell, data)

    async def recount(self, write: Write, subject: Ref) -> Process:
        workflow, before = await self._locked(subject)
        after = await self._counted(workflow, before)
        await telling.settle(self._context(), workflow, before, after)
        return after

    async def set_limits(self, write: Write, limits: Mapping[Ref, Sequence[TimeLimit]]) -> int:
        by_kind: dict[str, dict[UUID, Sequence[TimeLimit]]] = {}
        for subject, found in limits.items():
            by_kind.setdefault(subject.kind, {})[subject.id] = found
        count = 0
        for kind, wanted in by_kind.items():
            workflow = self._declared(kind)
            known = await self._store.load_many(kind, list(wanted))
            changed = []
            for key, process in known.items():
                after = replace(process, limits=timing.checked(workflow, process, wanted[key]))
                if after.limits != process.limits:
                    changed.append(after)
                    count += len(set(after.limits) ^ set(process.limits))
            marks = await marks_of(workflow, self._context())
            await self._store.save_limits(workflow, changed, marks)
            for after in changed:
                await telling.settle(self._context(), workflow, known[after.subject.id], after)
        return count


def _rule(workflow: Workflow, deadline: str) -> Extending:
    rule = workflow.deadline(deadline).extending
    if rule is None:
        raise ValueError(f"workflow {workflow.id}: the deadline {deadline!r} cannot be extended")
    return rule
