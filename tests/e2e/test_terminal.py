"""What a person sees on a terminal: stderr goes to an emulated one, as a screen shows it."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading

import pyte
import pytest
from running import Running, wait_until

ROWS = 150
PAGE = 250
PROGRESS = re.compile(r"[\d,]+ records, [\d,]+ requests, \d+ in flight")


class Terminal:
    """A screen of so many columns; `device` is what a program writes to."""

    def __init__(self, columns):
        self.master, self.device = pty.openpty()
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.screen = pyte.Screen(columns, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        os.close(self.master)

    def _read(self):
        while True:
            try:
                data = os.read(self.master, 65_536)
            except OSError:  # nobody holds the other side any more
                return
            with self.lock:
                self.stream.feed(data)

    def close(self):
        """Waits until all that was written is on the screen."""
        if self.device is not None:
            os.close(self.device)
            self.device = None
        self.reader.join()

    def rows(self):
        """The rows with something on them, from the top."""
        with self.lock:
            return [row.rstrip() for row in self.screen.display if row.strip()]


def progress(terminal):
    """The progress line, if it is the last row and there is one only; its beginning, where the terminal is narrow."""
    rows = terminal.rows()
    shown = [row for row in rows if PROGRESS.match(row)]
    return rows[-1] if len(shown) == 1 and rows[-1] == shown[0] else None


@pytest.mark.parametrize("columns", [200, 44])
def test_progress_is_one_row_that_changes_and_gives_way_to_the_summary(tap, simulate, config, columns):
    api = simulate(accounts=1, campaigns=5_000, ads=10, pins=10, short_pages=False)
    settings, catalog = config(api), tap.catalog("ad_accounts", "campaigns", "ads")
    with Terminal(columns) as terminal:
        with Running(tap, settings, catalog=catalog, stderr=terminal.device, env={"TERM": "xterm"}) as running:
            running.read_to("RECORD")
            before = wait_until(lambda: progress(terminal), "a progress line")
            seen = int(before.split()[0])
            # Records are counted by whole pages, of which some may be on their way.
            running.read_to("RECORD", seen + 4 * PAGE)
            wait_until(lambda: (row := progress(terminal)) and int(row.split()[0]) > seen, "a progress line that moves")
            assert len(progress(terminal)) < columns, "the last column stays free"
            run = running.end(code=0)
        terminal.close()
    rows = terminal.rows()
    assert not [row for row in rows if PROGRESS.search(row)], rows
    (first,) = [index for index, row in enumerate(rows) if re.fullmatch(r"INFO stream +records", row)]
    table = rows[first + 1 : first + 1 + len(run.schemas)]
    assert [row.split()[1:] for row in table] == [[name, str(len(run.records[name]))] for name in run.schemas]
    assert re.match(r"INFO \d+ requests in \d+ s; ", rows[first + 1 + len(table)])
    assert len(rows) - first - len(table) - 2 <= 3, "nothing follows the summary but its own wrapping"
