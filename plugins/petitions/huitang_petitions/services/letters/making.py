"""Drafting a letter, making it as Word and PDF for the matter's file, and giving it to the petitioner.

The petitioners of matters that are joined get theirs in the same act (`copies`); one that was joined after a letter was
given gets it by itself: what fits it is what fits the main matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from huitang_petitions.services import access, joined, papers, telling
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.letters import copies
from huitang_petitions.services.letters.facts import facts_of, issuer_of, named
from huitang_petitions.services.letters.kinds import ENDINGS, LETTERS, Letter, template_of
from huitang_petitions.services.submission import NewPaper
from huitang_petitions.services.validating import BODY
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Forbidden, Invalid, NotFound
from huitang_sdk.i18n import use_locale


class Words(Struct, frozen=True, kw_only=True):
    """What the officer writes in a letter. `named`: with the petitioner's name in clear instead of masked."""

    body: str = ""
    article: str = ""
    to: str = ""
    named: bool = False


class Draft(Struct, frozen=True, kw_only=True):
    """A letter before it is made: the facts it will say, and where the officer begins to write. `others` is how many
    petitioners of joined matters get one, too."""

    kind: str
    letter: Letter
    number: str
    facts: Mapping[str, Any]
    words: Words
    may_name: bool
    others: int


async def offered(ctx: Ctx, matter_id: UUID, state: str, may: Mapping[str, bool]) -> list[tuple[str, Letter]]:
    """The letters that go with where the matter stands, for whoever may do these things."""
    return [
        (kind, letter)
        for kind, letter in LETTERS.items()
        if may[letter.may] and await _fits(ctx, matter_id, state, letter)
    ]


async def _fits(ctx: Ctx, matter_id: UUID, state: str, letter: Letter) -> bool:
    if state not in letter.states or not letter.after:
        return state in letter.states
    sql = "SELECT 1 FROM petitions.event WHERE matter_id = $1 AND kind = $2 LIMIT 1"
    return bool(await ctx.db.fetch(sql, matter_id, letter.after))


async def draft(ctx: Ctx, actor: Actor, matter_id: UUID, kind: str) -> Draft:
    """The draft of a letter. Raises NotFound for no letter, Conflict for one that does not go with where the matter
    stands, and what `access.matter_for` raises."""
    letter, row = await _matter_of(ctx, actor, matter_id, kind)
    facts = await facts_of(ctx, row, letter)
    body = letter.draft.strip().format_map({"subject": facts["subject"]})
    return Draft(
        kind=kind,
        letter=letter,
        number=row["number"],
        facts=facts,
        words=Words(body=body, article=facts["article"], to=facts["to"]),
        others=await copies.count_for(ctx, actor, matter_id, letter),
        may_name=not row["whistle"] and bool(await access.reaching(ctx, [actor.account_id], matter_id, access.REVEAL)),
    )


async def make(ctx: Ctx, actor: Actor, matter_id: UUID, kind: str, words: Words) -> None:
    """Make a letter as Word and PDF from the templates in use, and put both to the matter's papers, for the office; and
    as PDF to the papers of each matter that is joined.

    Raises Invalid at the field that is missing, BrokenTemplate for a template that cannot be filled, and what `draft`
    raises.
    """
    begun = await draft(ctx, actor, matter_id, kind)
    _check(begun, words)
    letter, row = await _matter_of(ctx, actor, matter_id, kind)
    values = {**begun.facts, "article": words.article.strip(), "to": words.to.strip()}
    values["paragraphs"] = [line.strip() for line in words.body.splitlines() if line.strip()]
    if words.named:
        values["addressee"] = await named(ctx, actor, row, letter)
    now, batch = ctx.clock.now(), new_id()
    with use_locale("zh-CN"):
        made = {ending: await ctx.documents.fill(template_of(kind, ending), values, at=now) for ending in ENDINGS}
    beside = {
        one["id"]: await copies.filled(ctx, actor, one, kind, letter, values, clear=words.named)
        for one in await copies.others(ctx, matter_id, letter)
    }
    async with ctx.db.write(actor) as write:
        await _matter_of(ctx, actor, matter_id, kind, lock=True)
        name = f"{letter.name}-{begun.number}"
        new = [NewPaper(f"{name}{ending}", one.content, "letter", kind) for ending, one in made.items()]
        new = [structs.replace(one, batch=batch) if one.name.endswith(".pdf") else one for one in new]
        await papers.keep(ctx, actor, matter_id, new, side="office", shown=False)
        for one in await copies.others(ctx, matter_id, letter, lock=True):
            if one["id"] in beside:
                copy = structs.replace(beside[one["id"]], batch=batch)
                await papers.keep(ctx, actor, one["id"], [copy], side="office", shown=False)
                about = {"letter": kind, "named": words.named, "with": str(matter_id)}
                await write.audit("petitions.letter.made", access.ref(one["id"]), detail=about)
        detail: dict[str, Any] = {"letter": kind, "named": words.named}
        detail |= {"sha256": [one.sha256 for one in made.values()]}
        detail |= {"template_versions": [one.template_version for one in made.values()]}
        await write.audit("petitions.letter.made", access.ref(matter_id), detail=detail)


