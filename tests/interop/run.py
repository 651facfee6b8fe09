#!/usr/bin/env python3
"""The interoperability matrix: our agent on real sockets against strongSwan's charon, in network namespaces of its own.

    tests/interop/run.py PROGRAM [--quick] [--only TEXT] [--list]
"""
import argparse
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import charon  # noqa: E402
from rows import ROWS  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="ike_peer")
    parser.add_argument("--quick", action="store_true", help="some rows only")
    parser.add_argument("--only", default="", help="rows whose name has this text")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    arguments = parser.parse_args()
    wanted = {name: run for name, (run, quick) in ROWS.items()
              if arguments.only in name and (quick or not arguments.quick)}
    if arguments.list:
        print("\n".join(wanted))
        return 0
    passed, failed, skipped = 0, [], 0
    missing = charon.available()
    for name, run in wanted.items():
        if missing:
            print(f"skipped  {name}: {missing}")
            skipped += 1
            continue
        start = time.monotonic()
        try:
            run(arguments.program.resolve())
            passed += 1
            print(f"passed   {name}  ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as error:  # one row's failure is not the others'
            failed.append(name)
            print(f"FAILED   {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed or (missing and not skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
