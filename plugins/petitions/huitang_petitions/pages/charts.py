"""Charts of the situation and of reports, as options for the portal's charts; a table stands behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ACCENT, GREY = "#a61e24", "#adb5bd"
MOST = 12


def bars_beside(labels: Sequence[str], series: Mapping[str, Sequence[int | None]]) -> dict[str, Any]:
    """The first dozen values as lying bars, the first at the top: of the period, and of the one before it."""
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 32, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "data": list(reversed(labels[:MOST])),
            "axisLabel": {"width": 112, "overflow": "break", "lineHeight": 15},
        },
        "series": [
            {"type": "bar", "name": name, "data": list(reversed(values[:MOST])), "color": color}
            for (name, values), color in zip(series.items(), (ACCENT, GREY), strict=True)
        ],
    }
