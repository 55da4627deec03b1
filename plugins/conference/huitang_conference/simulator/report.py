"""What a run of the simulator tells: how long things took, as percentiles and as a histogram, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huitang_conference.floor.client import Counts

EDGES_MS = (5, 10, 20, 50, 100, 200, 300, 600, 1000, 2000, 5000)


class Times(Struct, frozen=True):
    """Milliseconds. `histogram` has one number for each of `EDGES_MS` (up to it) and one for the rest."""

    count: int
    p50: float
    p90: float
    p99: float
    longest: float
    histogram: list[int]


class Report(Struct, frozen=True):
    scenario: str
    seats: int
    press: Times
    other: Times
    connect: Times
    shown: Times
    acks: int
    repeats: int
    refused: dict[str, int]
    lost: int
    doubled: int
    reconnects: int
    byes: int

    @property
    def is_sound(self) -> bool:
        """No acknowledged press twice, nothing without an answer."""
        return not self.lost and not self.doubled


def times(seconds: Sequence[float]) -> Times:
    """The figures of a list of durations.

    >>> times([0.004, 0.006]).histogram[:3]
    [1, 1, 0]
    """
    if not seconds:
        return Times(0, 0, 0, 0, 0, [0] * (len(EDGES_MS) + 1))
    values = sorted(second * 1000 for second in seconds)

    def at(share: float) -> float:
        return round(values[min(len(values) - 1, int(len(values) * share))], 1)

    histogram = [0] * (len(EDGES_MS) + 1)
    for value in values:
        histogram[next((n for n, edge in enumerate(EDGES_MS) if value <= edge), len(EDGES_MS))] += 1
    return Times(len(values), at(0.5), at(0.9), at(0.99), round(values[-1], 1), histogram)


def report_of(scenario: str, seats: int, counts: Counts) -> Report:
    return Report(
        scenario=scenario,
        seats=seats,
        press=times(counts.press_times),
        other=times(counts.other_times),
        connect=times(counts.connect_times),
        shown=times(counts.shown_times),
        acks=counts.acks,
        repeats=counts.repeats,
        refused=dict(counts.refused),
        lost=counts.lost,
        doubled=counts.doubled,
        reconnects=counts.reconnects,
        byes=counts.byes,
    )


def as_text(report: Report) -> str:
    """For people, in Chinese like all commands of this plugin."""
    lines = [f"场景 {report.scenario}，{report.seats} 个席位"]
    names = (("表决", report.press), ("其他", report.other), ("连接", report.connect), ("结果到屏", report.shown))
    for name, found in names:
        if found.count:
            lines.append(
                f"{name}：{found.count} 次，中位 {found.p50} ms，90% {found.p90} ms，99% {found.p99} ms，"
                f"最长 {found.longest} ms"
            )
            lines += _bars(found)
    refused = "、".join(f"{code} {count}" for code, count in sorted(report.refused.items())) or "无"
    lines.append(f"确认 {report.acks}（其中重发 {report.repeats}），拒绝：{refused}")
    lines.append(
        f"未得回应 {report.lost}，重复记录 {report.doubled}，重新连接 {report.reconnects}，服务器告别 {report.byes}"
    )
    return "\n".join(lines)


def _bars(found: Times) -> list[str]:
    most = max(found.histogram)
    labels = [f"≤{edge} ms" for edge in EDGES_MS] + [f">{EDGES_MS[-1]} ms"]
    return [
        f"  {label:>10} {'█' * max(1, round(30 * count / most))} {count}"
        for label, count in zip(labels, found.histogram, strict=True)
        if count
    ]
