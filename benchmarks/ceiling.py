"""Measures how many requests a server of the benchmarks answers: readers can see that it is not what is measured."""

import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.results import Figure

SECONDS = 1.0
TOGETHER = 32


def rate(endpoint: str, pid: int, target: str, mark: bytes) -> Figure:
    """Return the requests per second of one core. `mark` is in each answer once.

    The client only writes and reads bytes, and the CPU time is the server's own.
    """
    host, port = urlsplit(endpoint).hostname, urlsplit(endpoint).port
    request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    count, until, before = 0, time.perf_counter() + SECONDS, cpu(pid)
    with socket.create_connection((host, port)) as client:
        while time.perf_counter() < until:
            client.sendall(request * TOGETHER)
            left, tail = TOGETHER, b""
            while left:
                arrived = tail + client.recv(65536)
                left -= arrived.count(mark)
                tail = arrived[1 - len(mark) :]
            count += TOGETHER
    return Figure.of("/s", [count / (cpu(pid) - before)])


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process (proc(5): the 14th and 15th field of stat)."""
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
