"""The score goes the way that makes sense, whatever else two letters have."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from huitang_petitions.matching import Evidence, score

COUNTS = {"said": st.integers(0, 80).map(float), "meant": st.integers(0, 12).map(float)}
FROM_MINUS_ONE = (
    "phone",
    "name",
    "district",
    "house",
    "building",
    "part",
    "unit",
    "village",
    "firm",
    "branch",
    "details",
    "sums",
)
LEAST = {name: -1.0 if name in FROM_MINUS_ONE else 0.0 for name in Evidence.__struct_fields__}
VALUES = {name: COUNTS.get(name, st.floats(least, 1.0)) for name, least in LEAST.items()}
EVIDENCE = st.builds(Evidence, **VALUES)
AGAINST = ("elsewhere", "local", "apart", "strange")
SURE = tuple(name for name in VALUES if name not in COUNTS)


@settings(max_examples=150, deadline=None)
@given(evidence=EVIDENCE, name=st.sampled_from(SURE), better=st.floats(0.0, 1.0), letters=st.integers(1, 1_000_000))
def test_more_in_common_never_makes_a_match_less_probable(evidence, name, better, letters):
    step = -better if name in AGAINST else better
    more = structs.replace(evidence, **{name: min(1.0, max(-1.0, getattr(evidence, name) + step))})
    assert score(more, letters) >= score(evidence, letters) - 1e-9
    assert 0.0 <= score(evidence, letters) <= 1.0
