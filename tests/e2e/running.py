"""A tap at work: for tests that have to do something while it runs.

Nothing here sleeps for a while and hopes. A test reads lines, or asks the simulator until something is so; and since a
pipe that nobody reads stops the tap, "in the middle" is a place and not a moment.
"""

import fcntl
import json
import resource
import signal
import sys
import termios
import threading
import time
from pathlib import Path

from harness import ANSWER_SECONDS, RUN_SECONDS, Run, check_rules, check_streams_of_text

POLL_SECONDS = 0.02
SMALLEST_PIPE = 4096


def wait_until(condition, what, seconds=ANSWER_SECONDS):
    """Asks until `condition()` is true and gives its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(POLL_SECONDS)
    return value


def children(process):
    """The ids of the processes that it has started."""
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def read_on(condition, *running, step=20):
    """Reads records of all of them in turn, `step` at a time, until `condition()` is true."""
    while not condition():
        for each in running:
            each.read_to("RECORD", step)


def limit_file_size(size):
    """For `preexec_fn`: makes every write beyond this size fail, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def kept_by_a_target(output):
    """The whole lines up to the last STATE, and that state: what is left when the target has died after it."""
    lines = output[: output.rfind(b"\n") + 1].splitlines(keepends=True)
    while lines and json.loads(lines[-1])["type"] != "STATE":
        lines.pop()
    return b"".join(lines), json.loads(lines[-1])["value"] if lines else None


class Running:
    """`Running(tap, config, catalog=...)`: the options of `Tap.start`. Its stderr goes to a file, its stdout through a
    pipe as small as they come, so that it cannot get far ahead of who reads; or, with `to_file`, to a file too."""

    def __init__(self, tap, config=None, *arguments, to_file=False, **inputs):
        tap.files += 1
        self.log = open(tap.directory / f"stderr-{tap.files}", "w+b")
        self.stdout = open(tap.directory / f"stdout-{tap.files}", "w+b") if to_file else None
        streams = {"stderr": self.log, **({"stdout": self.stdout} if to_file else {})}
        self.process = tap.start(config, *arguments, **{**streams, **inputs})
        self.lines = []
        if self.process.stdout:
            self.stdout = self.process.stdout
            fcntl.fcntl(self.stdout, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
        self.watchdog = threading.Timer(RUN_SECONDS, self.process.kill)
        self.watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.log.close()
        if self.stdout:
            self.stdout.close()

    def read_to(self, kind, count=1):
        """Reads on to the `count`th message of this type from here; gives it."""
        message = None
        while count:
            line = self.stdout.readline()
            assert line.endswith(b"\n"), f"the output ended before a {kind}:\n{self.stderr()[-4000:]}"
            self.lines.append(line)
            message = json.loads(line)
            count -= message["type"] == kind
        return message

    def has_full_pipe(self):
        waiting = fcntl.ioctl(self.stdout, termios.FIONREAD, bytes(4))
        return int.from_bytes(waiting, sys.byteorder) == SMALLEST_PIPE

    def send(self, *signals):
        for number in signals:
            self.process.send_signal(number)

    def kill(self):
        """SIGKILL; the run as far as its lines were whole."""
        self.process.kill()
        return self._end()

    def end(self, code=None):
        """Reads to the end and holds the run against the universal rules; its exit code must be `code`."""
        run = self._end()
        assert code is None or run.code == code, f"exit code {run.code}, not {code}:\n{run.stderr[-4000:]}"
        check_streams_of_text(run)
        check_rules(run)
        return run

    def _end(self):
        rest = self.stdout.read() if self.process.stdout else b""
        code = self.process.wait()
        if self.stdout and not self.process.stdout:
            self.stdout.seek(0)
            rest = self.stdout.read()
        assert self.watchdog.is_alive(), f"still running after {RUN_SECONDS} s:\n{self.stderr()[-4000:]}"
        output = b"".join(self.lines) + rest
        if code < 0:
            output = output[: output.rfind(b"\n") + 1]
        return Run(code, output, self.stderr().encode())

    def wait(self):
        """Waits for its end without reading; gives the exit code and what it said."""
        code = self.process.wait()
        assert self.watchdog.is_alive(), f"still running after {RUN_SECONDS} s:\n{self.stderr()[-4000:]}"
        return code, self.stderr()

    def stderr(self):
        self.log.seek(0)
        return self.log.read().decode()
