#!/usr/bin/env python3
"""Damaged copies of ledger, catalog and index: none may crash the program, lie, or be lost.

    python3 benches/corrupt.py --pifa target/release/pifa [--copies 1000] [--seed N] [--offers 1500] [--jobs 2] [--keep DIR]

Fills a profile from a sandbox on loopback (goods, marks, a cart, orders placed and paid for nothing), then damages one
file of a copy of it, again and again: bytes flipped, pages of zeros or noise, cut off anywhere (at page boundaries too),
emptied, made longer, swapped with another file, gone, unreadable. Over each copy verbs of the built program run: searches,
the cart, orders, marks, the catalog's rows, the doctor; then a sync, and the searches again.

What counts as right, judged from outside:
- no signal, no panic, no words of one, exit code 0..6, each verb within --limit seconds; under --json a failed verb says
  one error with a code, a message and a hint;
- what is said by a verb that ends with 0 is what the undamaged profile says, or less, told on stderr; never other figures;
- of a damaged ledger or catalog the damaged bytes are still there afterwards: where they were, or set aside (.bad-N);
- a damaged index changes no search at all, and after the sync searches say what they said before;
- after the sync the catalog is whole again whatever had happened to it or its index (but for a folder of its name).

A file that is gone or empty counts as one that never was; of damage that hits nothing that is read nothing need be said.

Copies are numbered; --only N does one again with the same --seed, and --keep leaves the folders of those that failed.
Exits 1 where anything was wrong.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from million import Sandbox

QUERIES = [
    ["search", "杯", "--limit", "40"],
    ["search", "", "--limit", "60", "--sort", "price"],
    ["search", "不锈钢 moq:<200", "--limit", "30", "--qty", "50"],
    ["search", "baowenbei", "--limit", "20"],
]
OWN = [["cart", "list"], ["order", "list"], ["mark", "list"]]
ROWS = ["catalog", "dump"]
FAMILIES = ("ledger", "catalog", "index")
# What a verb says when it has set a file aside.
TOLD = ("is salvaged:", "was set aside as")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--copies", default=1_000, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--offers", default=1_500, type=int)
    parser.add_argument("--jobs", default=2, type=int)
    parser.add_argument("--limit", default=20.0, type=float)
    parser.add_argument("--only", default=None, type=int)
    parser.add_argument("--family", choices=FAMILIES, default=None)
    parser.add_argument("--keep", default=None, type=Path)
    return parser.parse_args()


class Said:
    def __init__(self, words, code, out, err, took):
        self.words, self.code, self.out, self.err, self.took = words, code, out, err, took

    def document(self):
        return json.loads(self.out)

    def __str__(self):
        err = self.err if len(self.err) < 1_200 else self.err[:1_200] + "..."
        return f"{' '.join(self.words)}: exit {self.code}, {self.took:.2f} s\n  out {self.out[:300]!r}\n  err {err!r}"


class Program:
    def __init__(self, options, market):
        self.options = options
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PIFA_")}
        self.environment = {**clean, **market.environment(), "PIFA_LANG": "en", "RUST_BACKTRACE": "0"}

    def run(self, folder, words, offline=True):
        command = [self.options.pifa, "--json", *(["--offline"] if offline else []), *words]
        began = time.monotonic()
        try:
            done = subprocess.run(
                command,
                env={**self.environment, "PIFA_DATA_DIR": str(folder)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.options.limit,
            )
        except subprocess.TimeoutExpired as late:
            return Said(words, "no end", late.stdout or b"", (late.stderr or b"").decode("utf-8", "replace"), self.options.limit)
        took = time.monotonic() - began
        return Said(words, done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), took)


def fill(program, folder):
    """The profile all copies are made of."""

    def does(*words, offline=False):
        said = program.run(folder, list(words), offline)
        if said.code != 0:
            sys.exit(f"cannot prepare: {said}")
        return said.document() if said.out else None

    does("sync")
    goods = does("search", "", "--limit", "400", "--qty", "100", offline=True)["offers"]
    buyable = [offer for offer in goods if offer["buyable"] and not offer["gone"]]
    lines = []
    for offer in buyable:
        name = offer["offer_id"] if not offer["spec_id"] else f"{offer['offer_id']}:{offer['spec_id']}"
        lot = offer["lot"] or 1
        wanted = max(offer["nearest_quantity"] or 1, offer["moq"] or 1)
        wanted += -wanted % lot
        said = program.run(folder, ["cart", "add", name, str(wanted)])
        if said.code == 0:
            lines.append(name)
        if len(lines) == 8:
            # 4: a line breaks a rule and stays.
            said = program.run(folder, ["order", "submit", "--partial"], False)
            if said.code not in (0, 4) or not said.document()["orders"]:
                sys.exit(f"cannot prepare: {said}")
        if len(lines) >= 26:
            break
    for number, offer in enumerate(goods[:30]):
        words = ["mark", offer["offer_id"], ["--fav", "--note=先问价", "--tag=春"][number % 3]]
        if program.run(folder, words).code != 0:
            does("mark", offer["offer_id"], "--fav", offline=True)
    program.run(folder, ["list", "save", "每月"])
    # The index is built before anything is damaged.
    does("sync")


def plain(value):
    """A document without what goes by the moment of the asking."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if name not in ("fetched_at", "age", "as_of", "took")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def read(said):
    if said.words == ROWS:
        rows = [json.loads(line) for line in said.out.splitlines()]
        return sorted(json.dumps(plain(row), sort_keys=True) for row in rows)
    return plain(said.document())


