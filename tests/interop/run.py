#!/usr/bin/env python3
"""The interoperability matrix: our agent on real sockets against other implementations, in network namespaces of its own.

    tests/interop/run.py PROGRAM [--quick] [--only TEXT] [--list]
"""
import argparse
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data_rows  # noqa: E402, F401
import guest_rows  # noqa: E402, F401
import pluto_life_rows  # noqa: E402, F401
import pluto_rows  # noqa: E402, F401
import redundant_rows  # noqa: E402, F401
import rows  # noqa: E402, F401
from namespaces import sweep  # noqa: E402
from registry import ROWS, Skip  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="ike_peer")
    parser.add_argument("--quick", action="store_true", help="some rows only")
    parser.add_argument("--only", default="", help="rows whose name has this text")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    arguments = parser.parse_args()
    wanted = {name: row for name, row in ROWS.items() if arguments.only in name and (row.quick or not arguments.quick)}
    if arguments.list:
        print("\n".join(wanted))
        return 0
    sweep()
    # So that the namespaces go even when somebody ends the run.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    passed, failed, skipped = 0, [], 0
    for name, row in wanted.items():
        start = time.monotonic()
        try:
            if missing := row.missing():
                raise Skip(missing)
            row.run(arguments.program.resolve())
            passed += 1
            print(f"passed   {name}  ({time.monotonic() - start:.1f} s)", flush=True)
        except Skip as why:
            skipped += 1
            print(f"skipped  {name}: {why}", flush=True)
        except Exception as error:  # one row's failure is not the others'
            failed.append(name)
            print(f"FAILED   {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
