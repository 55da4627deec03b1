"""`budget declarations check` as a user runs it: JSON alone on stdout, refusals on stderr, the exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rich_click
from click.testing import CliRunner

from huitang_budget.cli import budget

KEYS = {
    "source", "form", "declaring_unit", "year", "project_name", "project_types", "fund_uses", "start", "end",
    "total_fen", "current_year_fen", "previous_year_fen", "previous_executed_fen", "sub_projects", "milestones",
    "indicators", "findings", "not_computed", "problems",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, as_text: Callable[..., str], as_docx: Callable[..., bytes]) -> Path:
    other = (
        as_text()
        .replace("云江市一网通办平台升级改造经费", "云江市停车诱导系统经费")
        .replace("2024-11-30", "2024-11-31")
    )
    (tmp_path / "甲.txt").write_text(as_text(), encoding="utf-8")
    (tmp_path / "乙.docx").write_bytes(as_docx())
    (tmp_path / "丙.txt").write_text(other.replace("（2024年）", "（2023年）"), encoding="utf-8")
    (tmp_path / "空.pdf").write_bytes(b"")
    return tmp_path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(budget, ["declarations", "check", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_json_has_the_promised_shape(folder: Path) -> None:
    status, out, err = run(folder / "甲.txt", folder / "丙.txt", "--format", "json")
    assert (status, err) == (0, "")
    first, second = json.loads(out)
    assert set(first) == KEYS
    assert (first["source"], first["year"], first["total_fen"]) == ("甲.txt", 2024, 300_000_000)
    assert (first["start"], first["end"], second["end"]) == ("2024-03-01", "2024-11-30", None)
    assert (first["project_types"], first["fund_uses"]) == (["其他一次性项目"], ["信息化建设类", "政府购买服务"])
    assert first["sub_projects"][1] == {"name": "机房迁移", "amount_fen": 50_000_050}
    assert first["milestones"][0] == {"title": "需求调研", "date": "2024-03-01", "text": "需求调研：2024-3-1"}
    assert first["indicators"][0] == {
        "level1": "投入和管理目标", "level2": "投入管理", "level3": "预算执行率", "target": "≥95%", "operator": "≥",
        "value": 95, "unit": "%",
    }  # fmt: skip
    assert first["indicators"][1]["value"] is None
    assert [p["code"] for p in second["problems"]] == ["impossible_date"]


def test_findings_carry_the_chinese_criterion_and_their_quote(folder: Path) -> None:
    _, out, _ = run(folder / "甲.txt", folder / "丙.txt", "--format", "json")
    findings = [finding for form in json.loads(out) for finding in form["findings"]]
    assert findings
    assert {f["criterion"] for f in findings} <= {"完整性", "相关性", "适当性", "可行性"}
    assert all({"rule", "criterion", "severity", "field", "quote", "message"} <= set(f) for f in findings)


def test_one_bad_file_does_not_stop_the_others(folder: Path) -> None:
    status, out, err = run(
        folder / "空.pdf", folder / "甲.txt", folder / "无.txt", folder / "乙.docx", "--format", "json"
    )
    assert status == 1
    assert [form["source"] for form in json.loads(out)] == ["甲.txt", "乙.docx"]
    lines = err.strip().splitlines()
    assert [line.split("：")[0] for line in lines] == ["空.pdf", "无.txt"]


def test_only_bad_files_still_print_an_array(folder: Path) -> None:
    status, out, err = run(folder / "空.pdf", "--format", "json")
    assert (status, json.loads(out)) == (1, [])
    assert err.startswith("空.pdf：")


def test_text_report_is_readable_and_year_filters(folder: Path) -> None:
    status, out, _ = run(folder / "甲.txt", folder / "丙.txt", "--year", "2023")
    assert status == 0
    assert "云江市停车诱导系统经费" in out
    assert "不存在的日期" in out.replace("\n", "")
    assert "共 1 份申报表" in out


def test_files_of_one_name_are_told_apart(folder: Path, as_text: Callable[..., str]) -> None:
    (folder / "次").mkdir()
    (folder / "次" / "甲.txt").write_text(as_text(), encoding="utf-8")
    _, out, _ = run(folder / "甲.txt", folder / "次" / "甲.txt", "--format", "json")
    assert len({form["source"] for form in json.loads(out)}) == 2


def test_the_group_is_rich_and_loads_no_reader() -> None:
    assert isinstance(budget, rich_click.RichGroup)
    heavy = "{'docx','pypdfium2','python_calamine','lxml','huitang_budget.declarations.review'}"
    script = f"import sys, huitang_budget.cli; sys.exit(len({heavy} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 0
