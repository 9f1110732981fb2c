"""Random questions in the language of docs/QUERY.md, for benches/recall.py.

A term is made first and written down afterwards, in any of its spellings; what it means is said in
benches/recall_oracle.py. Values come from the offers themselves, so that comparisons stand on their very edge.
"""

import re
from decimal import Decimal

from pypinyin import Style, lazy_pinyin
from recall_oracle import IDENTITIES, SIMPLIFIED, Meaning, Term, first_number, fold, han, initials

USUAL = 100  # the quantity of a search that names none

# Names of conditions and their other names, as docs/QUERY.md has them.
NUMBERS = {
    "price": ["price", "价格", "单价", "价"],
    "moq": ["moq", "起批", "起批量", "起订", "起订量"],
    "lot": ["lot", "整批", "倍数"],
    "stock": ["stock", "库存"],
    "sold": ["sold", "销量", "月销", "成交"],
    "repeat": ["repeat", "复购", "复购率", "回头率"],
    "ship": ["ship", "发货"],
    "pickup48": ["pickup48", "揽收", "48小时揽收"],
    "years": ["years", "年限", "年数"],
    "age": ["age", "更新", "时效"],
}
NAMES = {
    "belt": ["belt", "产业带", "产地"],
    "city": ["city", "城市", "所在地"],
    "category": ["cat", "category", "类目", "分类"],
    "supplier": ["supplier", "供应商", "店铺", "厂家"],
    "id": ["id", "offer", "编号"],
    "identity": ["identity", "身份", "认证"],
    "kind": ["kind", "链接"],
    "tag": ["tag", "标签"],
    "note": ["note", "备注"],
}
FACTS = {
    "factory": ["factory", "工厂", "源头工厂"],
    "yanxuan": ["yanxuan", "严选"],
    "mix": ["mix", "混批"],
    "dropship": ["dropship", "代发", "一件代发"],
    "freeship": ["freeship", "包邮", "代发包邮"],
    "return7": ["return7", "七天无理由", "7天无理由", "无理由退货"],
    "invoice": ["invoice", "发票", "开票"],
    "custom": ["custom", "定制"],
    "pay-later": ["pay-later", "paylater", "账期", "先采后付"],
    "ad": ["ad", "广告"],
    "fav": ["fav", "favourite", "favorite", "收藏"],
    "bought": ["bought", "买过"],
    "blocked": ["blocked", "屏蔽", "拉黑"],
}
CALLED = dict(zip(IDENTITIES, ["超级工厂", "实力商家", "诚信通", "严选", "跨境"]))
OTHERS = {"sort", "排序", "is", "是", "有"}
RESERVED = {name for table in (NUMBERS, NAMES, FACTS) for names in table.values() for name in names} | OTHERS
# A word is tried in these; the rest of a title is full of signs.
LATIN = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)?")


TAGS = ["礼品", "Vip", "夏季款", "複購", "B2B"]
SORTS = ["rank", "price", "landed", "sold", "repeat", "age"]
# One of each way to write a number, and what it is: (name, sign, value, text).
EDGES = [
    ("sold", ">=", "10000", "sold>=1万"),
    ("sold", "<", "1500", "月销<1.5k"),
    ("sold", "=", "0", "sold=0"),
    ("ship", "<=", "48", "ship<=2d"),
    ("ship", "<", "48", "发货<48h"),
    ("ship", ">=", "72", "ship>=72"),
    ("repeat", ">=", "0.3", "repeat>=30%"),
    ("repeat", ">=", "0.3", "复购≥30"),
    ("repeat", "<", "0.3", "repeat＜0.3"),
    ("pickup48", ">=", "0.95", "揽收>=95%"),
    ("lot", "=", "1", "lot:1"),
    ("lot", "=", "12", "lot:12"),
    ("moq", "<=", "10", "起批量 <= 10"),
    ("years", ">=", "3", "years>=3"),
    ("stock", ">=", "500", "库存>=500"),
    ("age", "<", "873600", "age<5200w"),
]
LINKS = [
    "https://detail.1688.com/offer/{}.html",
    "http://detail.1688.com/offer/{}.html?spm=a26352.13672862.offerlist.1&tracelog=p4p",
    "https://m.1688.com/offer/{}.html",
    "【{title}】 https://detail.1688.com/offer/{}.html 点击链接，打开1688",
]


