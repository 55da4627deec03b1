"""One answer of the doctor, and all of them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Status = Literal["ok", "warn", "fail"]


class Finding(Struct, frozen=True):
    """`check` names what was looked at ("database.reachable"); `message` what is; `remedy` what to do, "" when well."""

    check: str
    status: Status
    title: str
    message: str
    remedy: str = ""


class Report(Struct):
    """Findings in the order in which they were made."""

    findings: list[Finding] = []

    def ok(self, check: str, title: str, message: str) -> None:
        self.findings.append(Finding(check, "ok", title, message))

    def warn(self, check: str, title: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(check, "warn", title, message, remedy))

    def fail(self, check: str, title: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(check, "fail", title, message, remedy))

    @property
    def is_healthy(self) -> bool:
        return all(finding.status != "fail" for finding in self.findings)
