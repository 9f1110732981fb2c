#!/usr/bin/env python3
"""A sync that is killed, again and again.

    python3 benches/killed.py --pifa target/release/pifa [--offers 100000] [--seed N] [--kills 50]

Fills a profile from a sandbox on loopback and kills the program (SIGKILL) at random instants of it, until it was killed so
often or the sync came to its end; a profile that is full is begun anew, so that every kill hits work. Each profile, once it
is full, must hold row for row what an uninterrupted one holds, and answer a search with the same rows. Exits 1 where it
does not.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from pathlib import Path

from churn import Profile, begin


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pifa", default="target/release/pifa", type=Path)
    parser.add_argument("--offers", default=100_000, type=int)
    parser.add_argument("--seed", default=None, type=int)
    parser.add_argument("--kills", default=50, type=int)
    return parser.parse_args()


def killed(profile, instant):
    """Whether a sync was killed before its end."""
    command = [profile.pifa, "sync"]
    out = subprocess.DEVNULL
    process = subprocess.Popen(command, env=profile.environment, stdout=out, stderr=out)
    try:
        code = process.wait(instant)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    if code != 0:
        sys.exit(f"a sync ended by itself with {code}")
    return False


def found(profile):
    """The first page of a search, as it was shown: its order depends on every row."""
    page = profile.run("--offline", "search", "304 不锈钢", "--limit", "50", "--json", capture=subprocess.PIPE)
    page = json.loads(page)
    return page["total"], [offer["offer_id"] for offer in page["offers"]]


def main():
    options = arguments()
    folder, sandbox = begin(options, "killed", f"{options.kills} kills")
    chance = random.Random(options.seed)
    try:
        whole = Profile(options.pifa, folder / "whole", sandbox)
        began = time.monotonic()
        whole.run("sync")
        took = time.monotonic() - began
        wanted, page = whole.rows(), found(whole)
        kills, profiles = 0, 0
        while kills < options.kills:
            profiles += 1
            profile = Profile(options.pifa, folder / f"killed-{profiles}", sandbox)
            here = 0
            while kills < options.kills and killed(profile, chance.uniform(0.02, took / 4)):
                kills += 1
                here += 1
            profile.run("sync")
            rows = profile.rows()
            print(f"killed {here} times: {len(rows):,} rows, {len(rows & wanted):,} as they should be", flush=True)
            if rows != wanted or found(profile) != page:
                sys.exit(1)
        print(f"{kills} kills in {profiles} profiles; nothing lost, nothing changed, nothing twice")
    finally:
        sandbox.stop()


if __name__ == "__main__":
    main()