def dressed(text, rng):
    """The same text in other clothes: traditional, capitals, full width."""
    if rng.random() < 0.4:
        text = "".join(SIMPLIFIED.get(c, c) for c in text)
    if rng.random() < 0.3:
        text = text.upper()
    if rng.random() < 0.3:
        text = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)
    return text


class Questions:
    """Random terms, most of them true of one offer, so that their conjunctions find something."""

    def __init__(self, catalog, rng):
        self.catalog, self.rng, self.meaning = catalog, rng, Meaning(catalog)
        self.names = sorted({one["name"] for offer in catalog.offers for one in offer.record["attributes"]} - RESERVED)
        self.makers = [self.word, self.word, self.word, self.phrase, self.latin, self.price, self.price, self.attribute]
        self.makers += [self.attribute_number, self.place, self.category, self.supplier, self.identity, self.id]
        self.makers += [self.fact, self.mine, self.kind]
        self.makers += [lambda anchor, name=name: self.number(anchor, name) for name in NUMBERS if name != "price"]

    def tree(self, first):
        """Terms, the quantity (None: the usual one), and the keys they should find."""
        rng = self.rng
        for attempt in range(12):
            anchor = rng.choice(self.catalog.offers)
            quantity = rng.choice((None, None, 1, 2, 6, 12, 30, 60, 300, 1000, int(anchor.record["moq"] or 7)))
            self.quantity = USUAL if quantity is None else quantity
            makers = [self.makers[first % len(self.makers)]]
            makers += rng.sample(self.makers, rng.choice((0, 0, 0, 1, 1, 2, 2, 3, 4)))
            terms = [term for make in makers if (term := self.signed(make(anchor), anchor)) is not None]
            if rng.random() < 0.1:
                terms.append(Term("order", values=(True,), text=f"{rng.choice(('sort', '排序'))}:{rng.choice(SORTS)}"))
            found = self.meaning.found(terms, self.quantity)
            fair = found and (len(found) < len(self.catalog.offers) / 3 or rng.random() < 0.2)
            if terms and (fair or attempt == 11):
                return terms, quantity, found

    def signed(self, term, anchor):
        """A term that is not true of the offer is mostly turned round, and some that are."""
        if term is None:
            return None
        rng = self.rng
        true = self.meaning.holds(term, anchor, self.quantity)
        if rng.random() > (0.1 if true else 0.8):
            return term
        text = term.text
        signs = ["-", "-", "!"]
        if term.kind not in ("word", "attribute", "attribute number") and text[0] not in "4" + "七":
            signs.append("非")
        sign = rng.choice(signs)
        if sign == "-" and term.kind == "word" and not han(text[0]) and text[0] != '"':
            text = f'"{text}"'  # a minus in front of letters or digits is part of the text
        return Term(**{**term.__dict__, "negated": True, "text": sign + text})

    def other(self, anchor):
        return anchor if self.rng.random() < 0.8 else self.rng.choice(self.catalog.offers)

    # Words.

    def written(self, value):
        """A word as somebody may type it."""
        text = dressed(value, self.rng) if self.rng.random() < 0.3 else value
        plain = fold(text) not in RESERVED and LATIN.sub("", text).replace(" ", "x").isalnum() | (
            LATIN.fullmatch(text) is not None
        )
        quoted = not plain or self.rng.random() < 0.05
        return Term("word", values=(value,), text=f'"{text}"' if quoted else text, quoted=quoted)

    def word(self, anchor):
        record = self.other(anchor).record
        source = self.rng.choice([record["title"]] * 4 + [record["supplier_name"], record["belt"]]) or record["title"]
        runs = re.findall("[\u4e00-\u9fff]+", source)
        return self.written(piece(self.rng.choice(runs), self.rng.randint(1, 4), self.rng)) if runs else None

    def latin(self, anchor):
        record = self.other(anchor).record
        words = LATIN.findall(record["title"]) or LATIN.findall(record["title_en"] or "")
        if not words:
            return None
        word = self.rng.choice(words)
        return self.written(word if self.rng.random() < 0.7 else word[: self.rng.randint(1, len(word))].rstrip("."))

    def phrase(self, anchor):
        record = self.other(anchor).record
        source = self.rng.choice((record["title"], record["title"], record["title_en"] or record["title"]))
        text = " ".join(piece(source, self.rng.randint(3, 9), self.rng).split())
        return Term("word", values=(text,), text=f'"{text}"', quoted=True) if text and '"' not in text else None

    # Numbers.

    def compared(self, name, names, value, texts, **more):
        rng = self.rng
        sign = rng.choice(("<", "<=", ">", ">=", "="))
        also = {"<": ["＜"], "<=": ["≤"], ">": ["＞"], ">=": ["≥"], "=": [":"] if name == "lot" else []}[sign]
        gap = " " if rng.random() < 0.15 else ""
        kind = more.pop("kind", "number")
        called, at = rng.choice(names), more.get("at")
        called = called.upper() if rng.random() < 0.05 else called
        called += "" if at is None else f"@{at}"
        text = f"{called}{gap}{rng.choice([sign] * 3 + also)}"
        text += (gap if not text.endswith(":") else "") + rng.choice(texts)
        if text.count(":"):
            text = text.replace(" ", "")
        return Term(kind, name, sign, (value,), text=text, **more)

    def number(self, anchor, name):
        rng = self.rng
        value = self.meaning.figure(name, self.other(anchor)) if name != "age" else None
        if name == "age":
            ages = ((1, ["1h"]), (12, ["12h"]), (24, ["1d", "24h", "1"]), (336, ["2w", "14d", "14"]))
            hours, texts = rng.choice(ages)
            near = (abs(self.meaning.figure("age", offer) - hours) for offer in self.catalog.offers)
            return self.compared(name, NUMBERS[name], Decimal(hours), texts) if min(near) > Decimal("0.3") else None
        if value is None:
            return None
        texts = [f"{value.normalize():f}"]
        if name == "sold" and rng.random() < 0.3:
            round_ones = ((1_500, ["1.5k", "1500"]), (10_000, ["1万", "10k"]), (20_000, ["2万", "20000"]))
            value, texts = rng.choice(round_ones)
        elif name in ("repeat", "pickup48"):
            value = min(value, Decimal("0.99"))
            texts = [f"{(value * 100).normalize():f}%"] * 2
            texts += [f"{value:f}"] if value else []
            texts += [f"{(value * 100).normalize():f}"] if value >= Decimal("0.01") else []
        elif name == "ship":
            texts += [f"{value}h"] + ([f"{value // 24}d"] if value % 24 == 0 else [])
        return self.compared(name, NUMBERS[name], Decimal(value), texts)

    def price(self, anchor):
        rng, at = self.rng, None
        if rng.random() < 0.5:
            starts = [int(tier["from_quantity"]) for tier in anchor.record["tiers"]]
            lot = int(anchor.record["lot"] or 1)
            near = [start * lot + step for start in starts for step in (-1, 0, 0, 1)] + [1, 7, 12, 60, 300, lot * 50]
            at = max(1, rng.choice(near))
        quantity = self.quantity if at is None else at
        value = self.meaning.price(self.other(anchor), quantity)
        if value is None:
            value = Decimal(rng.randrange(100, 20_000)) / 100
        value = rng.choice((value, value, value + Decimal("0.01"), value - Decimal("0.01")))
        texts = [f"{value:f}"] + ([f"{value.normalize():f}"] if "." in f"{value:f}" else [])
        return self.compared("price", NUMBERS["price"], value, texts, at=at)

    def attribute_number(self, anchor):
        name = self.rng.choice(self.names)
        has = [one["value"] for one in self.other(anchor).record["attributes"] if one["name"] == name]
        has = has or [
            one["value"]
            for offer in self.rng.sample(self.catalog.offers, min(500, len(self.catalog.offers)))
            for one in offer.record["attributes"]
            if one["name"] == name
        ]
        value = first_number(fold(has[0])) if has else None
        sign = re.match("[a-z]{1,4}(?=[0-9])", fold(has[0])) if has else None
        if sign and sign[0] not in NAMES and self.rng.random() < 0.5:
            name = sign[0]
        if value is None or not name[0].isalpha():
            return None
        return self.compared(name, [name], value, [f"{value:f}"], kind="attribute number")

    # Where, who, what.

    def listed(self, kind, name, values, texts, separator=":"):
        called = self.rng.choice(NAMES.get(kind if kind != "place" else name, [name]))
        texts = [dressed(text, self.rng) if han(text) and self.rng.random() < 0.2 else text for text in texts]
        return Term(kind, name, values=tuple(values), text=f"{called}{separator}{','.join(texts)}")

    def some(self, anchor, values_of):
        """One to three values, the offer's first."""
        offers = [self.other(anchor)] + self.rng.sample(self.catalog.offers, self.rng.choice((0, 0, 1, 2)))
        values = [value for offer in offers if (value := values_of(offer))]
        return list(dict.fromkeys(values)) or None

    def place(self, anchor):
        name = self.rng.choice(("belt", "city"))
        values = self.some(anchor, lambda offer: offer.record[name])
        return values and self.listed("place", name, *self.typed(values))

    def typed(self, values):
        """Some of them by pinyin; what is asked is then what is typed."""
        ways = [self.rng.choice((value, value, value, initials(value), in_full(value))) for value in values]
        return ways, ways

    def category(self, anchor):
        def of(offer):
            line = self.catalog.line_of(offer.record["category_id"])
            branch = self.rng.choice(line) if line else None
            name = self.catalog.tree[branch]["name"] if branch else ""
            return branch and self.rng.choice((str(branch), str(branch), name if han(name) else str(branch)))

        values = self.some(anchor, of)
        if values and self.rng.random() < 0.2:
            values = [initials(value) if han(value) and len(value) > 1 else value for value in values]
        return values and self.listed("category", "", values, values)

    def supplier(self, anchor):
        def of(offer):
            key, name = offer.record["supplier_id"], offer.record["supplier_name"]
            return self.rng.choice((key, piece(name, self.rng.randint(2, 5), self.rng))) if key and name else None

        values = self.some(anchor, of)
        return values and self.listed("supplier", "", values[:1], values[:1])

    def identity(self, anchor):
        values = self.some(anchor, lambda offer: self.rng.choice(offer.record["identities"] or [""]))
        return values and self.listed(
            "identity", "", values, [self.rng.choice((value, CALLED[value])) for value in values]
        )

    def id(self, anchor):
        values = [offer.key for offer in [self.other(anchor)] + self.rng.sample(self.catalog.offers, 3)]
        return self.listed("id", "", values, values)

    def attribute(self, anchor):
        has = [one for one in self.other(anchor).record["attributes"] if one["name"] in self.names]
        if not has:
            return None
        chosen = self.rng.choice(has)
        whole = re.findall(r"[\w.]+", chosen["value"])
        text = self.rng.choice(whole) if whole else None
        text = text and self.rng.choice((text, text, piece(text, 2, self.rng)))
        return text and chosen["name"][0].isalpha() and self.listed("attribute", chosen["name"], [text], [text]) or None

    # Yes or no, and mine.

    def fact(self, anchor, names=tuple(name for name in FACTS if name not in ("fav", "bought", "blocked"))):
        name = self.rng.choice(names)
        called = self.rng.choice(FACTS[name])
        english = called.isascii() and self.rng.random() < 0.6
        text = called if english else self.rng.choice(("is:", "是:", "有:", "是：")) + called
        return Term("is", name, values=(True,), text=text)

    def mine(self, anchor):
        rng = self.rng
        marked = [offer for offer in self.catalog.offers if offer.marks or offer.shop_marks]
        offer = rng.choice(marked)
        form = rng.randrange(4)
        tags, notes = offer.marked("tags", None), offer.marked("note", None)
        if form == 0 and tags:
            values = list(dict.fromkeys([rng.choice(tags), *rng.sample(TAGS, rng.randint(0, 1))]))
            return self.listed("tag", "", values, values)
        words = re.findall(r"\w+", notes[0]) if notes else []
        if form == 1 and words:
            text = piece(rng.choice(words), rng.randint(1, 3), rng)
            return self.listed("note", "", [text], [text])
        return self.fact(anchor, ("fav", "bought", "blocked"))

    def kind(self, anchor):
        value = self.rng.choice(("fee", "goods"))
        return self.listed("kind", "", [value], [value])

    # Apart from the trees.

    def asked(self, terms):
        return terms, None, self.meaning.found(terms, USUAL)

    def alternatives(self, number):
        """Two values of one condition, each of which finds something."""
        self.quantity = USUAL
        noted = [offer for offer in self.catalog.offers if offer.marked("note", None)]
        while number:
            make = self.rng.choice((self.supplier, self.attribute, self.mine))
            one, two = (make(self.rng.choice(self.catalog.offers if make != self.mine else noted)) for _ in range(2))
            alike = one and two and one.kind in ("supplier", "attribute", "note") and one.kind == two.kind
            if not alike or one.name != two.name or not all(self.meaning.found([term], USUAL) for term in (one, two)):
                continue
            values = (one.values[0], two.values[0])
            yield self.asked([self.listed(one.kind, one.name, values, values)])
            number -= 1

    def edges(self):
        """What the language's page shows, as it stands there or nearly so."""
        for name, sign, value, text in EDGES:
            for negated in (False, True):
                yield self.asked([Term("number", name, sign, (Decimal(value),), None, negated, "-" * negated + text)])
        for name, names in FACTS.items():
            yield self.asked([Term("is", name, values=(True,), text=names[0])])
            yield self.asked([Term("is", name, values=(True,), negated=True, text=f"-是:{names[-1]}")])
        for one, other in (("礼品", "vip"), ("夏季款", "b2b")):
            yield self.asked([Term("tag", values=(one, other), text=f"tag:{one},{other}")])
            yield self.asked([Term("tag", values=(other,), text=f"标签:{other}")])

    def links(self, offers, number):
        for offer in self.rng.sample([offer for offer in offers if offer.key.isdigit()], number):
            link = self.rng.choice(LINKS).format(offer.key, title=offer.record["title"])
            yield self.asked([Term("id", values=(offer.key,), text=link)])


