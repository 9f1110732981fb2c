#!/usr/bin/env python3
"""The screens under the fingers: what a key costs, from the key to the last byte it caused.

    python3 benches/keys.py --dir DIR [--pifa target/release/pifa] [--size 36x120] [--keys 200] [--seed N] [--driver PATH]

DIR is the folder of `million.py --dir DIR`, filled before. Words of its titles are typed key by key into the search,
whole words of every kind, each key once the screen is still: three runs of so many keys, and the same for `cat`, whose
echo is the least a terminal can do. Then the start (to the last byte of the first screen, beside an empty process), the
memory after 1,000 keys typed without waiting, and a minute of doing nothing.

A terminal of our own hears the bytes as they come and does not draw them. With `--driver` the one of that file is used in
its place (`Session` of a ptydrive.py, which draws every byte before it takes the next one). Linux only. The seed is chosen at
run time unless given, and printed; files that were paged out are read again, so the first run of three is often slower.
"""

import argparse
import fcntl
import importlib.util
import json
import os
import pty
import random
import signal
import statistics
import struct
import sys
import termios
import threading
import time
from pathlib import Path

from million import questions

QUIET = 0.06  # seconds without a byte: the screen is still
PATIENCE = 3.0
KINDS = ("1 character", "2 characters", "4 characters", "two words", "rare", "initials", "common")


class Terminal:
    """Runs a program on a terminal of its own; `marks` are the times (ns) and sizes of what it wrote."""

    def __init__(self, command, rows, cols, environment):
        self.marks = []
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.environ.update(environment, TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp(command[0], command)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            try:
                data = os.read(self.tty, 65_536)
            except OSError:
                return
            if not data:
                return
            self.marks.append((time.monotonic_ns(), len(data)))
            if b"\x1b[6n" in data:
                # How wide marks of ambiguous width are drawn: one cell each.
                os.write(self.tty, b"\x1b[1;4R")

    def write(self, data):
        os.write(self.tty, data)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.tty)


class Driven:
    """The same by a ptydrive.py."""

    def __init__(self, session, command, rows, cols, environment):
        self.session = session(command, rows=rows, cols=cols, env=environment)
        self.pid, self.write, self.close = self.session.p.pid, self.session.write, self.session.close

    @property
    def marks(self):
        return self.session.marks


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", required=True, type=Path)
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--size", default="36x120")
    parser.add_argument("--keys", default=200, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--driver", default=None, type=Path)
    return parser.parse_args()


def settle(terminal):
    """Waits until the screen is still."""
    while True:
        last = terminal.marks[-1][0] if terminal.marks else 0
        left = QUIET - (time.monotonic_ns() - last) / 1e9
        if left <= 0:
            return
        time.sleep(left)


def press(terminal, key):
    """Milliseconds from a key to the last byte it caused, and how many bytes; nothing where it caused none."""
    settle(terminal)
    heard, began = len(terminal.marks), time.monotonic_ns()
    terminal.write(key)
    while len(terminal.marks) == heard and time.monotonic_ns() - began < PATIENCE * 1e9:
        time.sleep(0.001)
    settle(terminal)
    came = terminal.marks[heard:]
    return ((came[-1][0] - began) / 1e6, sum(size for _, size in came)) if came else None


def typed(asked, rng):
    """Keys without end: whole words, each taken away by Ctrl-U."""
    while True:
        words = asked[rng.choice([kind for kind in KINDS if asked.get(kind)])]
        yield from (character.encode() for character in rng.choice(words))
        yield b"\x15"


def spread(figures):
    figures = sorted(figures)
    at = lambda share: round(figures[min(len(figures) - 1, int(len(figures) * share))], 2)
    return {"p50": at(0.5), "p95": at(0.95), "max": at(1), "mean": round(statistics.mean(figures), 2)}


def status(pid, name):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def switches(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(status_of_task(task) for task in tasks)


def status_of_task(task):
    lines = (task / "status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)


def main():
    options = arguments()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    rng = random.Random(seed)
    rows, cols = map(int, options.size.split("x"))
    titles = (options.dir / "titles.txt").read_text(encoding="utf-8").split("\n")[:-1]
    asked = questions(titles, 100, rng)
    environment = {**json.loads((options.dir / "market.json").read_text())}
    environment["PIFA_DATA_DIR"] = str((options.dir / "profile").resolve())
    command = [str(options.pifa.resolve()), "--lang", "en", "--offline"]
    terminal = Terminal
    if options.driver:
        sys.path.insert(0, str(options.driver.parent))
        spec = importlib.util.spec_from_file_location("driver", options.driver)
        driver = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(driver)
        terminal = lambda *of: Driven(driver.Session, *of)

    def started(command, wait):
        began = time.monotonic_ns()
        running = terminal(command, rows, cols, environment)
        time.sleep(wait)
        return running, (running.marks[-1][0] - began) / 1e6 if running.marks else None

    def began(command, wait):
        running, took = started(command, wait)
        running.close()
        return took

    first = [began(command, 1.2) for _ in range(5)]
    empty = [began(["sh", "-c", "echo x; exec sleep 9"], 0.4) for _ in range(5)]
    report = {"seed": seed, "size": options.size, "cores": os.cpu_count()}
    report["start over an empty process, ms"] = round(statistics.median(first) - statistics.median(empty), 1)

    echo, _ = started(["cat"], 0.3)
    echoed = [press(echo, b"j")[0] for _ in range(options.keys)]
    echo.close()
    report["echo, ms"] = spread(echoed)
    runs = []
    for nth in range(3):
        running, _ = started(command, 1.2)
        press(running, b"/")
        keys, came = typed(asked, rng), []
        while len(came) < options.keys:
            came.extend(filter(None, [press(running, next(keys))]))
        runs.append({"ms": spread([ms for ms, _ in came]), "bytes": spread([size for _, size in came])})
        print(f"run {nth + 1}: {json.dumps(runs[-1])}", file=sys.stderr, flush=True)
        if nth < 2:
            running.close()
    report["runs"] = runs
    over = statistics.median(run["ms"]["p95"] for run in runs) - report["echo, ms"]["p95"]
    report["median p95 over the echo, ms"] = round(over, 2)
    for _ in range(1_000):
        running.write(next(keys))
        time.sleep(0.012)
    settle(running)
    time.sleep(1)
    memory = {name: round(status(running.pid, name + ":") / 1024, 1) for name in ("RssAnon", "VmRSS")}
    report["memory after 1,000 keys, MB"] = memory
    running.write(b"\r")
    settle(running)
    time.sleep(3)
    before, heard = switches(running.pid), len(running.marks)
    time.sleep(60)
    written = sum(size for _, size in running.marks[heard:])
    report["idle 60 s"] = {"switches": switches(running.pid) - before, "bytes": written}
    running.close()
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
