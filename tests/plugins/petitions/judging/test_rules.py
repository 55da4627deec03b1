"""The category tree, the remits and the table of handlers: what is shipped is whole, and every mistake is named."""

from __future__ import annotations

import re

import pytest

from huitang_petitions.judging import handlers as handling
from huitang_petitions.judging.handlers import default_handlers, parse_handlers
from huitang_petitions.judging.reading import shipped
from huitang_petitions.judging.remits import default_remits, parse_remits
from huitang_petitions.judging.tree import default_tree, parse_tree
from huitang_sdk.cases import CaseError


def problems(error: pytest.ExceptionInfo[CaseError]) -> dict[str, str]:
    return {problem.path: problem.text.en for problem in error.value.problems}


def test_the_shipped_tree_has_three_levels_and_says_that_it_is_not_verified():
    tree = default_tree()
    assert {path.count(".") for path in tree.nodes} == {0, 1, 2}
    assert len(tree.leaves) >= 80
    assert not tree.verified
    assert tree.titles("land.taking.compensation").zh == "国土资源 › 征地拆迁 › 补偿标准"
    assert all(path.rpartition(".")[0] in tree.children(path.partition(".")[0]) for path in tree.leaves)


def test_every_remit_of_the_issue_is_there_and_stands_on_an_article():
    remits = default_remits()
    assert set(remits.ids) == {"own", "lower", "government", "court", "procuratorate", "supervisory", "refused"}
    assert all(remit.basis and remit.what.zh for remit in remits.remits)
    local = [basis for remit in remits.remits for basis in remit.basis if basis.source != "regulations"]
    assert local
    assert not any(basis.verified for basis in local), "local regulations are to be checked where the office is"


def test_every_remit_and_category_has_somebody_who_handles_it():
    remits, tree, handlers = default_remits(), default_tree(), default_handlers()
    assert list(handling._problems(handlers, remits, tree)) == []
    for remit in remits.remits:
        for leaf in tree.leaves:
            assert handlers.usual(remit.id, leaf)
    assert handlers.usual("government", "labour.insurance.medical") == "gov.medical"
    assert handlers.usual("government", "labour.insurance.pension") == "gov.labour"


def test_a_rule_needs_one_of_every_list_and_none_of_the_others():
    (rule,) = [rule for rule in default_remits().rules if rule.id == "lower_congress"]
    assert rule.fits("县人大常委会在换届中")
    assert not rule.fits("请撤销区人大的决定")
    (rule,) = [rule for rule in default_remits().rules if rule.id == "after_review"]
    assert rule.fits("已经复核终结，我仍然要求解决")
    assert not rule.fits("已经复核终结")


def test_every_mistake_in_a_tree_is_named_with_its_place():
    with pytest.raises(CaseError) as error:
        parse_tree("""
        id = "own"
        title = { zh = "本局", en = "ours" }
        [nodes]
        "a" = { title = { zh = "甲", en = "A" } }
        "b.c" = { title = { zh = "乙", en = "B" } }
        "X" = { title = { zh = "丙", en = "C" } }
        "f" = { title = { zh = "戊", en = "F" } }
        "a.b.c.d" = { title = { zh = "丁", en = "D" } }
        "e" = { title = { zh = " ", en = "E" } }
        """)
    said = problems(error)
    assert "no parent" in said["$.nodes.b.c"]
    assert "no path" in said["$.nodes.X"]
    assert "no path" in said["$.nodes.a.b.c.d"]
    assert said["$.nodes.e.title"] == "the title is empty"
    assert "third level" in said["$.nodes.f"]


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("no toml", "$", "this is no TOML"),
        ('id = "x"\ntitle = { zh = "甲", en = "A" }\nnode = 3', "$.node", "nodes"),
        ('id = "x"\ntitle = { zh = "甲", en = "A" }\n[nodes]', "$.nodes", "the tree is empty"),
    ],
)
def test_what_is_no_tree_is_refused(text, path, said):
    with pytest.raises(CaseError) as error:
        parse_tree(text)
    assert said in problems(error)[path]


