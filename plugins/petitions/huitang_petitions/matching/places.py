"""Places: from an address as somebody wrote it, or from the text, to what can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from huitang_petitions.matching.normal import folded
from huitang_petitions.matching.words import meanings

_CITY = re.compile(r"^(?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,3}市)(?=.)")
_DISTRICT = re.compile(r"^([\u4e00-\u9fff]{2,3}?)(?<![小社校景厂园片库院矿])(?:区|县)(?!域)")
_GENERIC = re.compile(
    r"交叉口|交汇处|居民小区|住宅小区|小区|社区|居委会|村委会|街道办事处|街道|办事处|附近|门口|门前|旁边|路口|一带|周边|对面|隔壁|沿线|路段|"
    r"家属院|大院|号院|院内|(?<![医学法剧影戏])院|之间|二期|[0-9]期|项目"
)
_OFFICE = re.compile(
    r"人民代表大会常务委员会|人大常委会|人民代表大会|人大|人民政府|市政府|区政府|县政府|镇政府|信访局|信访办|(?:中级|高级)?(?:人民)?法院|(?:人民)?检察院|"
    r"(?:人力资源和社会保障|人社|社会保障|社保|教育|民政|公安|住房和城乡建设|住建|城市管理|城管|市场监督管理|市场监管|生态环境|环保|自然资源|规划|"
    r"交通运输|交通|农业农村|农业|水务|水利|林业|卫生健康|卫健|财政|税务|医保|医疗保障|文旅|退役军人事务|退役军人|应急管理|统计|审计|司法|粮食|商务)局?(?=局|$)局?|"
    r"(?:住房)?公积金管理中心|(?:卫健|发改|监察|监)委|残联|交警大队|交警支队|执法局"
)
"""Offices that every letter may name: they say whom it is about, hardly where."""
_MARKET = re.compile(r"(?:农贸|集贸|菜|批发)市场")
_NUMBER = re.compile(
    r"(?:第)?([0-9]+|[a-z])(?:号)?(栋|幢|座|号楼|楼栋)|([0-9]+)(号|单元|组|社|室|弄|巷|路|期|标)(?!楼)"
)
_KINDS = {"幢": "栋", "座": "栋", "号楼": "栋", "楼栋": "栋", "社": "组"}
_MENTION = re.compile(
    r"(?=([\u4e00-\u9fff]{2})(小区|花园|家园|名苑|雅居|新村|公馆|佳苑|嘉园|华府|大道|东路|西路|南路|北路|东街|西街|"
    r"南街|北街|路|街|巷|镇|乡|街道|社区|村|庄|屯|农贸市场|菜市场|市场|广场|大厦|商场|商城|产业园|工业园|中学|小学|幼儿园|中医院|医院|卫生院|"
    r"水库|养老院|敬老院|公墓|陵园|派出所|法庭))"
)
_FIRM = re.compile(
    r"(?=([\u4e00-\u9fff]{2})(公司|集团|化工|装饰|建筑|建工|建设|置业|地产|热力|物业|制衣|服饰|纺织|食品|餐饮|教育|培训|科技|商贸|劳务|运输|农业|"
    r"健身|游泳馆|养老公寓|采石场|砖厂|水泥厂|养殖场|洗煤厂|酒店|饭店|宾馆|歌厅|ktv|超市|网吧|驾校|律所))"
)
_NOT_FIRMS = re.compile(
    r"[找让请叫跟由对因告说时候买卖做干开办进关查问打该区楼院家场店厂局站馆校司们人员的了着过是不没也都就又还把给]|有限|责任|股份|一[家个]|要|扣|今年|亲子|"
    r"维修|维保|销售|评估|保险|电力|督促|报名|通信|建材|供水|供电|供热|供气|燃气|来水|公交|快递|物流|保洁|监理|设计|旅游|文旅|运营|采取|电桩|网络|中介|"
    r"承建|总包|项目|测绘|拆迁|外包|装修|园林|环卫|环保|水务|市政|城投|矿业|药材|鉴定|检测"
)
_NOT_NAMES = re.compile(
    r"[的在到从住我们你他她它这那某本该各每全一二三两几多家有是和与及或等为被把给去来离至经过往向上下前后内外旁边大小老新个条处所公职工我"
    r"村镇乡街路区县市省]"
)


class Where(Struct, frozen=True):
    """`names`: pairs of characters of what the place is called; `district`: likewise, of its district; `numbers`."""

    names: frozenset[str]
    district: frozenset[str]
    numbers: frozenset[str]


def pairs(text: str) -> list[str]:
    """The pairs of neighbouring Chinese characters and letters.

    >>> pairs("人民路12号")
    ['人民', '民路']
    """
    return [a + b for a, b in pairwise(text) if a.isalpha() and b.isalpha()]


def address(text: str) -> Where:
    """An address that is `plain`."""
    rest = _CITY.sub("", text)
    found = _DISTRICT.match(rest)
    district = found[1] if found else ""
    rest = rest[found.end() :] if found else rest
    numbers = numbered(rest)
    rest = _MARKET.sub("市场", rest)
    rest = _GENERIC.sub(" ", _OFFICE.sub(" ", _NUMBER.sub(" ", rest)))
    return Where(frozenset(pairs(folded(rest))), frozenset(pairs(folded(district))), numbers)


def numbered(text: str) -> frozenset[str]:
    """Numbers of houses, buildings and the like: `12号`, `3栋`."""
    found = set()
    for building, kind, other, unit in _NUMBER.findall(text):
        found.add(f"{building or other}{_KINDS.get(kind or unit, kind or unit)}")
    return frozenset(found)


def mentioned(text: str) -> frozenset[str]:
    """Pairs of what look like names of places in a text that is `plain`."""
    found: set[str] = set()
    for match in _MENTION.finditer(text):
        stem, suffix = match[1], _MARKET.sub("市场", match[2])
        if not _NOT_NAMES.search(stem):
            found |= {folded(stem), folded(stem[1] + suffix[0])}
    return frozenset(found)


def firms(text: str) -> list[tuple[str, str]]:
    """(name, business) of what look like names of firms in a text that is `plain`, each name of two characters.

    >>> firms("瑞丰化工半夜排气，物业公司不管")
    [('瑞丰', '化工')]
    """
    found = [(match[1], match[2]) for match in _FIRM.finditer(text)]
    return [
        (stem, kind)
        for stem, kind in found
        if not (_NOT_NAMES.search(stem) or _NOT_FIRMS.search(stem) or meanings(stem) or _BUSINESS.search(stem))
    ]


_BUSINESS = re.compile(
    r"公司|集团|化工|装饰|建筑|建设|置业|地产|热力|物业|食品|餐饮|教育|培训|科技|商贸|劳务|运输|农业|健身"
)
_ANY_TRADE = frozenset(("公司", "集团"))
_ONE_TRADE = {"建工": "建筑", "建设": "建筑", "地产": "置业", "饭店": "酒店", "宾馆": "酒店", "培训": "教育"}


def trades(of: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What `firms` do, with what they are called: two of one name may do different things.

    >>> sorted(trades([("恒达", "劳务"), ("恒达", "公司"), ("宏泰", "建工")]))
    ['宏泰建筑', '恒达劳务']
    """
    return frozenset(folded(stem + _ONE_TRADE.get(kind, kind)) for stem, kind in of if kind not in _ANY_TRADE)


