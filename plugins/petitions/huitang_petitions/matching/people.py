"""Names and telephone numbers: what of them is compared."""

from __future__ import annotations

import re

from huitang_petitions.matching.normal import folded, plain

_TITLES = re.compile(
    r"(?:先生|女士|小姐|同志|大爷|大妈|大叔|大姐|大哥|大嫂|大娘|大伯|阿姨|阿婆|阿公|阿伯|奶奶|爷爷|伯伯|叔叔|老伯|老汉|老太太?|老师傅?|师傅|"
    r"医生|经理|老板|家属|妈妈|爸爸|某+|[*＊x]+|[（(].*[)）]|等\d*人?|代表)+$"
)
_ROLES = (
    r"(?:来[电访信]人|反映人|投诉人|举报人|申请人|市民|群众|网民|居民|村民|业主|住户|户主|家长|学生|患者|病人|家属|车主|司机|乘客|旅客|店主|摊主|商户|房东|"
    r"房客|租客|租户|职工|员工|工人|农民工|退役军人|退休干部|教师|顾客|消费者|用户|游客)"
)
_ROLE = re.compile(rf"^{_ROLES}[:,]?(?=[\u4e00-\u9fff])")
"""Desks write down as what somebody spoke, before the name or instead of it."""
_SOME = re.compile(rf"{_ROLES}$|[0-9]|[们等]$")
_OLD = re.compile(r"^[老小](?=[\u4e00-\u9fff]$)")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ANONYMOUS = {"匿名", "群众", "市民", "业主", "村民", "居民", "不详", "无名", "佚名", "无"}
_TWO_CHARACTERS = "欧阳司马上官诸葛夏侯皇甫尉迟公孙慕容令狐司徒东方南宫长孙端木宇文轩辕百里呼延归海拓跋独孤"
_DOUBLE = tuple(map(folded, re.findall("..", _TWO_CHARACTERS)))
_WRITTEN = str.maketrans("oO〇口lIiＩ|zZsSbB", "000011111225588")
_PLAUSIBLE = re.compile(r"1\d{10}|0\d{9,11}|[2-9]\d{6,7}|[48]00\d{7}")
_PHONE = re.compile(r"(?<!\d)(?:\+?86)?(1\d{10}|0\d{2,3}\d{7,8})(?!\d)")


def name(written: str) -> tuple[str, str]:
    """(whole name, surname); the whole name is "" where it is not known.

    >>> name("王小明"), name("王先生"), name("王**"), name("匿名")
    (('王小明', '王'), ('', '王'), ('', '王'), ('', ''))
    >>> name("来电人王先生"), name("业主王小明"), name("石桥村村民"), name("李家湾七户")
    (('', '王'), ('王小明', '王'), ('', ''), ('', ''))
    """
    text = _ROLE.sub("", plain(written))
    bare = _TITLES.sub("", text)
    known = bare == text
    bare = _OLD.sub("", bare) if len(bare) == 2 else bare
    han = "".join(_HAN.findall(bare))
    if not han or han in _ANONYMOUS or len(han) > 6 or _SOME.search(bare):
        return "", ""
    han = folded(han)
    size = 2 if han[:2] in _DOUBLE and len(han) > 1 else 1
    whole = known and len(han) > size and bare == text
    return (han if whole else ""), han[:size]


def phone(written: str) -> str:
    """The digits of a telephone number, without 86; "" where there is none.

    >>> phone("+86 138-0000-0000"), phone("1380000O00l"), phone("无")
    ('13800000000', '13800000001', '')
    """
    text = re.sub(r"\D", "", plain(written.translate(_WRITTEN)))
    text = re.sub(r"^(?:00)?86(?=1\d{10}$)", "", text)
    return text if _PLAUSIBLE.fullmatch(text) else ""


def parts(number: str) -> list[str]:
    """A mobile number in three parts: two that agree may be one number with a figure misread.

    >>> parts("13000001234")
    ['a1300', 'b0001', 'c234']
    """
    return [f"a{number[:4]}", f"b{number[4:8]}", f"c{number[8:]}"] if len(number) == 11 else []


def phones_in(text: str) -> list[str]:
    """Telephone numbers in a text that is `plain`."""
    return _PHONE.findall(re.sub(r"(?<=\d)[-\s](?=\d)", "", text))
