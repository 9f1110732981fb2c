#!/usr/bin/env python3
"""A million offers, measured side by side in one run.

    python3 benches/million.py --pifa target/release/pifa [--offers 1000000] [--seed N] [--dir DIR] [--runs 5] [--skip-fill]

Starts `pifa sandbox --offers N --seed S` on loopback, fills a profile from it with `pifa sync --full`, and then asks
the same questions of the same titles: our engine (inside one process), our whole process, `fzf --filter`, `rg -c`,
`rg -m50`, and SQLite FTS5 over bigrams, once ranked by bm25 and once with rowid = rank. Every figure of a whole process
is the median of alternating runs; CPU time stands beside wall time. The seed is chosen at run time unless given, and
printed.

Needs python3 with sqlite3 (FTS5). `fzf`, `rg` and the package pypinyin are left out, and said to be, where they are
missing. Nothing but loopback is talked to. With --dir the profile is kept and --skip-fill uses it again.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import permutations
from pathlib import Path

try:
    from pypinyin import Style, lazy_pinyin
except ImportError:
    lazy_pinyin = None

# Kinds of questions in the order they are printed, and the bar of the engine's p99 in microseconds, where there is one.
KINDS = {
    "all of the next seven": 500,
    "1 character": 500,
    "2 characters": 500,
    "4 characters": 500,
    "two words": 500,
    "rare": 500,
    "common": 500,
    "initials": None,
    "two words, price@Q, MOQ": 2_000,
    "nothing passes": 10_000,
    "sort:price": 10_000,
    "sort:sold": 10_000,
    "every offer by price, sold, repeat, age": 10_000,
    "every offer by landed cost": 10_000,
}
# Without a word to look for: nobody else is asked.
EVERY = {
    "every offer by price, sold, repeat, age": [f"sort:{order}" for order in ("price", "sold", "repeat", "age")],
    "every offer by landed cost": ["sort:landed"],
}
# What is typed, short and common words as often as others.
TYPED = ("1 character", "2 characters", "4 characters", "two words", "rare", "common", "initials")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--offers", default=1_000_000, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--dir", default=None, type=Path)
    parser.add_argument("--runs", default=5, type=int, help="alternating runs of whole processes")
    parser.add_argument("--queries", default=100, type=int, help="of each kind, for the engines")
    parser.add_argument("--skip-fill", action="store_true")
    parser.add_argument("--engine", default=None, help="the binary of `cargo bench --bench engine --no-run`")
    return parser.parse_args()


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Sandbox:
    """A marketplace in a process of its own."""

    def __init__(self, pifa, offers, seed, state):
        log = open(state.parent / "sandbox.log", "w")
        command = [pifa, "sandbox", "--offers", str(offers), "--seed", str(seed), "--state", state]
        began = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.took = time.monotonic() - began

    def environment(self):
        ready = self.ready
        return {
            "PIFA_MARKET": ready["url"],
            "PIFA_APP_KEY": ready["app_key"],
            "PIFA_APP_SECRET": ready["app_secret"],
            "PIFA_ACCESS_TOKEN": ready["access_token"],
        }

    def peak_mb(self):
        status = Path(f"/proc/{self.process.pid}/status")
        peak = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
        return round(int(peak[0].split()[1]) / 1024) if peak else None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def fill(options, folder, report):
    state = folder / "market"
    state.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(options.pifa, options.offers, options.seed, state)
    environment = {**os.environ, **sandbox.environment(), "PIFA_DATA_DIR": str(folder / "profile")}
    (folder / "market.json").write_text(json.dumps(sandbox.environment()))
    try:
        report["sandbox ready, s"] = round(sandbox.took, 3)
        began = time.monotonic()
        done = subprocess.run(
            [options.pifa, "sync", "--full", "--json"], env=environment, stdout=subprocess.PIPE, check=True
        )
        took = time.monotonic() - began
        report["sync --full, offers/s"] = round(json.loads(done.stdout)["fetched"] / took)
        report["sync --full, s"] = round(took, 1)
        report["sandbox peak, MB"] = sandbox.peak_mb()
    finally:
        sandbox.stop()


def catalog_of(folder):
    files = list((folder / "profile").glob("markets/*/*/catalog.db"))
    if len(files) != 1:
        sys.exit(f"one catalog expected under {folder}/profile, found {len(files)}")
    return files[0]


# What is asked.


def han(text):
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def pieces(title, length):
    parts = (title[at : at + length] for at in range(len(title) - length + 1))
    return [part for part in parts if han(part)]


def questions(titles, number, rng):
    """For each kind some queries, drawn from the titles themselves."""

    def piece(length):
        while True:
            found = pieces(rng.choice(titles), length)
            if found:
                return rng.choice(found)

    def two_words():
        while True:
            found = pieces(rng.choice(titles), 2)
            if len(found) > 4:
                first, second = rng.sample(range(len(found)), 2)
                if abs(first - second) >= 2:
                    return f"{found[first]} {found[second]}"

    counts = {}
    for title in rng.sample(titles, min(20_000, len(titles))):
        for pair in set(pieces(title, 2)):
            counts[pair] = counts.get(pair, 0) + 1
    by_count = sorted(counts, key=lambda pair: (-counts[pair], pair))
    seldom = [pair for pair in by_count if counts[pair] == 1] or by_count[-number:]
    asked = {
        "1 character": [piece(1) for _ in range(number)],
        "2 characters": [piece(2) for _ in range(number)],
        "4 characters": [piece(4) for _ in range(number)],
        "two words": [two_words() for _ in range(number)],
        "rare": [rng.choice(seldom) for _ in range(number)],
        "common": by_count[: max(1, number // 4)],
    }
    if lazy_pinyin:
        asked["initials"] = ["".join(lazy_pinyin(piece(4), style=Style.FIRST_LETTER)) for _ in range(number)]
    else:
        say("no questions by pinyin initials: the package pypinyin is missing")
    below, least = (5, 10, 20, 50), (2, 10, 100)
    asked["two words, price@Q, MOQ"] = [
        f"{two_words()} price@300<{rng.choice(below)} moq<={rng.choice(least)}" for _ in range(number)
    ]
    asked["nothing passes"] = [f"{rng.choice(by_count[:20])} price@300<0.001" for _ in range(number)]
    asked["sort:price"] = [f"{piece(2)} sort:price" for _ in range(number)]
    asked["sort:sold"] = [f"{piece(2)} sort:sold" for _ in range(number)]
    return asked


# Who answers.


def bigrams(text):
    """What a bigram index holds of a text: its characters and pairs of neighbours."""
    runs = "".join(c if c.isalnum() else " " for c in text).split()
    return " ".join(word for run in runs for word in [*run, *(run[at : at + 2] for at in range(len(run) - 1))])


def match(query):
    """The question for FTS5: every pair of every word."""
    words = query.split()
    pairs = [pair for word in words for pair in ([word[at : at + 2] for at in range(len(word) - 1)] or [word])]
    return " AND ".join(f'"{pair}"' for pair in pairs)


def full_text(path, titles):
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("PRAGMA synchronous=OFF")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', detail='column')")
    rows = ((at + 1, bigrams(title)) for at, title in enumerate(titles))
    database.executemany("INSERT INTO t(rowid, x) VALUES(?, ?)", rows)
    database.execute("INSERT INTO t(t) VALUES('optimize')")
    database.commit()
    return database


def plain(query):
    """The words of a query without its predicates: what an engine of text can be asked."""
    return " ".join(word for word in query.split() if not any(sign in word for sign in "<>=:"))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def asked_of_sqlite(database, asked, order):
    figures = {}
    for kind, queries in asked.items():
        if kind == "initials":
            continue
        walls = []
        for query in queries:
            began = time.perf_counter()
            database.execute(
                f"SELECT rowid FROM t WHERE t MATCH ? ORDER BY {order} LIMIT 50", (match(plain(query)),)
            ).fetchall()
            walls.append((time.perf_counter() - began) * 1e6)
        figures[kind] = {"p50": percentile(walls, 0.5), "p99": percentile(walls, 0.99)}
    return figures


def asked_of_us(options, catalog, asked):
    """What benches/engine.rs says of the same questions."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(asked, file, ensure_ascii=False)
        file.flush()
        command = [options.engine] if options.engine else ["cargo", "bench", "--quiet", "--bench", "engine", "--"]
        done = subprocess.run([*command, str(catalog), file.name], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def whole(command, environment=None, stdin=None):
    """Wall and CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    out = subprocess.DEVNULL
    subprocess.run(command, env=environment, stdin=stdin, stdout=out, stderr=out, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def contestants(options, query, flat, environment):
    # The same question: all words of it, in whatever order.
    words = [re.escape(word) for word in query.split()]
    asked = ["-F", query] if len(words) == 1 else ["|".join(".*".join(some) for some in permutations(words))]
    searched = [options.pifa, "--offline", "search", query, "--json", "--limit", "50"]
    those = {
        "empty process": lambda: whole(["/bin/true"]),
        "pifa search": lambda: whole(searched, environment),
    }
    if shutil.which("rg"):
        those["rg -c"] = lambda: whole(["rg", "-c", *asked, str(flat)])
        those["rg -m50"] = lambda: whole(["rg", "-m50", *asked, str(flat)])
    if shutil.which("fzf"):

        def fzf():
            with open(flat, "rb") as titles:
                return whole(["fzf", "--filter", query], stdin=titles)

        those["fzf --filter"] = fzf
    return those


def alternate(those, runs):
    """Medians of wall and CPU in milliseconds; everyone once a round."""
    seen = {name: [] for name in those}
    for _ in range(runs):
        for name, run in those.items():
            seen[name].append(run())
    middle = lambda values, at: round(statistics.median(value[at] for value in values) * 1e3, 2)
    return {name: {"wall": middle(values, 0), "cpu": middle(values, 1)} for name, values in seen.items()}


def tables(report):
    engine, fts, processes = report["engine"], report["fts"], report["processes"]
    print("\n| microseconds, p50 / p99 | bar | first 50 by rank | page with rows | " + " | ".join(fts) + " |")
    print("|---|---|---|---|" + "---|" * len(fts))
    pair = lambda of, a="p50", b="p99": f"{of[a]:,.0f} / {of[b]:,.0f}"
    for kind, bar in KINDS.items():
        if kind not in engine:
            continue
        ours = engine[kind]
        cells = [f"{bar:,}" if bar else "", pair(ours), pair(ours, "page_p50", "page_p99")]
        cells += [pair(figures[kind]) if kind in figures else "" for figures in fts.values()]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    names = list(next(iter(processes.values())))
    print("\n| whole process, ms wall (CPU) | " + " | ".join(names) + " |")
    print("|---|" + "---|" * len(names))
    for kind, figures in processes.items():
        cells = [f"{figures[name]['wall']:,.1f} ({figures[name]['cpu']:,.1f})" for name in names]
        print(f"| {kind} | " + " | ".join(cells) + " |")


def main():
    options = arguments()
    options.pifa = options.pifa.resolve()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4), "big")
    folder = options.dir or Path(tempfile.mkdtemp(prefix="pifa-million-"))
    folder.mkdir(parents=True, exist_ok=True)
    say(f"seed {options.seed}, {options.offers:,} offers, {os.cpu_count()} cores, in {folder}")
    report = {"seed": options.seed, "offers": options.offers, "cores": os.cpu_count()}
    if not options.skip_fill:
        fill(options, folder, report)
    catalog = catalog_of(folder)
    files = [file for file in catalog.parent.rglob("*") if file.is_file()]
    report["catalog and index, MB"] = round(sum(file.stat().st_size for file in files) / 1e6)

    say("reading titles")
    stored = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)
    rows = stored.execute("SELECT text FROM offers WHERE gone = 0 AND kind = 0 ORDER BY score DESC, market_id")
    titles = [text.split("\n")[0] for (text,) in rows]
    stored.close()
    flat = folder / "titles.txt"
    flat.write_text("\n".join(titles) + "\n")
    asked = questions(titles, options.queries, random.Random(options.seed))

    say("filling SQLite's full text")
    (folder / "fts.db").unlink(missing_ok=True)
    database = full_text(folder / "fts.db", titles)
    report["fts"] = {
        "FTS5 bigram, bm25": asked_of_sqlite(database, asked, "bm25(t)"),
        "FTS5 bigram, rowid = rank": asked_of_sqlite(database, asked, "rowid"),
    }
    say("asking the engine")
    typed = [query for kind in TYPED for query in asked.get(kind, [])]
    report["engine"] = asked_of_us(options, catalog, {"all of the next seven": typed, **asked, **EVERY})

    say("asking whole processes")
    market = json.loads((folder / "market.json").read_text())
    environment = {**os.environ, **market, "PIFA_DATA_DIR": str(folder / "profile")}
    report["processes"] = {
        kind: alternate(contestants(options, asked[kind][0], flat, environment), options.runs)
        for kind in KINDS
        if kind in asked and kind not in ("initials", "nothing passes", "sort:price", "sort:sold")
    }
    tables(report)
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    engine = report["engine"]
    print(
        f"\ncancelled within {engine['cancel']:,.0f} microseconds (middle of five tries each, worst of all tries "
        f"{engine['cancel_worst']:,.0f}); resident {engine['resident']}"
    )
    print(json.dumps({name: value for name, value in report.items() if not isinstance(value, dict)}))
    if not options.dir:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
