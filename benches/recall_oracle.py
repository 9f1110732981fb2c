"""What the language of searches means, said a second time: a plain scan over what `pifa catalog dump` prints.

benches/recall.py compares the program with this. It follows docs/QUERY.md and README.md and shares nothing with the
program: no index, no parser (a term is made here and only then written down as text), no table of readings but
pypinyin's. `Meaning(broken=NAME)` is wrong in one known way; a comparison that does not notice is worth nothing.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

# Ways in which a copy of the oracle is wrong, and what it then takes for true.
BROKEN = {
    "less": "`<` read as `<=`",
    "at least": "`>=` read as `>`",
    "negation": "a sign of negation dropped",
    "unknown": "what is not known taken for 0",
    "comma": "only the first of several alternatives",
    "tier": "a tier begins one piece after its quantity",
    "promotion": "the list price instead of the promotion",
    "least": "an offer as dear as its cheapest SKU",
    "lot": "bought in any number, whatever the lot",
    "moq": "bought below its minimum",
    "stock": "bought beyond the stock",
    "limit": "bought beyond the purchase limit",
    "quantity": "price@N looks at the quantity of the day",
    "percent": "repeat>=30% read as 30",
    "days": "ship<=2d read as hours",
    "wan": "1万 read as 1",
    "lots of one": "without a lot no lot, not even 1",
    "fee": "links that only collect a fee listed, too",
    "blocked": "blocked ones listed, too",
    "supplier's marks": "marks of suppliers not inherited",
    "case": "capitals told apart",
    "width": "full-width forms told apart",
    "traditional": "traditional characters told apart",
    "quotes": "a quoted text taken word by word",
    "title": "words looked for in titles only",
    "beginning": "words looked for only where a text begins",
    "tree": "categories without those below them",
    "whole": "an attribute that is it, not contains it",
    "sign": "figures with a sign before them only under the name of their attribute",
    "bought": "nothing was ever bought",
}

# Traditional and simplified, by hand: enough to write words both ways.
OLD = (
    "鋼鐵銀銅鋁電氣機車門開關閉雙層濾網兒褲襪衛簡約風華潔淨熱溫膠紙筆書畫龍頭號碼顏紅綠藍黃國產業廠發貨"
    "現運動學習辦務禮飾裝備養護環節線纖維織繡紡絲綢緞邊緣圓鏡條質廚鍋盤飯濕乾燈園藝樹葉臥廳場櫃墊單獨連"
    "帶帳魚貓鳥馬雞鴨體積輪輕鬆緊壓縮顯腦數據庫軟戶實際優選購買賣價錢貴複"
)
NEW = (
    "钢铁银铜铝电气机车门开关闭双层滤网儿裤袜卫简约风华洁净热温胶纸笔书画龙头号码颜红绿蓝黄国产业厂发货"
    "现运动学习办务礼饰装备养护环节线纤维织绣纺丝绸缎边缘圆镜条质厨锅盘饭湿干灯园艺树叶卧厅场柜垫单独连"
    "带帐鱼猫鸟马鸡鸭体积轮轻松紧压缩显脑数据库软户实际优选购买卖价钱贵复"
)
TRADITIONAL = dict(zip(OLD, NEW, strict=True))
SIMPLIFIED = {new: old for old, new in TRADITIONAL.items()}

IDENTITIES = ("super_factory", "powerful_merchant", "trust_pass", "yanxuan", "crossborder")
SERVICES = {
    "dropship": "dropship",
    "freeship": "free_ship",
    "return7": "return_7d",
    "invoice": "invoice",
    "custom": "custom",
    "pay-later": "pay_later",
}


@lru_cache(maxsize=100_000)
def han(text):
    return bool(text) and all("\u4e00" <= c <= "\u9fff" for c in text)


@lru_cache(maxsize=1_000_000)
def fold(text, broken=None):
    """Width, capitals and traditional characters, the same on both sides of a comparison."""
    if broken != "width":
        text = unicodedata.normalize("NFKC", text)
    if broken != "case":
        text = text.lower()
    if broken != "traditional":
        text = "".join(TRADITIONAL.get(c, c) for c in text)
    return " ".join(text.split())


@lru_cache(maxsize=None)
def exact(value):
    return None if value is None else Decimal(str(value))


def first_number(text):
    found = re.search(r"\d+(\.\d+)?", text)
    return Decimal(found[0]) if found else None


# Pinyin.


@lru_cache(maxsize=None)
def readings(character):
    """Everything a character may be typed as: its readings in full and their initials, zh also as z."""
    said = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    full = {word for words in said for word in words}
    full |= {word.replace("ü", "v") for word in full} | {word.replace("v", "u") for word in full}
    return frozenset(full | {word[0] for word in full} | {word[:2] for word in full if word[1:2] == "h"})


@lru_cache(maxsize=10_000)
def letters_of(word):
    return sum("a" <= c <= "z" for c in word)


@lru_cache(maxsize=10_000)
def is_pinyin(word):
    """It has letters, is more than one of them, and has no blank: 1.8m may be 1.8米, m is no pinyin."""
    return letters_of(word) > 0 and len(word) > 1 and " " not in word


@lru_cache(maxsize=200_000)
def spelled(word, text):
    """Whether the text, somewhere, can be typed as this word: each character as it is or as one of its readings.

    An apostrophe stands between two characters and spells nothing."""
    if not is_pinyin(word):
        return False
    ends = {at for at in range(len(word)) if word[at] == "'"}

    @lru_cache(maxsize=None)
    def rest(at, place):
        if at in ends:
            return rest(at + 1, place)
        if at == len(word):
            return True
        if place == len(text):
            return False
        here = text[place]
        if word[at] == here and rest(at + 1, place + 1):
            return True
        return han(here) and any(
            word.startswith(said, at) and rest(at + len(said), place + 1) for said in readings(here)
        )

    return any(rest(0, place) for place in range(len(text)))


@lru_cache(maxsize=400_000)
def openings(text):
    """The first two characters of everything that can be typed for a part of the text."""
    ways = [{here} | (readings(here) if han(here) else set()) for here in text]
    found = set()
    for place, said in enumerate(ways):
        after = {way[0] for way in ways[place + 1]} if place + 1 < len(ways) else set()
        for way in said:
            found |= {way[:2]} if len(way) > 1 else {way + letter for letter in after}
    return frozenset(found)


def initials(text):
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


# Offers.


@dataclass
class Offer:
    record: dict
    shop: dict  # of suppliers
    marks: dict
    shop_marks: dict
    bought: bool
    lines: list = field(default_factory=list)  # notes and tags, the offer's own first

    @property
    def key(self):
        return self.record["key"]

    def marked(self, name, broken):
        own = self.marks.get(name)
        theirs = None if broken == "supplier's marks" else self.shop_marks.get(name)
        if name == "tags":
            return list(own or []) + list(theirs or [])
        return [mark for mark in (own, theirs) if mark]


class Catalog:
    """Everything the questions are about, as the program itself prints it."""

    def __init__(self, records, suppliers, marks, ordered, tree, now):
        shops = {shop["supplier_id"]: shop for shop in suppliers}
        of = {(mark["kind"], mark["id"]): mark for mark in marks}
        self.tree = {branch["id"]: branch for branch in tree}
        self.now = now
        self.offers = [
            Offer(
                record,
                shops.get(record["supplier_id"], {}),
                of.get(("offer", record["key"]), {}),
                of.get(("supplier", record["supplier_id"]), {}),
                record["key"] in ordered,
            )
            for record in records
            if not record["gone"]
        ]
        self.by_key = {offer.key: offer for offer in self.offers}

    @lru_cache(maxsize=None)
    def line_of(self, category):
        """A category and those above it."""
        found = []
        while category in self.tree and category not in found:
            found.append(category)
            category = self.tree[category]["parent"]
        return found


# Terms.


@dataclass(frozen=True)
class Term:
    kind: str  # the method of Meaning that says what it means, with a blank for _
    name: str = ""
    sign: str = "="
    values: tuple = ()
    at: object = None  # the quantity of price@N
    negated: bool = False
    text: str = ""  # as it is written
    quoted: bool = False


def compared(left, sign, right, broken):
    if sign == "<" and broken == "less":
        sign = "<="
    if sign == ">=" and broken == "at least":
        sign = ">"
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right}[sign]


class Meaning:
    def __init__(self, catalog, broken=None):
        self.catalog = catalog
        self.broken = broken
        self.known = {}
        self.folding = broken if broken in ("case", "width", "traditional") else None

    def found(self, terms, quantity):
        """Keys of every offer that meets all terms."""
        named = {term.kind for term in terms} | {term.name for term in terms if term.kind == "is"}
        offers = self.catalog.offers
        if "kind" not in named and self.broken != "fee":
            offers = [offer for offer in offers if offer.record["kind"] != "fee"]
        if "blocked" not in named and self.broken != "blocked":
            offers = [offer for offer in offers if not self.blocked(offer)]
        # What is cheap to ask goes first: the answer does not depend on the order.
        for term in sorted(terms, key=lambda term: (term.kind == "word", letters_of(term.text) > 0)):
            turned = term.negated and self.broken != "negation"
            true = self.test(term, quantity)
            offers = [offer for offer in offers if true(offer) != turned]
        return {offer.key for offer in offers}

    def test(self, term, quantity):
        values = term.values[:1] if self.broken == "comma" else term.values
        one = getattr(self, term.kind.replace(" ", "_"))
        return lambda offer: any(one(term, offer, value, quantity) for value in values)

    def holds(self, term, offer, quantity):
        return self.test(term, quantity)(offer)

    def fold(self, text):
        return fold(text or "", self.folding)

    # Words.

    def text(self, offer):
        """All that words are looked for in, one text a line."""
        if offer.key not in self.known:
            record = offer.record
            own = [record["title"]]
            if self.broken != "title":
                own += [record["title_en"], record["supplier_name"], record["belt"]]
                own += offer.marked("note", self.broken) + offer.marked("tags", self.broken)
            self.known[offer.key] = "\n".join(self.fold(text) for text in own if text)
        return self.known[offer.key]

    def word(self, term, offer, value, _):
        if term.quoted and self.broken == "quotes":
            return all(self.stands(part, offer) for part in self.fold(value).split())
        return self.stands(self.fold(value), offer)

    def stands(self, word, offer):
        text = self.text(offer)
        if self.broken == "beginning":
            return f"\n{word}" in f"\n{text}"
        if word in text:
            return True
        if not letters_of(word):
            return False
        title = self.fold(offer.record["title"])
        return word.replace("'", "")[:2] in openings(title) and spelled(word, title)

    # Numbers.

    def number(self, term, offer, value, quantity):
        if term.name == "price":
            at = term.at if term.at is not None and self.broken != "quantity" else quantity
            has = self.price(offer, at)
        else:
            has = self.figure(term.name, offer)
        if has is None:
            if self.broken != "unknown" or term.name == "price":
                return False
            has = Decimal(0)
        value = self.misread(term, value)
        return compared(has, term.sign, value, self.broken)

    def misread(self, term, value):
        if self.broken == "percent" and "%" in term.text:
            return value * 100
        if self.broken == "days" and term.name == "ship" and term.text.endswith("d"):
            return value / 24
        if self.broken == "wan" and term.text.endswith("万"):
            return value / 10_000
        return value

    def figure(self, name, offer):
        record = offer.record
        if name == "lot":
            return exact(record["lot"] or (None if self.broken == "lots of one" else 1))
        if name == "pickup48":
            return exact(offer.shop.get("pickup_48h"))
        if name == "age":
            return Decimal((self.catalog.now - record["read"]).total_seconds()) / 3600
        of = {"repeat": "repeat_rate", "ship": "lead_time_hours", "sold": "sold_30d"}
        return exact(record[of.get(name, name)])

    def price(self, offer, at):
        """Unit price at a quantity, None where that many cannot be bought; of unlike SKUs the one in the middle."""
        prices = self.prices(offer, at)
        if not prices:
            return None
        half = len(prices) // 2
        return prices[0] if self.broken == "least" else (prices[half] + prices[(len(prices) - 1) // 2]) / 2

    def prices(self, offer, at):
        """What the SKUs cost of which that many can be bought, ascending."""
        record, broken = offer.record, self.broken
        at, lot = Decimal(at), Decimal(record["lot"] or 1)
        starts = [exact(tier["from_quantity"]) for tier in record["tiers"]]
        least = max([exact(record["moq"]) or Decimal(0), min(starts, default=Decimal(0))])
        if broken != "lot":
            least = (least / lot).to_integral_value(ROUND_CEILING) * lot
            if at % lot:
                return []
        if at < least and broken != "moq":
            return []
        stock, limit = exact(record["stock"]), exact(record["purchase_limit"])
        if broken != "limit" and limit is not None and at > limit:
            return []
        if broken != "stock" and stock is not None and at > stock:
            return []
        if record["quote_type"] in (0, 2):
            price = self.tier(record["tiers"], at)
            return [] if price is None else [price]
        prices = [
            self.asked(sku)
            for sku in record["skus"]
            if sku["price"] is not None and (broken == "stock" or sku["stock"] is None or exact(sku["stock"]) >= at)
        ]
        if not record["skus"] and record["price_range"]:
            prices = [exact(price) for price in record["price_range"]]
        return sorted(prices)

    def tier(self, tiers, at):
        reached = [tier for tier in tiers if exact(tier["from_quantity"]) + (self.broken == "tier") <= at]
        reached = reached or ([min(tiers, key=lambda tier: tier["from_quantity"])] if tiers else [])
        if not reached:
            return None
        start = max(exact(tier["from_quantity"]) for tier in reached)
        return max(self.asked(tier) for tier in reached if exact(tier["from_quantity"]) == start)

    def asked(self, priced):
        promotion = exact(priced["promotion"])
        return exact(priced["price"]) if promotion is None or self.broken == "promotion" else promotion

    def attributes(self, term, offer):
        for attribute in offer.record["attributes"]:
            if self.fold(attribute["name"]) == self.fold(term.name):
                yield attribute["value"]
            if self.fold(attribute.get("name_en")) == self.fold(term.name):
                yield attribute.get("value_en") or ""

    def signed(self, term, offer):
        """Values that begin with the name asked for and a figure right behind it, whatever they are called."""
        sign = self.fold(term.name)
        if not re.fullmatch("[a-z]{1,4}", sign) or self.broken == "sign":
            return
        for attribute in offer.record["attributes"]:
            for text in (attribute["value"], attribute.get("value_en")):
                if text and re.match(sign + "[0-9]", self.fold(text)):
                    yield text

    def attribute_number(self, term, offer, value, _):
        texts = [*self.attributes(term, offer), *self.signed(term, offer)]
        numbers = [first_number(self.fold(text)) for text in texts]
        return any(compared(has, term.sign, value, self.broken) for has in numbers if has is not None)

    def order(self, *_):
        return True  # what is found does not depend on it

    # Where, who, what.

    def attribute(self, term, offer, value, _):
        value = self.fold(value)
        texts = (self.fold(text) for text in self.attributes(term, offer))
        return any(text == value if self.broken == "whole" else value in text for text in texts)

    def named(self, text, value):
        text, value = self.fold(text), self.fold(value)
        return bool(text) and (value in text or spelled(value, text))

    def place(self, term, offer, value, _):
        return self.named(offer.record[term.name], value)

    def category(self, _term, offer, value, _):
        line = self.catalog.line_of(offer.record["category_id"])
        line = line[:1] if self.broken == "tree" else line
        return any(str(branch) == value or self.named(self.catalog.tree[branch]["name"], value) for branch in line)

    def supplier(self, _term, offer, value, _):
        return offer.record["supplier_id"] == value or self.fold(value) in self.fold(offer.record["supplier_name"])

    def id(self, _term, offer, value, _):
        return offer.key == value

    def identity(self, _term, offer, value, _):
        return value in offer.record["identities"]

    def kind(self, _term, offer, value, _):
        return offer.record["kind"] == value

    # Yes or no, and mine.

    def blocked(self, offer):
        return bool(offer.marked("blocked", self.broken))

    def is_(self, term, offer):
        record, name = offer.record, term.name
        if name == "factory":
            return "super_factory" in record["identities"]
        if name == "yanxuan":
            return "yanxuan" in record["identities"]
        if name == "mix":
            return record["mix_enabled"]
        if name == "ad":
            return record["advertised"]
        if name == "fav":
            return bool(offer.marked("favourite", self.broken))
        if name == "bought":
            return offer.bought and self.broken != "bought"
        if name == "blocked":
            return self.blocked(offer)
        return record["services"][SERVICES[name]]

    def tag(self, _term, offer, value, _):
        return self.fold(value) in {self.fold(tag) for tag in offer.marked("tags", self.broken)}

    def note(self, _term, offer, value, _):
        return any(self.fold(value) in self.fold(note) for note in offer.marked("note", self.broken))


# `is` cannot be the name of a method.
setattr(Meaning, "is", lambda self, term, offer, _value, _quantity: bool(self.is_(term, offer)))


def read_lines(text):
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines() if line]
