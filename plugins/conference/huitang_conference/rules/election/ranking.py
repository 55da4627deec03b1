"""Who is elected: over the line, most votes first, and nobody at a border that equal numbers do not decide."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Choice(Struct, frozen=True):
    """Name keys: who is in, who is tied for the places left over, and how many places are left over in all."""

    chosen: tuple[str, ...]
    tied: tuple[str, ...]
    left: int


def choose(votes: Mapping[str, int], places: int, least: int) -> Choice:
    """Fill `places` from those with at least `least` votes, in the order of their votes.

    >>> choose({"a": 60, "b": 55, "c": 55, "d": 20}, 2, 51)
    Choice(chosen=('a',), tied=('b', 'c'), left=1)
    """
    over = in_order({key: number for key, number in votes.items() if number >= least})
    if len(over) <= places:
        return Choice(tuple(over), (), places - len(over))
    border = votes[over[places - 1]]
    if votes[over[places]] < border:
        return Choice(tuple(over[:places]), (), 0)
    above = tuple(key for key in over if votes[key] > border)
    return Choice(above, tuple(key for key in over if votes[key] == border), places - len(above))


def in_order(votes: Mapping[str, int]) -> list[str]:
    """Keys by votes, most first; equal ones in the order of the keys, which means nothing."""
    return sorted(votes, key=lambda key: (-votes[key], key))


def ranks(votes: Mapping[str, int]) -> dict[str, int]:
    """The rank of each: one more than how many have more votes."""
    numbers = sorted(votes.values(), reverse=True)
    return {key: numbers.index(number) + 1 for key, number in votes.items()}
