"""Cases: what people hand to an engine of rules as JSON, and every mistake in it named with its place.

    WORDING = Wording("huitang_petitions.clock")

    class Visit(Struct, frozen=True, forbid_unknown_fields=True):
        at: str
        persons: Annotated[int, Meta(ge=1)] = 1

    visit = read_case(read_json(raw), Visit, Names(keys={"日期": "at"}, values={}), WORDING)

For commands that read such a case and print what an engine makes of it there is `huitang_sdk.cases.commands`.
"""

from huitang_sdk.cases.problems import CaseError, Problem
from huitang_sdk.cases.reading import Names, as_given, read_case, read_json
from huitang_sdk.cases.texts import Text
from huitang_sdk.cases.wording import INPUT, Wording

__all__ = ["INPUT", "CaseError", "Names", "Problem", "Text", "Wording", "as_given", "read_case", "read_json"]
