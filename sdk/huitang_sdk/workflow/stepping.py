"""Steps that change where a process stands or who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from huitang_sdk.contracts import Actor, Begin, Move, Process, Ref, Write
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import Translator
from huitang_sdk.workflow import guarding, telling, timing
from huitang_sdk.workflow.declaring import Assigning, Transition, Workflow
from huitang_sdk.workflow.desk import Desk, changed_event
from huitang_sdk.workflow.marks import marks_of

_ = Translator("workflow")
BATCH = 5000


class Stepping(Desk):
    """Begin, move, assign, note."""

    async def start(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        organisation_id: UUID,
        *,
        state: str = "",
        assignee: UUID | None = None,
        since: date | None = None,
        fact: str = "started",
        note: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Process:
        workflow, ctx = self._declared(subject.kind), self._context()
        fresh = replace(self._fresh(actor, workflow, subject, organisation_id, state), assignee_id=assignee)
        process = self._entered(workflow, fresh, since or ctx.clock.today())
        if not await self._store.add(workflow, [process], await marks_of(workflow, ctx)):
            raise Conflict(_("This has been started already."))
        await self._record(write, actor, None, process, fact, note=note, detail=detail)
        return await self._finish(write, actor, workflow, None, process, "started", (), {})

    async def start_many(self, write: Write, actor: Actor, begins: Sequence[Begin], *, told: bool = False) -> int:
        count, last = 0, None
        for start in range(0, len(begins), BATCH):
            kinds = {begin.subject.kind for begin in begins[start : start + BATCH]}
            for kind in sorted(kinds):
                batch = [begin for begin in begins[start : start + BATCH] if begin.subject.kind == kind]
                added = await self._start_batch(actor, self._declared(kind), batch)
                count, last = count + len(added), added[-1] if added else last
                if told:
                    await self._tell_started(write, self._declared(kind), added)
        if begins and not told:
            subject = last.subject if last else begins[0].subject
            await write.audit(f"{subject.kind}.started_many", subject, detail={"count": count})
        return count

    async def _tell_started(self, write: Write, workflow: Workflow, added: Sequence[Process]) -> None:
        """A record, to-dos and an event for each; its limits are counted already."""
        for one in added:
            detail = {"before": None, "after": one.state}
            await write.audit(f"{workflow.id}.started", one.subject, detail=detail)
            await write.emit(changed_event(workflow, None, one, "started"))
        await telling.settle_begun(self._context(), workflow, added)

    async def _start_batch(self, actor: Actor, workflow: Workflow, batch: Sequence[Begin]) -> list[Process]:
        ctx = self._context()
        today, entered = ctx.clock.today(), []
        for begin in batch:
            fresh = self._fresh(actor, workflow, begin.subject, begin.organisation_id, begin.state, begin.started_at)
            fresh = replace(fresh, assignee_id=begin.assignee_id)
            entered.append(self._entered(workflow, fresh, begin.since or today))
        with timing.counted():
            processes = await timing.clocked(ctx, workflow, entered, today)
        added = await self._store.add(workflow, processes, await marks_of(workflow, ctx))
        action = f"{workflow.id}.started"
        steps = [(one, self._step(actor, None, one, action, "", "", None, one.started_at)) for one in added]
        await self._store.add_steps(steps)
        return added

    async def move(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        transition: str,
        *,
        note: str = "",
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        on: date | None = None,
        organisation: UUID | None = None,
        settled: bool = False,
    ) -> Process:
        declared = self._declared(subject.kind).transition(transition)
        workflow, before = await self._locked(subject)
        await guarding.require(self._context(), workflow, actor, before, declared.permission)
        guarding.check_version(before, version)
        if settled and before.state == declared.to:
            return before
        note = note.strip()
        await self._check_move(workflow, actor, before, declared, note)
        after = await self._move(workflow, before, declared, on, organisation)
        detail = {**(data or {})}
        await self._record(write, actor, before, after, declared.fact, transition=declared.id, note=note, detail=detail)
        if declared.then is not None:
            move = Move(
                write=write, actor=actor, transition=transition, before=before, after=after, note=note, data=detail
            )
            await declared.then(self._context(), move)
            after = await self._store.load(subject) or after
        return await self._finish(
            write, actor, workflow, before, after, declared.id, declared.tell, {"note": note, **texts(detail)}
        )

    async def _check_move(
        self, workflow: Workflow, actor: Actor, before: Process, declared: Transition, note: str
    ) -> None:
        if before.state not in declared.from_:
            raise Conflict(
                _("This step is not possible any more: it has gone on meanwhile. Nothing was saved; look at it again.")
            )
        if declared.reason and not note:
            message = _("Say why; without a reason nothing was saved.")
            raise Invalid(message, fields={"note": message})
        refused = await declared.refuse(self._context(), actor, before) if declared.refuse else ""
        if refused:
            raise Conflict(refused)

    async def _move(
        self, workflow: Workflow, before: Process, declared: Transition, on: date | None, organisation: UUID | None
    ) -> Process:
        now = self._context().clock.now()
        finished = now if workflow.state(declared.to).final else None
        moved = replace(before, state=declared.to, finished_at=finished)
        if organisation not in (None, before.organisation_id):
            moved = replace(moved, organisation_id=organisation, assignee_id=None)
        entered = self._entered(workflow, moved, on or self._context().clock.today())
        return await self._save(workflow, before, entered)

    async def assign(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        assignee: UUID | None,
        *,
        due: date | None = None,
        note: str = "",
        version: int | None = None,
    ) -> Process:
        workflow, before = await self._locked(subject)
        assigning = workflow.assigning
        if assigning is None:
            raise ValueError(f"workflow {workflow.id} does not declare how it is assigned")
        await guarding.require(self._context(), workflow, actor, before, assigning.permission)
        guarding.check_version(before, version)
        await self._check_assigning(workflow, assigning, before, assignee, due)
        after = replace(before, assignee_id=assignee)
        moves = workflow.transition(assigning.moves) if assigning.moves else None
        if moves is not None and assignee is not None and before.state in moves.from_:
            after = self._entered(workflow, replace(after, state=moves.to), self._context().clock.today())
        if due is not None:
            found = timing.dated(workflow, after, assigning.deadline, due, self._context().clock.today())
            after = replace(after, limits=found)
        if assignee != before.assignee_id:
            after = replace(after, limits=timing.changed(after, "", lambda limit: replace(limit, reached=None)))
        after = await self._save(workflow, before, after)
        detail = await self._assigned(before, after, due)
        await self._record(write, actor, before, after, "assigned", note=note.strip(), detail=detail)
        return await self._finish(
            write, actor, workflow, before, after, "assigned", assigning.tell, {"note": note.strip()}
        )

    async def _check_assigning(
        self, workflow: Workflow, assigning: Assigning, before: Process, assignee: UUID | None, due: date | None
    ) -> None:
        ctx = self._context()
        if before.finished_at is not None:
            raise Conflict(_("This is finished. Open it again to assign it."))
        if assignee is not None and assignee not in await telling.holders(ctx, workflow, assigning.to, before):
            message = _("This person may not be given it.")
            raise Invalid(message, fields={"assignee": message})
        if due is not None and due < ctx.clock.today():
            message = _("The due date is past.")
            raise Invalid(message, fields={"due": message})

    async def _assigned(self, before: Process, after: Process, due: date | None) -> dict[str, Any]:
        """Who had it and who has it, with the name as it is now."""
        people = [person for person in (before.assignee_id, after.assignee_id) if person]
        accounts = await self._context().identity.accounts(people)
        names = {key: account.name for key, account in accounts.items()}
        assignee, earlier = after.assignee_id, before.assignee_id
        return {
            "assignee_id": str(assignee) if assignee else None,
            "assignee": names.get(assignee, "") if assignee else "",
            "assignee_before": names.get(earlier, "") if earlier else "",
            "due": due.isoformat() if due else (after.due.isoformat() if after.due else None),
        }

    async def note(
        self,
        write: Write,
        actor: Actor,
        subject: Ref,
        fact: str,
        *,
        detail: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> None:
        self._declared(subject.kind)
        process = await self._store.load(subject)
        if process is None:
            raise guarding.missing()
        action = f"{self._context().plugin}.{fact}"
        await write.audit(action, subject, detail=detail, reason=note)
        step = self._step(actor, process, process, action, "", note, detail)
        await self._store.add_steps([(process, step)])


def texts(detail: Mapping[str, Any]) -> dict[str, str]:
    """What of the data can stand in a notice."""
    return {key: value for key, value in detail.items() if isinstance(value, str)}
