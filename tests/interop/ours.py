"""Our end: the program ike_peer in a namespace, commanded and watched by lines of JSON."""
import json
import queue
import subprocess
import threading
import time
from pathlib import Path


# Seconds. A simulated accelerator takes its time to start, on a busy machine above all.
START = 90
ANSWER = 30


class Ours:
    def __init__(self, program: Path, namespace: str, folder: Path, config: dict):
        path = folder / "ours.json"
        path.write_text(json.dumps(config, indent=1))
        self.log = (folder / "ours.log").open("w")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, str(program), str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1)
        self.lines: queue.Queue = queue.Queue()
        self.events: list[dict] = []
        threading.Thread(target=self._read, daemon=True).start()
        self._line(lambda line: "ready" in line, START)

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.write(line)
            self.log.flush()
            self.lines.put(json.loads(line))
        self.lines.put({"ended": True})

    def _line(self, wanted, seconds: float) -> dict:
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"ours: nothing of the kind within {seconds} s; events: {self.events}") from None
            if "event" in line:
                self.events.append(line)
            if wanted(line):
                return line
            if "ended" in line:
                raise AssertionError("ours: the program has ended")

    def do(self, what: str, **arguments) -> dict:
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        done = self._line(lambda line: line.get("done") == what or ("status" in line and what == "status"), ANSWER)
        if what == "status":
            self._line(lambda line: line.get("done") == what, ANSWER)
            return done
        assert done["ok"], f"ours: {what}: {done['error']}"
        return done

    def wait(self, kind: str, times: int = 1, seconds: float = 15) -> dict:
        """Waits until so many events of the kind have been told since the start."""
        def count() -> int:
            return sum(1 for event in self.events if event["event"] == kind)
        if count() >= times:
            return self.events[-1]
        return self._line(lambda line: line.get("event") == kind and count() >= times, seconds)

    def session(self) -> dict:
        sessions = self.do("status")["status"]
        assert len(sessions) == 1, f"ours: {len(sessions)} IKE SAs instead of one: {sessions}"
        return sessions[0]

    def child(self) -> dict:
        children = [c for c in self.session()["children"] if c["state"] == "installed"]
        assert len(children) == 1, f"ours: {len(children)} Child SAs instead of one: {children}"
        return children[0]

    def counters(self) -> dict:
        return self.do("status")["counters"]

    def until(self, condition, what: str, seconds: float = 15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = condition()
            if result:
                return result
            time.sleep(0.1)
        raise AssertionError(f"ours: {what}: not within {seconds} s; {json.dumps(self.do('status'))[:1500]}")

    def close(self) -> None:
        if self.process.poll() is None:
            try:
                self.process.stdin.write('{"do": "quit"}\n')
                self.process.stdin.close()
                self.process.wait(timeout=5)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        self.log.close()