def test_every_mistake_in_remits_is_named_with_its_place():
    with pytest.raises(CaseError) as error:
        parse_remits(
            """
        id = "own"
        title = { zh = "本局", en = "ours" }
        sources = { law = { title = "条例" } }
        [[remits]]
        id = "own"
        title = { zh = "甲", en = "A" }
        route = "handle"
        basis = []
        [[remits]]
        id = "own"
        title = { zh = "甲", en = "A" }
        route = "handle"
        basis = [{ source = "lwa", article = "第一条" }]
        [[rules]]
        id = "r"
        remit = "oown"
        title = { zh = "甲", en = "A" }
        basis = { source = "law", article = "第一条" }
        """,
            default_tree(),
        )
    assert set(problems(error)) == {
        "$.remits",
        "$.remits[1]",
        "$.remits[0]",
        "$.remits[1].basis[0].source",
        "$.rules[0].remit",
        "$.rules[0]",
    }


def remits_named(*usual: str, government: str = "government") -> str:
    """The shipped remits with the government's under another id, and what that is usually asked for."""
    text = shipped("remits.toml").replace('id = "government"', f'id = "{government}"')
    return text.replace('usual = [""]\n', "\n".join(usual) + "\n")


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (remits_named(), "$.remits", "usually of no remit, like land.taking.compensation"),
        (remits_named('usual = ["", "land.moon"]'), "$.remits[2].usual[1]", "land.moon"),
        (remits_named('usual = ["", "congress"]'), "$.remits[2].usual[1]", "already usual of own"),
        (remits_named('usual = [""]', 'like = "gov"'), "$.remits[2].like", "there is no shipped remit 'gov'"),
    ],
)
def test_what_is_usual_is_checked_with_its_place(text, path, said):
    with pytest.raises(CaseError) as error:
        parse_remits(text, default_tree())
    assert said in problems(error)[path]


def test_remits_that_say_nothing_of_what_is_usual_keep_the_shipped_where_they_have_its_ids():
    lines = [line for line in shipped("remits.toml").splitlines() if not line.startswith("usual = ")]
    assert parse_remits("\n".join(lines), default_tree()) == default_remits()
    with pytest.raises(CaseError) as error:
        parse_remits("\n".join(lines).replace('id = "government"', 'id = "gov"'), default_tree())
    assert "usual" in problems(error)["$.remits"]


@pytest.mark.parametrize(("kind", "path"), [("remits", "$.remits[0].title"), ("rules", "$.rules[0].title")])
def test_a_remit_or_rule_without_a_title_in_both_languages_is_refused(kind, path):
    before, mark, after = shipped("remits.toml").partition(f"[[{kind}]]")
    with pytest.raises(CaseError) as error:
        parse_remits(before + mark + re.sub(r'en = "[^"]*"', 'en = " "', after, count=1), default_tree())
    assert problems(error) == {path: "the title is empty"}


def test_the_nearest_category_above_says_whose_a_matter_usually_is():
    remits = default_remits()
    assert remits.usual("justice.trial.judgment") == "court"
    assert remits.usual("justice.police.case") == "government"
    assert remits.usual("justice.trials.own") == "government", "a name that only begins alike is another category"


def test_every_mistake_in_a_table_of_handlers_is_named_with_its_place():
    with pytest.raises(CaseError) as error:
        parse_handlers(
            """
        id = "own"
        title = { zh = "本局", en = "ours" }
        [handlers]
        "a" = { title = { zh = "甲", en = "A" }, remits = ["own", "nobody"], categories = ["land", "lnad"] }
        """,
            default_remits(),
            default_tree(),
        )
    said = problems(error)
    assert "nobody" in said["$.handlers.a.remits[1]"]
    assert "lnad" in said["$.handlers.a.categories[1]"]
    assert "nobody handles" in said["$.handlers"]


def test_what_is_shipped_can_be_taken_as_a_beginning():
    tree = parse_tree(shipped("categories.toml"))
    remits = parse_remits(shipped("remits.toml"), tree)
    assert parse_handlers(shipped("handlers.toml"), remits, tree) == default_handlers()