def piece(text, length, rng):
    at = rng.randint(0, max(0, len(text) - length))
    return text[at : at + length]


def in_full(text):
    return "".join(lazy_pinyin(text, style=Style.NORMAL))


def runs_of(offers, least, rng, number):
    """Offers and runs of characters of their titles, at random."""
    while number:
        offer = rng.choice(offers)
        runs = [run for run in re.findall("[\u4e00-\u9fff]+", fold(offer.record["title"])) if len(run) >= least]
        if runs:
            yield offer, rng.choice(runs)
            number -= 1


def mixed(text, rng):
    """Characters, full pinyin and initials of one piece, not characters alone."""
    said = lazy_pinyin(text, style=Style.NORMAL)
    while True:
        word = "".join(rng.choice((c, full, full[0])) for c, full in zip(text, said))
        if not han(word):
            return word


def short_words(questions, offers, length, number, rng):
    asked = []
    for offer, run in runs_of(offers, length, rng, number):
        name = offer.record["supplier_name"]
        source = name if name and rng.random() < 0.15 and han(name) else run
        word = piece(source, length, rng)
        terms = [Term("word", values=(word,), text=word)]
        asked.append(questions.asked(terms))
    return asked


def strangers(catalog, rng, number):
    """Words one wrong character away from one of a title, which stand nowhere, however they are read."""
    meaning = Meaning(catalog)
    while number:
        offer = rng.choice(catalog.offers)
        runs = re.findall("[\u4e00-\u9fff]{3,}", fold(offer.record["title"]))
        word = list(piece(rng.choice(runs), rng.randint(2, 5), rng)) if runs else []
        if word:
            word[rng.randrange(len(word))] = rng.choice("龘靐齉钢杯夏红")
            if not any(meaning.stands("".join(word), offer) for offer in catalog.offers):
                yield "".join(word)
                number -= 1