_ORDINAL = "一二三四五六七八九十"
_BRANCH = re.compile(
    rf"(?<![0-9{_ORDINAL}])第?([0-9]+|[{_ORDINAL}])"
    r"(?=(?:工程|建筑)?(?:分?公司|工区|分厂|人民医院|中医院|医院|中学|小学|幼儿园|初中|高中))"
)
_ROUTE = re.compile(r"(?:公交|公共汽车)(?:车)?([0-9]+)路|(?<![0-9])([0-9]+)路(?!口|段)")


def branches(place: str, text: str) -> set[str]:
    """Which one of several of one name: of a firm's companies, of schools and hospitals, which bus. Both are `plain`.

    >>> branches("恒达建筑二公司", "一公司也欠"), branches("", "坐18路公交"), branches("市第三中学", "")
    ({'2'}, {'18'}, {'3'})
    """
    return _branches(place) or _branches(text)


def _branches(text: str) -> set[str]:
    found = _BRANCH.findall(text) + ["".join(one) for one in _ROUTE.findall(text)]
    return {str(_ORDINAL.index(one) + 1) if one in _ORDINAL else one for one in found}


_TOWN = re.compile(r"^.*(?:镇|乡|街道)(?=[\u4e00-\u9fff]{2})")
_SIDE = "大小上中下东西南北前后"
_VILLAGE = re.compile(
    rf"[{_SIDE}]?(?:[\u4e00-\u9fff]家?[庄屯堡寨湾]|[\u4e00-\u9fff]家[沟洼圩营坪坝岗峪集坡窑河])"
    rf"|[{_SIDE}]?[\u4e00-\u9fff]{{2}}(?=村(?![里民委口干支上路级庄小]))"
)
"""Which of two villages of one name it is, the big or the small, the upper or the lower one, belongs to the name."""


def villages(place: str, text: str) -> set[str]:
    """What villages are called, of the place or where that has none, of the text. Both are `plain`.

    >>> villages("石桥镇张湾村", ""), villages("", "我们张湾村的路"), villages("大王庄村", "") == villages("大王庄", "")
    ({'张弯'}, {'张弯'}, True)
    """
    bare = _TOWN.sub("", _DISTRICT.sub("", _CITY.sub("", place)))
    return _villages(bare) or _villages(text)


def _villages(text: str) -> set[str]:
    found = (stem for stem in _VILLAGE.findall(text) if not _NOT_NAMES.search(stem.lstrip(_SIDE).replace("家", "")))
    return {folded(stem) for stem in found}


_OWN = {
    "house": re.compile(r"([0-9]+)(号|弄)(?![楼线店])"),
    "building": re.compile(r"([0-9]+|[a-z])(?:号)?(?:栋|幢|座|楼栋|号楼)"),
    "part": re.compile(r"([0-9]+|[a-z])(期|区|标段)"),
    "unit": re.compile(r"([0-9]+)(单元|室|组|社|队|层)"),
}
"""By which numbers places of one name differ: house, building, part of an estate, what is inside or a group of it."""
_IN_TEXT = {"house": re.compile(r"(?<=[路街巷道里])([0-9]+)(号|弄)(?![楼线店])")}
"""In a text `20号` may be a day."""
_SAME_UNIT = {"社": "组", "队": "组"}


def kinds(place: str, text: str) -> dict[str, set[str]]:
    """The numbers of a letter by kind: of its place, or where that has none, of its text. Both are `plain`.

    >>> kinds("人民路12号3栋", "2栋和3栋都不热")["building"]
    {'3'}
    """
    return {kind: _of(own, place) or _of(_IN_TEXT.get(kind, own), text) for kind, own in _OWN.items()}


def _of(pattern: re.Pattern[str], text: str) -> set[str]:
    kind = 2 if pattern.groups > 1 else 0
    return {one[1] + (_SAME_UNIT.get(one[kind], one[kind]) if kind else "") for one in pattern.finditer(text)}
