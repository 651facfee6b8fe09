#!/usr/bin/env python3
"""Every relative link in the project's Markdown files leads to a file that is there."""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout.split()
    bad = 0
    for name in listed:
        path = pathlib.Path(name)
        if not path.exists():
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" not in target and not (path.parent / target).exists():
                    print(f"{name}:{number}: no such file: {target}")
                    bad += 1
    print(f"{len(listed)} files, {bad} dead links")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