def goods(document):
    """Of a search: what was found, in its order, at what price."""
    return [
        (row["offer_id"], row["spec_id"], row["unit_price"], row["moq"], row["lot"], row["title"])
        for row in document["offers"]
    ], document["total"]


# --- Damage ---


def family(path, root):
    name = path.relative_to(root).as_posix()
    if "/index/" in name:
        return "index"
    return "ledger" if "ledger.db" in name else "catalog" if "catalog.db" in name else "other"


def flip(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 8, 64])):
        if data:
            at = dice.randrange(len(data))
            data[at] ^= 1 << dice.randrange(8) if dice.random() < 0.5 else dice.randrange(1, 256)
    return bytes(data)


def head(dice, data):
    """The first bytes decide how a file is read."""
    data = bytearray(data)
    for _ in range(dice.choice([1, 2, 4])):
        if data:
            data[dice.randrange(min(len(data), 128))] = dice.randrange(256)
    return bytes(data)


def tail(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice([1, 2, 4])):
        if data:
            data[-1 - dice.randrange(min(len(data), 64))] = dice.randrange(256)
    return bytes(data)


def page(dice, data):
    size = dice.choice([512, 4096, 8192])
    at = dice.randrange(len(data) // size + 1) * size
    fill = dice.choice([bytes(size), bytes([255]) * size, dice.randbytes(size)])
    return data[:at] + fill[: max(0, len(data) - at)] + data[at + size :]


def moved(dice, data):
    """A page where another belongs."""
    size = dice.choice([4096, 8192])
    count = max(1, len(data) // size)
    one, other = dice.randrange(count) * size, dice.randrange(count) * size
    return data[:one] + data[other : other + size] + data[one + size :]


def cut(dice, data):
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[: at - at % 4096] if dice.random() < 0.4 else data[:at]


def edge(dice, data):
    """Cut where a number of bytes at the ends is missing."""
    few = dice.randrange(1, 200)
    return data[:few] if dice.random() < 0.5 else data[: max(0, len(data) - few)]


def longer(dice, data):
    return data + dice.choice([bytes(4096), dice.randbytes(dice.randrange(1, 9000)), data[:5000]])


WAYS = [flip, flip, head, tail, page, page, moved, cut, cut, edge, longer]


def damage(dice, root, wanted):
    """Damages one file (or two); what was done, to which, and the bytes that are there now."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and family(path, root) == wanted)
    files = [path for path in files if path.stat().st_size > 0 and not path.name.endswith("-shm")]
    path = dice.choice(files)
    before = path.read_bytes()
    rest = [other for other in files if other != path]
    draw = dice.random()
    if draw < 0.05:
        path.unlink()
        return "gone", path, None
    if draw < 0.09:
        after, how = b"", "emptied"
    elif draw < 0.16 and (rest or wanted != "index"):
        others = rest or sorted(file for file in root.rglob("*.db"))
        other = dice.choice(others)
        after, how = other.read_bytes(), f"swapped for {other.name}"
        if dice.random() < 0.5:
            other.write_bytes(before)
    elif draw < 0.19:
        after, how = dice.randbytes(dice.choice([1, 50, 99, 100, 5_000])), "noise"
    elif draw < 0.22:
        path.unlink()
        path.mkdir()
        return "a folder", path, None
    else:
        way = dice.choice(WAYS)
        after, how = way(dice, before), way.__name__
    if dice.random() < 0.5:
        # In place, as a disk does it, with the old time now and then; else another file of the same name.
        stat = path.stat()
        with open(path, "r+b") as file:
            file.truncate(len(after))
            file.write(after)
        if dice.random() < 0.3 and wanted != "index":
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    else:
        path.unlink()
        path.write_bytes(after)
        path.chmod(0o600)
    return ("nothing" if after == before else how), path, after


# --- Judging ---


class Wrong(Exception):
    pass


def decent(said):
    if said.code == "no end":
        raise Wrong(f"no end: {said}")
    if not 0 <= said.code <= 6:
        raise Wrong(f"exit code or signal: {said}")
    for word in ("panicked", "RUST_BACKTRACE", "stack backtrace", "fatal runtime"):
        if word in said.err:
            raise Wrong(f"a panic: {said}")
    if said.code not in (0, 4):
        errors = []
        for line in said.err.splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and "error" in found:
                errors.append(found["error"])
        if len(errors) != 1 or not all(errors[0].get(field) for field in ("code", "message", "hint")):
            raise Wrong(f"not one error with code, message and hint: {said}")
        return errors[0]
    try:
        read(said)
    except ValueError as error:
        raise Wrong(f"not JSON ({error}): {said}") from None
    return None


def kept(root, path, after):
    """Whether the damaged bytes still lie where they were or aside."""
    if after is None or after == b"":
        return True
    for other in path.parent.iterdir():
        if other.is_file() and (other == path or ".bad" in other.name) and other.name.startswith(path.name.removesuffix("-wal")):
            if other.read_bytes() == after:
                return True
    return False


def is_ledger(root):
    """Whether anything in the file is a ledger's: the names of its tables."""
    return b"cart_journal" in (root / "ledger.db").read_bytes()


def words_of(err):
    """What was told beside the JSON."""
    return [line for line in err.splitlines() if line.strip() and "index" not in line.lower()]


def one(number, options, program, base, wanted, seed, scratch):
    dice = random.Random(f"{seed}-{number}")
    what = options.family or FAMILIES[number % 3]
    root = scratch / f"copy-{number}"
    shutil.copytree(base, root)
    how, path, after = damage(dice, root, what)
    name = path.relative_to(root).as_posix()
    notes = collections.Counter()
    try:
        if how == "nothing":
            return number, what, how, name, "no damage done", None
        silent, whole = True, False
        probes = QUERIES + OWN + [ROWS]
        dice.shuffle(probes)
        for words in probes:
            said = program.run(root, words)
            error = decent(said)
            for line in said.err.splitlines():
                # Told once is told: the next verb finds what is left, and has nothing more to say.
                if any(word in line for word in TOLD):
                    silent, notes["told"] = False, notes["told"] + 1
                    whole = "nothing is known to be lost" in line
            if error is not None:
                silent = False
                notes["an error"] += 1
                if what == "index":
                    raise Wrong(f"a damaged index made a verb fail: {said}")
                continue
            found, right = read(said), wanted[tuple(words)]
            if found == right:
                continue
            if what == "ledger" and whole:
                raise Wrong(f"another answer, though nothing was lost: {said}")
            # A file that is gone or empty is the same as one that never was: nobody can tell.
            told = bool(words_of(said.err)) or not silent or how in ("gone", "emptied")
            silent = silent and not told
            if what == "index":
                raise Wrong(f"a damaged index changed an answer: {said}")
            if not told:
                raise Wrong(f"another answer, and nothing was said: {said}")
            notes["told"] += 1
            # Less is fine, other figures are not.
            if words == ROWS and not set(found) <= set(right):
                raise Wrong(f"rows that were never there: {sorted(set(found) - set(right))[:2]}")
            if words[0] == "search" and not set(goods(found)[0]) <= set(wanted["all goods"]):
                # Another page of the same goods is fine.
                raise Wrong(f"goods that were never there: {said}")
        doctor = program.run(root, ["doctor"])
        decent_doctor(doctor)
        if what in ("ledger", "catalog") and not silent and not kept(root, path, after):
            raise Wrong(f"what was damaged is not kept: {[p.name for p in path.parent.iterdir()]}")
        for _ in range(3):
            sync = program.run(root, ["sync"], offline=False)
            if sync.code != 5:
                break
            # A machine with other work: the market did not answer in time.
            notes["market late"] += 1
        error = decent(sync)
        if error is None:
            for words in QUERIES:
                said = program.run(root, words)
                if decent(said) is not None:
                    if what == "ledger":
                        break
                    raise Wrong(f"after the sync: {said}")
                if goods(read(said)) != goods(wanted[tuple(words)]):
                    if what != "ledger":
                        raise Wrong(f"other goods after the sync: {said}")
            if what == "index" and how != "gone" and list(root.rglob("index.bad")):
                notes["index.bad"] += 1
        elif what == "catalog" and error["code"] == "ledger" and not is_ledger(root):
            # The ledger went as well (two files changed places), and nothing of one is left to salvage.
            notes["an error"] += 1
        elif what != "ledger" and how != "a folder":
            raise Wrong(f"no sync: {sync}")
        outcome = "an error that says so" if notes["an error"] else "told" if notes["told"] else "nothing lost"
        if notes["index.bad"]:
            outcome = "rebuilt, the bad one aside"
        result = (number, what, how, name, outcome, None)
    except Wrong as wrong:
        result = (number, what, how, name, "WRONG", str(wrong))
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            shutil.copytree(root, options.keep / f"copy-{number}", dirs_exist_ok=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return result


def decent_doctor(said):
    """The doctor may find something (exit 1) and still prints its document."""
    if said.code == 1 and said.out:
        said.document()
        said = Said(said.words, 0, said.out, said.err, said.took)
    decent(said)


def main():
    options = arguments()
    options.pifa = options.pifa.resolve()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", flush=True)
    scratch = Path(tempfile.mkdtemp(prefix="pifa-corrupt-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    state = scratch / "market"
    state.mkdir()
    market = Sandbox(options.pifa, options.offers, seed % 100_000, state)
    try:
        program = Program(options, market)
        base = scratch / "base"
        fill(program, base)
        wanted = {}
        for words in QUERIES + OWN + [ROWS]:
            said = program.run(base, words)
            if decent(said) is not None or read(said) != read(program.run(base, words)):
                sys.exit(f"not the same twice: {said}")
            wanted[tuple(words)] = read(said)
        everything = program.run(base, ["search", "", "--limit", str(options.offers)])
        rows = [row for words in QUERIES for row in goods(wanted[tuple(words)])[0]]
        wanted["all goods"] = goods(read(everything))[0] + rows
        for name in base.rglob("*-shm"):
            name.unlink()
        numbers = range(options.copies) if options.only is None else [options.only]
        began, done, found = time.monotonic(), collections.Counter(), []
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for result in pool.map(lambda n: one(n, options, program, base, wanted, seed, scratch), numbers):
                number, what, how, name, outcome, why = result
                done[(what, outcome)] += 1
                if why:
                    found.append(result)
                    print(f"copy {number}: {what}, {how}, {name}\n  {why}", flush=True)
        for (what, outcome), count in sorted(done.items()):
            print(f"{what:8} {outcome:30} {count}")
        print(f"{len(numbers)} copies, {len(found)} wrong, {time.monotonic() - began:.0f} s, seed {seed}")
        return 1 if found else 0
    finally:
        market.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
