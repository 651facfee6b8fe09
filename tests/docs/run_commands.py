#!/usr/bin/env python3
"""Runs every command line of the README and the manuals: lines that begin with '$ ' in fenced blocks.

A command must end with status 0, or with the status that a comment behind it names ('# exit status 2'). Commands that would run
the whole test suite again are only checked for being known to ./dev.
"""
import pathlib
import re
import subprocess
import sys

NOT_RUN = re.compile(r"^\./dev (test|setup|lint|synth|bench)\b")


def commands(path: pathlib.Path):
    fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and line.startswith("$ "):
            yield number, line[2:]


def main() -> int:
    usage = subprocess.run(["./dev"], capture_output=True, text=True, check=True).stdout
    failed = ran = 0
    for path in [pathlib.Path("README.md"), *sorted(pathlib.Path("docs/manual").glob("*.md"))]:
        for number, line in commands(path):
            command, _, comment = line.partition("#")
            wanted = int(m.group(1)) if (m := re.search(r"exit status (\d+)", comment)) else 0
            if NOT_RUN.match(command):
                if f"  {command.split()[1]} " not in usage:
                    print(f"{path}:{number}: ./dev does not know: {command}")
                    failed += 1
                continue
            ran += 1
            done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
            if done.returncode != wanted:
                print(f"{path}:{number}: exit status {done.returncode}, not {wanted}: {command}\n{done.stdout}{done.stderr}")
                failed += 1
    print(f"{ran} commands ran, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
