"""How a process ends: its exit code, one line of error, no traceback, no half-written file."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

import leastwise
from terminal import ADVICE, AUDIT, PROGRAM, environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


IDENTITY = b"""<GetCallerIdentityResponse><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


class Silent(BaseHTTPRequestHandler):
    """Says who asks, so that the other questions start, and never answers those."""

    asked = threading.Event()
    over = threading.Event()

    def do_POST(self) -> None:
        if b"GetCallerIdentity" not in self.rfile.read(int(self.headers["Content-Length"])):
            self.asked.set()
            self.over.wait()
        self.send_response(200)
        self.send_header("Content-Length", str(len(IDENTITY)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(IDENTITY)

    do_GET = do_POST  # noqa: N815  names of http.server

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The URL of a server on which every thread of a collection hangs."""
    Silent.asked.clear()
    Silent.over.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Silent.over.set()
        server.shutdown()


def test_version(here: Path) -> None:
    assert run("--version", cwd=here) == (0, f"leastwise {leastwise.__version__}\n", "")


def test_findings_are_exit_code_1_and_both_files(here: Path, bad: str) -> None:
    said = run("scan", "--snapshot", bad, "--quiet", cwd=here)
    assert said == (1, "", "")
    assert {path.name for path in here.iterdir()} == {AUDIT, ADVICE}


def test_no_credentials(here: Path) -> None:
    said = run("scan", cwd=here)
    assert (said.code, said.out, list(here.iterdir())) == (3, "", [])
    assert said.err.startswith("leastwise: error: no AWS credentials were found")
    assert said.err.count("\n") == 1


def test_an_endpoint_that_nobody_serves(here: Path) -> None:
    began = time.monotonic()
    said = run(
        "scan", "--endpoint-url", "http://127.0.0.1:9", cwd=here, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b"
    )
    assert said.code == 3
    assert said.err.startswith("leastwise: error: AWS did not answer")
    assert time.monotonic() - began < 30


def test_a_snapshot_from_standard_input(here: Path, bad: str) -> None:
    with open(bad, "rb") as file:  # noqa: PTH123  its bytes are piped in
        assert run("scan", "--snapshot", "-", "-q", "--fail-on", "never", cwd=here, stdin=file.read()).code == 0


@pytest.mark.parametrize("garbage", [b"", b"{", b"\x00\xff\xfe", b"\x1f\x8b\x08broken", b"[1]", b"<html>", b'{"a":1}'])
def test_garbage_is_one_line_and_exit_code_2(here: Path, garbage: bytes) -> None:
    said = run("scan", "--snapshot", "-", cwd=here, stdin=garbage)
    assert (said.code, said.out, list(here.iterdir())) == (2, "", [])
    assert said.err.startswith("leastwise: error: standard input: ")
    assert said.err.count("\n") == 1


def test_an_error_cannot_command_the_terminal(here: Path) -> None:
    said = run("scan", "--snapshot", "-", cwd=here, stdin='{"\u202e\\u001b[31m": 1}'.encode())
    assert said.code == 2
    assert said.err.strip().isprintable()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_leaves_no_file(here: Path, silent_server: str, number: signal.Signals) -> None:
    keys = environment(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    command = [*PROGRAM, "scan", "--endpoint-url", silent_server]
    with subprocess.Popen(command, cwd=here, env=keys, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert Silent.asked.wait(30)
        child.send_signal(number)
        err = child.communicate(timeout=10)[1]
    assert child.returncode == 128 + number
    assert "Traceback" not in err
    assert list(here.iterdir()) == []


def test_a_reader_who_goes_away_is_no_error(here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run([*PROGRAM, "checks"], stdout=pipe, stderr=subprocess.PIPE, cwd=here, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")  # noqa: PTH110
def test_a_full_disk_is_one_line(here: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run([*PROGRAM, "checks"], stdout=full, stderr=subprocess.PIPE, cwd=here, check=False)
    assert done.returncode == 3
    assert done.stderr == b"leastwise: error: the output cannot be written: No space left on device\n"


def test_closed_streams_are_no_error(here: Path, bad: str) -> None:
    command = f"{' '.join(PROGRAM)} scan --snapshot {bad} >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=here, check=False).returncode == 1


def test_a_terminal_that_knows_no_unicode(here: Path, tmp_path: Path) -> None:
    from terminal import save
    from world import an_account

    name = "zoë\u202e"
    snapshot = save(an_account().user(name, password=True), tmp_path / "unicode.json")
    said = run("scan", "--snapshot", snapshot, cwd=here, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert said.code == 1
    assert said.out.isascii()
    assert "zo\\xeb\\u202e" in said.out


BUG = """
import sys
import leastwise.cli.checks as module
from leastwise.cli.process import run
def broken(): raise KeyError("the bug")
module.all_checks = broken
sys.argv[1:] = ["checks"]
run(["checks"])
"""


def test_a_bug_is_one_line_and_no_finding(here: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BUG], capture_output=True, text=True, cwd=here, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("leastwise: error: internal error (KeyError: 'the bug'): this is a bug of leastwise")
    assert done.stderr.count("\n") == 1


def test_a_bug_shows_itself_to_whoever_mends_it(here: Path) -> None:
    shown = environment(LEASTWISE_DEBUG="1")
    done = subprocess.run([sys.executable, "-c", BUG], capture_output=True, text=True, cwd=here, check=False, env=shown)
    assert done.returncode == 3
    assert "Traceback (most recent call last)" in done.stderr


def on_terminal(*arguments: str, cwd: Path, **more: str) -> str:
    """What the program writes when its streams are a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env=environment(**{"TERM": "xterm", **more}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            shown += part
        child.wait(timeout=60)
    os.close(ours)
    return shown.decode()


def test_colours_on_a_terminal_only_and_only_if_wanted(here: Path, bad: str) -> None:
    command = ("scan", "--snapshot", bad)
    assert "\x1b[" in on_terminal(*command, cwd=here)
    assert "\x1b" not in on_terminal(*command, cwd=here, NO_COLOR="1")
    assert "\x1b" not in on_terminal(*command, cwd=here, TERM="dumb")
    assert "\x1b" not in run(*command, cwd=here).out


def test_a_dash_needs_something_piped_in(here: Path) -> None:
    assert "nothing is piped into it" in on_terminal("scan", "--snapshot", "-", cwd=here)
