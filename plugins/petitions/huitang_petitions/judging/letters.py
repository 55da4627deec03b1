"""The letters a suggester learns from and is measured on: synthetic, composed of sentences, and written by hand."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct

from huitang_petitions.judging.reading import NAMES, shipped
from huitang_petitions.judging.remits import Remits, default_remits
from huitang_petitions.judging.tree import Tree
from huitang_petitions.judging.wording import WORDING, refuse
from huitang_petitions.letters import letters
from huitang_sdk.cases import CaseError, Problem, read_case, read_json

LEARNT_FROM, MEASURED_ON = 1, 2
"""Seeds of the synthetic letters: no letter is in both sets."""


class Example(Struct, frozen=True, kw_only=True):
    """A letter with what is true of it; "" where that is not known. `matter` is the wording it was made from, `handler`
    an id of the table of handlers or of an organisation, or the name of one that the table does not know.
    """

    subject: str = ""
    text: str = ""
    remit: str = ""
    category: str = ""
    handler: str = ""
    matter: str = ""
    id: str = ""


class Phrases(Struct, frozen=True, forbid_unknown_fields=True):
    """`phrases.toml`."""

    phrases: dict[str, tuple[str, ...]]
    turns: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    closings: tuple[str, ...]


class _LabelNames(Struct, frozen=True, forbid_unknown_fields=True):
    remits: dict[str, str]
    categories: dict[str, str]
    handlers: dict[str, str]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    return msgspec.convert(tomllib.loads(shipped("phrases.toml")), Phrases)


@lru_cache(maxsize=1)
def _label_names() -> _LabelNames:
    return msgspec.convert(tomllib.loads(shipped("labels.toml")), _LabelNames)


def synthetic(count: int, seed: int) -> Iterator[Example]:
    """Letters of the generator, under the names of this package."""
    names = _label_names()
    for made in letters(count, seed=seed):
        yield Example(
            id=made.letter.id,
            subject=made.letter.subject,
            text=made.letter.text,
            remit=names.remits.get(made.labels.remit, made.labels.remit),
            category=names.categories[made.labels.matter],
            handler=_handler_of(made.labels.handler),
            matter=made.labels.matter,
        )


def _handler_of(label: str) -> str:
    """A label's handler by its id in the shipped table; its name where the table has none such."""
    known = _label_names().handlers
    return next((id_ for ending, id_ in known.items() if label.endswith(ending)), label)


def composed(tree: Tree, known: Phrases, count: int, seed: int) -> Iterator[Example]:
    """Letters put together from the sentences and words of one category, three in ten with a turn of the remit.

    None for a tree of which no sentences are known.
    """
    rng = random.Random(seed)  # noqa: S311 - made up, not secret
    paths = [path for path in known.phrases if known.phrases[path] and path in tree.nodes]
    if not paths:
        return
    turns = [turn for turn in known.turns if known.turns[turn]]
    for number in range(count):
        path = paths[number % len(paths)]
        said, words = known.phrases[path], tree.nodes[path].words
        chosen = rng.sample(said, min(len(said), rng.choice((1, 2, 2, 3))))
        if words and rng.random() < 0.6:
            chosen.append("、".join(rng.sample(words, min(2, len(words)))))
        remit, category = default_remits().usual(path), path
        if rng.random() < 0.3:
            remit = rng.choice(turns)
            turn = rng.sample(known.turns[remit], min(2, len(known.turns[remit])))
            if remit == "refused":
                chosen.insert(rng.randint(0, len(chosen)), turn[0])
            else:
                chosen, category = [*([] if remit == "lower" else chosen[:1]), *turn], ""
        subject = rng.choice(said)[:10] if category and rng.random() < 0.5 else ""
        yield Example(subject=subject, text=_wrapped(rng, chosen, known), remit=remit, category=category)


def _wrapped(rng: random.Random, chosen: Sequence[str], known: Phrases) -> str:
    """With the courtesies that say nothing of what a letter is about."""
    text = rng.choice("，。；\n").join(chosen)
    closing = "".join(rng.sample(known.closings, rng.randint(0, 3)))
    return f"{rng.choice(known.openings)}{text}。{closing}"


def turn_of(example: Example, remits: Remits) -> str:
    """What the remit of a letter says beyond its category: "none" when it is that category's own, "" when unknown."""
    if not example.remit:
        return ""
    return "none" if example.category and remits.usual(example.category) == example.remit else example.remit


def turned(known: Phrases, seed: int) -> Iterator[tuple[str, str]]:
    """Single sentences with their turn, or "none"."""
    rng = random.Random(seed)  # noqa: S311 - made up, not secret
    for said in (*(said for group in known.phrases.values() for said in group), *known.openings, *known.closings):
        yield said, "none"
    for turn, group in known.turns.items():
        for said in group:
            yield said, turn
            yield f"{rng.choice(known.openings)}{said}", turn


def worded(tree: Tree) -> Iterator[Example]:
    """The words of each category as letters without remit: all there is for one the office has added itself."""
    for path in tree.leaves:
        title, words = tree.nodes[path].title.zh, tree.nodes[path].words
        yield Example(subject=title, text="，".join(words), category=path)
        for word in words:
            yield Example(text=word, category=path)


@lru_cache(maxsize=1)
def handwritten() -> tuple[Example, ...]:
    """Letters written by hand, in other words than all that is learnt from. Only measured on, never learnt from."""
    return tuple(msgspec.json.decode(line, type=Example) for line in shipped("handwritten.jsonl").splitlines())


class GivenLetter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter as a command reads it: what an office has of it, and, where it is to be measured on, what is true."""

    id: str = ""
    petitioner: str = ""
    phone: str = ""
    place: str = ""
    subject: str = ""
    text: str = ""
    remit: str = ""
    category: str = ""


def examples_from(raw: bytes) -> list[Example]:
    """Letters from JSON lines. CaseError names every mistake, the first line being `$[1]`."""
    found, problems = [], []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            given = read_case(read_json(line), GivenLetter, NAMES, WORDING)
            if not given.subject.strip() and not given.text.strip():
                raise refuse("$", "letter.no_text")
        except CaseError as error:
            problems += [Problem(f"$[{number}]{one.path[1:]}", one.text) for one in error.problems]
            continue
        found.append(
            Example(id=given.id, subject=given.subject, text=given.text, remit=given.remit, category=given.category)
        )
    if problems:
        raise CaseError(problems)
    return found
