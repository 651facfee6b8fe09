#!/usr/bin/env python3
"""Sizes of a firmware image, out of its ELF file.

    tools/firmware_size.py ELF [--stack OCTETS]

Octets of text, data and bss, and the deepest stack by analysis of the machine code: each function's frame, the calls it makes, and
where a call goes through a pointer the deepest of all functions whose address stands in a constant (virtual functions), but for those
that are at work already: none of them calls itself through a pointer. Other recursion is an error. JSON on standard output; exit code 1
when the stack may be deeper than OCTETS.
"""
import argparse
import json
import re
import subprocess
import sys

PREFIX = "riscv64-unknown-elf-"
HEAD = re.compile(r"^([0-9a-f]+) <(.+)>:$")
LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
FRAME = re.compile(r"^sp,sp,(-\d+)")
TARGET = re.compile(r"\b([0-9a-f]+) <([^>+]+)(\+0x[0-9a-f]+)?>")
START = "_reset"


def tool(name: str, *arguments: str) -> str:
    return subprocess.run([PREFIX + name, *arguments], capture_output=True, text=True, check=True).stdout


class Function:
    def __init__(self, name: str):
        self.name, self.frame, self.calls, self.indirect = name, 0, set(), False


def functions(disassembly: str) -> dict[str, Function]:
    found: dict[str, Function] = {}
    current = None
    for line in disassembly.splitlines():
        if match := HEAD.match(line):
            current = found.setdefault(match[2], Function(match[2]))
        elif current and (match := LINE.match(line)):
            step(current, match[2], match[3])
    return found


def step(function: Function, instruction: str, operands: str) -> None:
    """What an instruction says of its function."""
    if instruction in ("add", "addi", "c.addi16sp") and (frame := FRAME.match(operands)):
        function.frame += -int(frame[1])
    target = TARGET.search(operands)
    # A jump to the front of another function is a call that does not come back here.
    if instruction in ("jal", "j") and target and not target[3] and target[2] != function.name:
        function.calls.add(target[2])
    if instruction == "jalr" or (instruction == "jr" and not operands.startswith("ra")):
        function.indirect = True


def pointed_at(elf: str, known: dict[str, Function], addresses: dict[int, str]) -> set[str]:
    """Functions whose address is a word of the constants."""
    words = set()
    for line in tool("objdump", "-s", "-j", ".text", elf).splitlines():
        if match := re.match(r"^ [0-9a-f]+ ((?:[0-9a-f]{8} ?){1,4})", line):
            words |= {int.from_bytes(bytes.fromhex(word), "little") for word in match[1].split()}
    return {name for address, name in addresses.items() if address in words and name in known and address != 0}


def callees(function: Function, known: dict[str, Function], pointers: set[str]) -> set[str]:
    return {call for call in function.calls if call in known} | (pointers if function.indirect else set())


def reach(start: str, edges: dict[str, set[str]]) -> set[str]:
    """What can be called, directly or not, from a function."""
    found, left = set(), list(edges[start])
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            left += edges[name]
    return found


def deepest(known: dict[str, Function], pointers: set[str], start: str) -> tuple[int, list[str]]:
    direct = {name: callees(function, known, set()) for name, function in known.items()}
    for name in known:
        if name in reach(name, direct):
            sys.exit(f"recursion: {name} calls itself")
    edges = {name: callees(function, known, pointers) for name, function in known.items()}
    # Only who can come back to itself through a pointer matters for what may be called on a way.
    cyclic = {name for name in known if name in reach(name, edges)}
    memory: dict[tuple[str, frozenset[str]], tuple[int, list[str]]] = {}

    def depth(name: str, way: frozenset[str]) -> tuple[int, list[str]]:
        if (name, way) not in memory:
            now = way | ({name} & cyclic)
            below = max((depth(call, now) for call in edges[name] - now), default=(0, []))
            memory[name, way] = (known[name].frame + below[0], [name, *below[1]])
        return memory[name, way]

    return depth(start, frozenset())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("elf")
    parser.add_argument("--stack", type=int, metavar="OCTETS")
    args = parser.parse_args()
    disassembly = tool("objdump", "-d", "--no-show-raw-insn", args.elf)
    known = functions(disassembly)
    addresses = {int(match[1], 16): match[2] for line in disassembly.splitlines() if (match := HEAD.match(line))}
    octets, way = deepest(known, pointed_at(args.elf, known, addresses), START)
    _, sizes = tool("size", args.elf).splitlines()
    text, data, bss = (int(field) for field in sizes.split()[:3])
    print(json.dumps({"text": text, "data": data, "bss": bss, "stack": octets, "deepest": way}, indent=1))
    if args.stack is not None and octets > args.stack:
        print(f"{args.elf}: the stack may be {octets} octets deep, {args.stack} are kept for it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
