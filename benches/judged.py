#!/usr/bin/env python3
"""Everything that judges the built program from outside, one after the other.

    python3 benches/judged.py --pifa target/release/pifa [--quick] [--only NAME,...] [--seed N]

What `cargo test` has no time for: syncs killed at random instants (killed.py), searches against an oracle in another
language (recall.py), damaged files (corrupt.py), a hundred syncs that change a share of the market each (churn.py).
About half an hour on two cores, a few minutes with --quick. Each says its own seed and can be run alone with it. Exits 1
where one of them found something.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent

# Name, its arguments, and those of a quick run.
ALL = {
    "killed": (["--offers", "50000", "--kills", "50"], ["--offers", "10000", "--kills", "12"]),
    "recall": ([], ["--offers", "5000", "--trees", "60", "--titles", "150", "--words", "20"]),
    "corrupt": (["--copies", "1000"], ["--copies", "60"]),
    "churn": ([], ["--offers", "5000", "--rounds", "12"]),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(ALL), help="names, with a comma between them")
    parser.add_argument("--seed", default=None, type=int, help="of all; one each is drawn otherwise")
    return parser.parse_args()


def main():
    options = arguments()
    names = options.only.split(",")
    if unknown := [name for name in names if name not in ALL]:
        sys.exit(f"no such: {', '.join(unknown)}; there are {', '.join(ALL)}")
    failed = []
    for name in names:
        long, quick = ALL[name]
        seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
        command = [sys.executable, HERE / f"{name}.py", "--pifa", options.pifa.resolve(), "--seed", str(seed)]
        command += quick if options.quick else long
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = done.stdout.strip().splitlines()
        verdict = "holds" if done.returncode == 0 else f"FAILED with {done.returncode}"
        print(f"{name:8} seed {seed:10}  {time.monotonic() - began:6.0f} s  {verdict}: {said[-1] if said else ''}", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print("\n".join(f"    {line}" for line in said[-30:]), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
