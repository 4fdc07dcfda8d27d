"""`bl1 monitor` and `bl1 cl1 serve --monitor`, as processes."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SMALL = ("--neurons", "300")


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that serves a page, and the page's address; ended by Ctrl-C."""
    command = [sys.executable, "-m", "bl1", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        try:
            for line in running.stderr:
                if found := re.search(r"watch it at (\S+)", line):
                    yield running, found[1]
                    break
            else:
                pytest.fail("no page was served")
        finally:
            running.send_signal(signal.SIGINT)


def test_it_serves_a_page_until_ctrl_c() -> None:
    with started("monitor", *SMALL, "--port", "0") as (running, url):
        assert b"Neural activity" in urllib.request.urlopen(url, timeout=10).read()
    assert running.returncode == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=10)


@pytest.mark.parametrize(
    "command",
    [
        ("monitor", "--port", "0", "--host", "0.0.0.0"),
        ("cl1", "serve", "--first-port", "24694", "--monitor", "0", "--monitor-host", "0.0.0.0"),
    ],
    ids=["monitor", "serve"],
)
def test_an_address_that_others_reach_gets_a_token(command: tuple[str, ...]) -> None:
    with started(*command, *SMALL) as (_, url):
        assert re.search(r"\?token=[\w-]{32}$", url)
        port = int(re.findall(r":(\d+)/", url)[0])
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)


def test_a_port_that_is_taken_is_one_sentence(bl1_command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = bl1_command("monitor", *SMALL, "--port", port)
        served = bl1_command("cl1", "serve", *SMALL, "--first-port", 24690, "--monitor", port)
    for each in (result, served):
        assert each.returncode == 2
        assert len(each.stderr.splitlines()) == 1  # it is told before a culture is built
        assert each.stderr.startswith(f"error: cannot serve on 127.0.0.1 port {port}: ")


def test_options_of_a_page_need_a_page_and_real_time(bl1_command) -> None:
    result = bl1_command("cl1", "serve", "--allow-stimulation")
    assert result.returncode == 2
    assert result.stderr.startswith("error: --allow-stimulation goes with --monitor")
    result = bl1_command("cl1", "run", "--monitor", 8765, "--accelerated", __file__)
    assert result.returncode == 2
    assert result.stderr.startswith("error: --monitor and --accelerated do not go together")
    result = bl1_command("cl1", "serve", "--monitor-host", "0.0.0.0")
    assert result.returncode == 2
    assert result.stderr.startswith("error: --monitor-host goes with --monitor")
