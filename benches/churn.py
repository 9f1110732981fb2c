#!/usr/bin/env python3
"""What a hundred syncs leave on disk.

    python3 benches/churn.py --pifa target/release/pifa [--offers 100000] [--seed N] [--rounds 100] [--percent 1]

Fills a profile from a sandbox on loopback, then changes a share of the market's offers and syncs again, round after
round. After each round the catalog, its index and the number of the index's segments are looked at; at the end the index
must be within a quarter more than a new one of the same rows takes, and the catalog must hold, row for row, what a new
profile filled from the same market holds. Exits 1 where it does not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from million import Sandbox, say


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--offers", default=100_000, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--rounds", default=100, type=int)
    parser.add_argument("--percent", default=1, type=int)
    return parser.parse_args()


class Profile:
    def __init__(self, pifa, folder, sandbox):
        self.pifa, self.folder = pifa, folder
        self.environment = {**os.environ, **sandbox.environment(), "PIFA_DATA_DIR": str(folder)}

    def run(self, *words, capture=subprocess.DEVNULL):
        done = subprocess.run([self.pifa, *words], env=self.environment, stdout=capture, check=True)
        return done.stdout

    def index(self):
        return next(self.folder.glob("markets/*/*/index"))

    def sizes(self):
        """Megabytes of the catalog and of its index, and the segments."""
        index = [file for file in self.index().iterdir() if file.is_file()]
        catalog = sum(file.stat().st_size for file in self.index().parent.glob("catalog.db*"))
        segments = sum(file.name.endswith(".term") for file in index)
        return round(catalog / 1e6, 1), round(sum(file.stat().st_size for file in index) / 1e6, 1), segments

    def rows(self):
        return set(self.run("--offline", "catalog", "dump", capture=subprocess.PIPE).splitlines())


def begin(options, name, what):
    """A folder of its own and a market in it; the seed is chosen now unless it was given, and told."""
    options.pifa = options.pifa.resolve()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(4), "big")
    folder = Path(tempfile.mkdtemp(prefix=f"pifa-{name}-"))
    state = folder / "market"
    state.mkdir()
    say(f"seed {options.seed}, {options.offers:,} offers, {what}, in {folder}")
    return folder, Sandbox(options.pifa, options.offers, options.seed, state)


def main():
    options = arguments()
    folder, sandbox = begin(options, "churn", f"{options.rounds} rounds of {options.percent} %")
    try:
        kept = Profile(options.pifa, folder / "kept", sandbox)
        kept.run("sync", "--full")
        print("| round | catalog, MB | index, MB | segments | sync, s |\n|---|---|---|---|---|")
        print("| 0 | {} | {} | {} | |".format(*kept.sizes()))
        most = 0.0
        for round in range(1, options.rounds + 1):
            url = sandbox.ready["url"]
            churn = [options.pifa, "sandbox", "churn", "--percent", str(options.percent), "--url", url]
            subprocess.run(churn, env=kept.environment, stdout=subprocess.DEVNULL, check=True)
            began = time.monotonic()
            kept.run("sync")
            took = time.monotonic() - began
            catalog, index, segments = kept.sizes()
            most = max(most, index)
            if round % max(1, options.rounds // 20) == 0:
                print(f"| {round} | {catalog} | {index} | {segments} | {took:.1f} |", flush=True)
        new = Profile(options.pifa, folder / "new", sandbox)
        new.run("sync", "--full")
        _, fresh, _ = new.sizes()
        _, index, _ = kept.sizes()
        theirs, ours = new.rows(), kept.rows()
        alike = theirs & ours
        print(f"\na new index takes {fresh} MB, this one {index} MB, at most {most} MB")
        print(f"{len(theirs):,} rows of a new profile, {len(alike):,} of them here to the letter")
        if index > 1.25 * fresh or len(alike) != len(theirs):
            sys.exit(1)
    finally:
        sandbox.stop()


if __name__ == "__main__":
    main()
