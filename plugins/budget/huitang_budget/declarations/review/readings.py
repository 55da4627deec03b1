"""What the target of an indicator is: a number, a day, a wording; and a number as percent."""

from __future__ import annotations

import re
from decimal import Decimal

from huitang_budget.declarations.model import Indicator
from huitang_budget.declarations.review.language import has_text

_DATE = re.compile(r"20\d\d\s*[年./-]|\d{1,2}月(?:\d{1,2}日|底|初|中旬|上旬|下旬|份|前|内)")
_CHINESE_NUMBER = re.compile(
    r"百分之|^零|为零|[零一二两三四五六七八九十百千万]+"
    r"(?:个|次|项|份|套|台|家|人|天|日|月|年|倍|成|起|件|名|条|只|处|场|期|批|页|卷|册|户|亩|米|公里|小时|分钟|元|篇|座|辆)"
)


def is_date(indicator: Indicator) -> bool:
    """Whether the target is a day or a month and not a quantity."""
    return bool(_DATE.search(indicator.target))


def is_word(indicator: Indicator) -> bool:
    """Whether the target is wording without any number or date."""
    text = indicator.target
    return has_text(text) and not re.search(r"\d", text) and not _CHINESE_NUMBER.search(text)


def is_number(indicator: Indicator) -> bool:
    """Whether the target is a number that was read."""
    return indicator.value is not None and not is_date(indicator)


def percent_of(indicator: Indicator) -> Decimal | None:
    """The target in percent, also where it is written as 0.95; None when it is no number or has another unit."""
    if not is_number(indicator) or indicator.value is None:
        return None
    unit = indicator.unit or ""
    if unit.startswith(("%", "％")):
        return indicator.value
    # A bare number is a share only where the name says so: 满意度 ≥ 90, but not 表扬信 ≥ 3.
    if unit == "分" or (not unit and re.search("[率度性]", indicator.level3)):
        return indicator.value * 100 if Decimal(0) < indicator.value <= 1 else indicator.value
    return None
