#!/usr/bin/env python3
"""Whether a search finds what it should: the program against a plain scan in another language.

    python3 benches/recall.py --pifa target/release/pifa [--offers 20000] [--seed N] [--dir DIR] [--trees 300]
                              [--titles 1000] [--skip-fill] [--broken]

Starts `pifa sandbox --offers N --seed S --history` on loopback, fills a profile with `pifa sync --full`, imports some
goods full of holes, marks some, and reads everything back with `pifa catalog dump`. Then it asks `pifa search`

  - random conjunctions of the terms docs/QUERY.md tells, in all their spellings: the same set, and every row the price
    and the verdict of that quantity;
  - parts of random titles by pinyin initials, in full and mixed: the offer must be among what is found (99 %), and
    nothing that cannot be typed so;
  - words of one and two characters, alternatives behind a comma, pasted links: the same set;
  - words that stand nowhere: nothing, or an answer that says that it answers something else.

What is asked is made in benches/recall_questions.py, and what it means is said in benches/recall_oracle.py. `--broken`
breaks that meaning in many ways, one at a time; all must be noticed. Exit code 1 on any difference; with --broken where
one was not noticed. The seed is chosen at run time unless given, and printed. Needs the package pypinyin. Nothing but
loopback is talked to.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from million import Sandbox, catalog_of, say
from recall_oracle import BROKEN, Catalog, Meaning, exact, initials, read_lines
from recall_questions import TAGS, USUAL, Questions
from recall_questions import dressed, in_full, mixed, piece, runs_of, short_words, strangers

PAGE = 10_000  # rows the program prints at most
SHOWN = 8  # differences of one kind printed


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--offers", default=20_000, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--dir", default=None, type=Path)
    parser.add_argument("--trees", default=300, type=int)
    parser.add_argument("--titles", default=1_000, type=int)
    parser.add_argument("--words", default=100, type=int, help="of one and of two characters, each")
    parser.add_argument("--skip-fill", action="store_true")
    parser.add_argument("--broken", action="store_true", help="the oracle broken in many ways: all must be noticed")
    return parser.parse_args()


class Program:
    """The program on its profile: everything after the filling is asked offline."""

    def __init__(self, pifa, environment):
        self.pifa, self.environment, self.asked = pifa, environment, 0

    def run(self, *words, check=True):
        done = subprocess.run([self.pifa, *words], env=self.environment, capture_output=True, text=True, check=False)
        if check and done.returncode:
            sys.exit(f"pifa {' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def json(self, *words):
        return json.loads(self.run(*words, "--json"), parse_float=Decimal)

    def search(self, query, quantity=None):
        self.asked += 1
        at = ["--qty", str(quantity)] if quantity is not None else []
        printed = self.run("--offline", "search", "--json", "--limit", str(PAGE), *at, "--", query)
        return json.loads(printed, parse_float=Decimal)

    def everything(self, query, quantity=None, halves=("moq<=1", "sold<100", "repeat<15%", "stock<5000")):
        """The whole answer, in parts where it is longer than the program prints; and what is wrong with it."""
        answer = self.search(query, quantity)
        rows = {row["offer_id"]: row for row in answer["offers"]}
        wrong = [f"not read: {problem['message']}" for problem in answer["problems"]]
        if answer["total"] <= PAGE or not halves:
            if not len(rows) == len(answer["offers"]) == answer["total"]:
                wrong.append(f"total {answer['total']}, {len(answer['offers'])} rows, {len(rows)} of them distinct")
            return answer, rows, wrong
        rows = {}
        for half in (halves[0], f"-{halves[0]}"):
            _, part, worse = self.everything(f"{query} {half}", quantity, halves[1:])
            wrong += worse + [f"{key} is with and without {half}" for key in rows.keys() & part.keys()]
            rows.update(part)
        if len(rows) != answer["total"]:
            wrong.append(f"total {answer['total']}, and {len(rows)} in parts")
        return answer, rows, wrong


# Something to ask about.


class Market(Sandbox):
    """The sandbox of benches/million.py, with a buyer who has ordered before."""

    def __init__(self, pifa, offers, seed, state):
        self.log = open(state.parent / "sandbox.log", "w")
        command = [pifa, "sandbox", "--offers", str(offers), "--seed", str(seed), "--state", state, "--history"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.ready = json.loads(self.process.stdout.readline())


def fill(options, folder, rng):
    state = folder / "market"
    state.mkdir(parents=True, exist_ok=True)
    market = Market(options.pifa, options.offers, options.seed, state)
    (folder / "market.json").write_text(json.dumps(market.environment()))
    try:
        program = reader(options, folder)
        program.run("sync", "--full")
    finally:
        market.stop()
    records = read_lines(program.run("--offline", "catalog", "dump"))
    holes = folder / "holes.jsonl"
    holes.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in imported(records, rng)))
    taken = program.json("--offline", "catalog", "import", str(holes))
    if taken["bad_rows"]:
        sys.exit(f"the import is refused: {taken['bad'][:3]}")
    mark(program, records, rng)


def reader(options, folder):
    market = json.loads((folder / "market.json").read_text())
    return Program(options.pifa, {**os.environ, **market, "PIFA_DATA_DIR": str(folder / "profile")})


def imported(records, rng):
    """Goods from a file: nobody knows all about them, and their tiers are a mess."""
    for number, like in enumerate(rng.sample(records, min(400, len(records) // 10))):
        row = {"id": f"H{number}", "title": dressed(like["title"], rng)}
        price = lambda: str(Decimal(rng.randrange(50, 20_000)) / 100)
        form = rng.randrange(3)
        if form == 0:
            row["price"] = price()
        elif form == 1:
            starts = [rng.choice((1, 2, 5, 10, 30, 100, 300, 500)) for _ in range(rng.randint(1, 4))]
            row["tiers"] = [{"quantity": start, "price": price()} for start in starts]
        else:
            row["price_min"], row["price_max"] = sorted((price(), price()), key=Decimal)
        maybe = {
            "moq": rng.choice((1, 2, 3, 10, 15, 100, 500)),
            "lot": rng.choice((2, 5, 6, 12)),
            "stock": rng.choice((0, 5, 99, 100, 101, 5000)),
            "sold_30d": rng.choice((0, 1, 99, 100, 15_000, 20_000)),
            "repeat_rate": rng.choice(("0.3", "0.1234", "0", "1")),
            "supplier": like["supplier_name"],
            "belt": like["belt"],
            "title_en": dressed(like["title_en"] or "", rng),
            "attributes": {one["name"]: dressed(one["value"], rng) for one in like["attributes"]},
        }
        row.update({name: value for name, value in maybe.items() if rng.random() < 0.5})
        yield row


def mark(program, records, rng):
    some = rng.sample(records, min(60, len(records)))
    shops = [f"supplier:{key}" for key in sorted({record["supplier_id"] for record in rng.sample(some, 15)})]
    for at, name in enumerate([record["key"] for record in some] + shops):
        marks = [[], ["--fav"], ["--fav"], ["--block", "太贵"]][rng.randrange(4)]
        if rng.random() < 0.6:
            title = records[rng.randrange(len(records))]["title"]
            marks = [*marks, "--note", dressed(title[: rng.randint(3, 12)], rng)]
        if rng.random() < 0.6 or not marks:
            marks = [*marks, "--tag", ",".join(rng.sample(TAGS, rng.randint(1, 2)))]
        program.run("--offline", "mark", name, *marks)


def read_catalog(program, folder):
    records = read_lines(program.run("--offline", "catalog", "dump", "--ages"))
    for record in records:
        record["read"] = datetime.fromisoformat(record["fetched_at"].replace("Z", "+00:00"))
    suppliers = program.json("--offline", "suppliers", "--limit", str(PAGE), "")["suppliers"]
    marks = program.json("--offline", "mark", "list")["marks"]
    orders = program.json("--offline", "order", "list")["orders"]
    ordered = {line["offer_id"] for order in orders if order["state"] != "closed" for line in order["lines"]}
    stored = sqlite3.connect(f"file:{catalog_of(folder)}?mode=ro", uri=True)
    ((tree,),) = stored.execute("SELECT body FROM documents WHERE name = 'categories'")
    stored.close()
    return Catalog(records, suppliers, marks, ordered, json.loads(tree), datetime.now(timezone.utc))


# What is compared.


class Judge:
    def __init__(self, program, catalog):
        self.program, self.catalog, self.meaning = program, catalog, Meaning(catalog)
        self.table, self.differences, self.good = [], [], []

    def compare(self, name, questions):
        """Each of (terms, quantity, expected): the same set, and every row as it should be."""
        equal = hits = 0
        for terms, quantity, expected in questions:
            query = " ".join(term.text for term in terms)
            answer, rows, wrong = self.program.everything(query, quantity)
            at = USUAL if quantity is None else quantity
            # What is told to answer other words than those typed is no answer to these.
            found = set() if answer["instead"] else rows.keys()
            hits += len(found)
            if found == expected and not wrong:
                wrong = [error for key, row in rows.items() if (error := self.row_error(key, row, at))]
            if found == expected and not wrong:
                equal += 1
                self.good.append((terms, at, expected))
            else:
                self.differ(name, query, at, found - expected, expected - found, wrong)
        self.table.append((name, len(questions), equal, f"{hits / max(1, len(questions)):,.0f} hits each"))

    def row_error(self, key, row, at):
        prices = self.meaning.prices(self.catalog.by_key[key], at)
        if row["buyable"] != bool(prices):
            return f"{key}: buyable {row['buyable']} at {at}"
        shown = [exact(row["unit_price"]), exact(row["unit_price_max"])]
        if prices and shown != [prices[0], prices[-1]]:
            return f"{key}: {shown[0]} to {shown[1]} at {at}, not {prices[0]} to {prices[-1]}"
        return None

    def differ(self, name, query, at, ours, theirs, wrong):
        self.differences.append((name, query))
        if sum(known == name for known, _ in self.differences) > SHOWN:
            return
        print(f"\n{name}: {query}    (quantity {at})")
        print(f"  only the program finds {len(ours)}: {sorted(ours)[:5]}")
        print(f"  only the oracle finds {len(theirs)}: {sorted(theirs)[:5]}")
        for error in wrong[:3]:
            print(f"  {error}")
        for key in sorted(ours | theirs)[:1]:
            offer = self.catalog.by_key[key]
            print("  " + json.dumps(offer.record, ensure_ascii=False, default=str))
            print("  marks " + json.dumps([offer.marks, offer.shop_marks], ensure_ascii=False, default=str))

    def recall(self, name, asked, bar=0.99):
        """Each of (key, word): the offer is among what is found; and all that is found can be typed so."""
        lost, foreign, hits = [], [], 0
        for key, word in asked:
            _, rows, wrong = self.program.everything(word)
            hits += len(rows)
            if key not in rows or wrong:
                lost.append((key, word, wrong))
            foreign += [(found, word) for found in rows if not self.meaning.stands(word, self.catalog.by_key[found])]
        share = 1 - len(lost) / max(1, len(asked))
        exact_share = 1 - len(foreign) / max(1, hits)
        told = f"{share:.2%} found, {exact_share:.2%} to the point"
        self.table.append((name, len(asked), len(asked) - len(lost), told))
        for key, word, wrong in lost[:5]:
            print(f"\n{name}: {word} does not find {key} {self.catalog.by_key[key].record['title']} {wrong or ''}")
        for key, word in foreign[:3]:
            print(f"\n{name}: {word} finds {key} {self.catalog.by_key[key].record['title']}")
        if share < bar or exact_share < bar:
            self.differences.append((name, told))
        return share

    def nowhere(self, words):
        """What no text has is not found, unless the answer says that it answers something else."""
        silent = []
        for word in words:
            answer, rows, _ = self.program.everything(word)
            if rows and not answer["instead"]:
                silent.append((word, rows))
        self.table.append(("words that stand nowhere", len(words), len(words) - len(silent), ""))
        for word, rows in silent:
            self.differ("words that stand nowhere", word, USUAL, rows.keys(), set(), [])


def broken_copies(judge, backwards):
    """Every wrong copy of the oracle against answers that were right: the first disagreement is enough."""
    print("\n| broken | noticed by |")
    print("|---|---|")
    unnoticed = []
    for name, meaning in BROKEN.items():
        copy = Meaning(judge.catalog, name)
        caught = next((terms for terms, at, right in judge.good if copy.found(terms, at) != right), None)
        print(f"| {meaning} | {'`' + ' '.join(term.text for term in caught) + '`' if caught else '**nothing**'} |")
        unnoticed += [] if caught else [name]
    print(f"| initials from right to left | {f'{backwards:.0%} found' if backwards < 0.99 else '**nothing**'} |")
    unnoticed += [] if backwards < 0.99 else ["initials"]
    print(f"\n{len(BROKEN) + 1 - len(unnoticed)} of {len(BROKEN) + 1} broken copies noticed")
    return unnoticed


def main():
    options = arguments()
    options.pifa = options.pifa.resolve()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4), "big")
    rng = random.Random(options.seed)
    folder = options.dir or Path(tempfile.mkdtemp(prefix="pifa-recall-"))
    folder.mkdir(parents=True, exist_ok=True)
    say(f"seed {options.seed}, {options.offers:,} offers, in {folder}")
    if not options.skip_fill:
        fill(options, folder, rng)
    program = reader(options, folder)
    catalog = read_catalog(program, folder)
    judge, questions = Judge(program, catalog), Questions(catalog, rng)
    listed = [offer for offer in catalog.offers if offer.record["kind"] == "goods" and not judge.meaning.blocked(offer)]
    began = time.monotonic()

    def passed(name):
        say(f"{time.monotonic() - began:4.0f} s, {program.asked} searches: {name}")

    judge.compare("trees of predicates", [questions.tree(number) for number in range(options.trees)])
    passed("trees")
    judge.compare("every condition alone", list(questions.edges()))
    judge.compare("lists of alternatives", list(questions.alternatives(30)))
    judge.compare("pasted links", list(questions.links(listed, 30)))
    for length, name in ((1, "words of one character"), (2, "words of two characters")):
        judge.compare(name, short_words(questions, listed, length, options.words, rng))
    passed("short words")
    pieces = [(offer.key, piece(run, rng.randint(4, 8), rng)) for offer, run in runs_of(listed, 4, rng, options.titles)]
    judge.recall("titles by initials", [(key, initials(text)) for key, text in pieces])
    passed("initials")
    fifth = [(key, piece(text, rng.randint(2, 5), rng)) for key, text in pieces[: max(1, options.titles // 5)]]
    judge.recall("by full pinyin", [(key, in_full(text)) for key, text in fifth])
    judge.recall("mixed", [(key, mixed(text, rng)) for key, text in fifth])
    passed("pinyin")
    judge.nowhere(list(strangers(catalog, rng, 30)))

    print("\n| what | asked | as it should be | |")
    print("|---|---|---|---|")
    for name, asked, right, more in judge.table:
        print(f"| {name} | {asked:,} | {right:,} | {more} |")
    print(f"\nseed {options.seed}: {program.asked:,} searches, {len(judge.differences)} differences")
    bad = judge.differences
    if options.broken:
        other_way = Judge(program, catalog)
        sys.stdout.flush()
        with open(os.devnull, "w") as nowhere:
            printed, sys.stdout = sys.stdout, nowhere
            backwards = other_way.recall("backwards", [(key, initials(text)[::-1]) for key, text in pieces[:100]])
            sys.stdout = printed
        bad = broken_copies(judge, backwards)
    if not options.dir:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
