"""A million hostile datagrams while a trainer plays: late ticks, memory, lost answers.

A device serves at 100 ticks a second, a trainer stimulates it in a loop, and a third process sends
whatever it can think of to its three ports, as fast as it can. In the same run it is measured
before: without these datagrams, and with all of them sent elsewhere, to sockets that nobody reads,
which tells how many ticks are late because the machine is busy.

python benchmarks/cl1_fuzz.py [datagrams] [neurons]
"""

import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import time

import psutil

from bl1.cl1.bench import Bench
from bl1.cl1.packets import Event, Feedback, FeedbackKind, Stimulation
from bl1.cl1.ports import PortNumbers

NUMBERS = PortNumbers.starting_at(22345)
ELSEWHERE = PortNumbers.starting_at(22445)
PLAY_S = 20.0
SERVE = ["--tick-hz", "100", "--collect-window-ms", "20", "--first-port", str(NUMBERS.stimulation)]


def main() -> None:
    """Play alone, then while datagrams go elsewhere, then beside them; print all three."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    neurons = sys.argv[2] if len(sys.argv) > 2 else "10000"
    print("play      answers  lost  unsolicited  longest wait ms  memory MB  late ticks  p99 ms")
    plays = (("alone", 0, NUMBERS), ("elsewhere", n, ELSEWHERE), ("hostile", n, NUMBERS))
    for name, datagrams, numbers in plays:
        device = subprocess.Popen(
            [sys.executable, "-m", "bl1", "cl1", "serve", "--neurons", neurons, *SERVE],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert device.stderr and device.stdout
        while not device.stderr.readline().startswith("serving"):
            pass
        memory = psutil.Process(device.pid)
        bench = Bench(numbers=NUMBERS)
        before_mb = memory.memory_info().rss / 1e6
        hostile = subprocess.Popen(
            [sys.executable, __file__, "--send", str(datagrams), str(numbers.stimulation)]
        )
        waits_s, until_s = [], time.monotonic() + PLAY_S
        while time.monotonic() < until_s or hostile.poll() is None:
            waits_s.append(bench.ask((10.0,) * 8, (2.0,) * 8)[1])
        last, wait_s = bench.ask((10.0,) * 8, (2.0,) * 8)
        after_mb = memory.memory_info().rss / 1e6
        bench.tell("training_complete")
        said, complained = device.communicate(timeout=30)
        late = re.search(r"([\d,]+) late.*p99 ([\d.]+) ms", said)
        assert late
        print(
            f"{name:<9} {len(waits_s) - bench.n_lost:>7} {bench.n_lost:>5} "
            f"{bench.n_unsolicited:>12} {1000 * max(waits_s):>16.1f} "
            f"{before_mb:>5.0f}→{after_mb:<4.0f} {late[1]:>10} {late[2]:>7}"
        )
        print(
            f"          the next packet after it: {'answered' if last else 'LOST'}, "
            f"{1000 * wait_s:.0f} ms; {len(complained.splitlines())} lines on stderr"
        )
        print("          " + said.replace("\n", "\n          "))
        bench.close()


def send(n: int, numbers: PortNumbers) -> None:
    """Send hostile datagrams as fast as they go: all of them were made before."""
    rng = random.Random(0)
    made = [_datagram(rng) for _ in range(5000)]
    ports = (numbers.stimulation, numbers.event, numbers.feedback)
    unread = []
    if numbers == ELSEWHERE:  # where the system drops them, once a buffer is full
        for port in ports:
            unread.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            unread[-1].bind(("127.0.0.1", port))
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    start_s = time.monotonic()
    for place in range(n):
        out.sendto(made[place % len(made)], ("127.0.0.1", ports[place % len(ports)]))
    if n:
        print(f"          sent {n / (time.monotonic() - start_s):,.0f} datagrams a second")


def _datagram(rng: random.Random) -> bytes:
    """Random, truncated, oversized, or good but for a number that it must not have."""
    kind = rng.randrange(8)
    stimulation = Stimulation(1, (10.0,) * 8, (2.0,) * 8).packed()
    feedback = Feedback(1, FeedbackKind.REWARD, (19, 20), 10, 1.0, 3).packed()
    if kind == 0:
        return os.urandom(rng.randrange(200))
    if kind == 1:
        return stimulation[: rng.randrange(72)]
    if kind == 2:
        return os.urandom(rng.randrange(4097, 60_000))
    if kind == 3:
        bad = rng.choice((float("nan"), float("inf"), -1.0, 3.1, 1e30))
        return stimulation[:-4] + struct.pack("<f", bad)
    if kind == 4:
        deep = b"[" * rng.randrange(4000)
        return struct.pack("<QI", 1, len(deep)) + deep
    if kind == 5:
        return Event(1, "x" * 3000, None).packed()[: rng.randrange(4000)]
    if kind == 6:
        return feedback[:9] + os.urandom(1) + feedback[10:]
    text = json.dumps({"event_type": 5}).encode()
    return struct.pack("<QI", 1, rng.choice((0, 2**32 - 1, len(text)))) + text


if __name__ == "__main__":
    if "--send" in sys.argv:
        send(int(sys.argv[2]), PortNumbers.starting_at(int(sys.argv[3])))
    else:
        main()