_GIVE = """
UPDATE petitions.paper p SET shown = TRUE, given_at = $2 FROM petitions.matter m, petitions.paper this
WHERE this.id = $1 AND m.id = p.matter_id AND NOT p.shown AND (p.id = this.id
    OR (p.batch = this.batch AND m.merged_into = $3 AND m.state <> $4))
RETURNING p.id AS paper_id, m.id, m.number, m.whistle
"""


async def give(ctx: Ctx, actor: Actor, matter_id: UUID, paper_id: UUID) -> None:
    """Give a letter to the petitioner: it is found with the code from now on, and whoever can be reached is told. The
    petitioners of matters that are joined are given those that were made with it.

    Raises NotFound for no letter, Conflict for one that is for an organ, for Word, and for one that was given.
    """
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.READ, lock=True)
        paper, _stored = await papers.paper_of(ctx, matter_id, paper_id)
        letter = LETTERS.get(paper.letter)
        if letter is None:
            raise NotFound(_("There is no such letter."))
        await _require_issuer(ctx, actor, row, letter)
        if not letter.given or not paper.name.endswith(".pdf"):
            raise Conflict(_("This paper is for the office: only letters to the petitioner, as PDF, are given."))
        if paper.shown:
            raise Conflict(_("The petitioner has this letter already."))
        for one in await ctx.db.fetch(_GIVE, paper_id, ctx.clock.now(), matter_id, joined.GONE):
            await telling.send(ctx, one, telling.GIVEN, one["paper_id"])
            detail = {"letter": paper.letter, "paper": str(one["paper_id"])}
            await write.audit("petitions.letter.given", access.ref(one["id"]), detail=detail)


async def _matter_of(
    ctx: Ctx, actor: Actor, matter_id: UUID, kind: str, *, lock: bool = False
) -> tuple[Letter, dict[str, Any]]:
    row = await access.matter_for(ctx, actor, matter_id, access.READ, lock=lock)
    letter = LETTERS.get(kind)
    if letter is None:
        raise NotFound(_("There is no such letter."))
    await _require_issuer(ctx, actor, row, letter)
    if not await _fits(ctx, matter_id, (await joined.going_on(ctx, row))["state"], letter):
        raise Conflict(_("This letter does not go with where the matter stands now."))
    return letter, row


async def _require_issuer(ctx: Ctx, actor: Actor, row: Mapping[str, Any], letter: Letter) -> None:
    """Nobody writes in the name of an organisation they do not work for."""
    await access.matter_for(ctx, actor, row["id"], letter.permission)
    scope = ctx.permissions.scope(actor, letter.permission)
    if not scope.includes(key=row["id"], organisation=issuer_of(row, letter), owner=row["assignee_id"]):
        raise Forbidden(_("This letter is written by another organisation."), permission=letter.permission)


def _check(begun: Draft, words: Words) -> None:
    missing: dict[str, str] = {}
    given = structs.asdict(words)
    for name in begun.letter.needs:
        if not given[name].strip():
            missing[name] = _("Fill this in.")
    if "body" in begun.letter.needs and words.body.strip() == begun.words.body.strip():
        missing["body"] = _("Write what the letter says; the draft only begins it.")
    if len(words.body) > BODY:
        missing["body"] = _("At most {count} characters.", count=BODY)
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)
