"""Sends requests to the sandbox's edge: `… edge_load HOST COOKIES PID`, with a sandbox as AWS_ENDPOINT_URL.

Uploads one segment of 64 KiB, and requests it over a few persistent connections with signed cookies. Prints what the
process PID used: CPU seconds per request, and MiB of memory after the first fifth and at the end.
"""

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import boto3

KEY, BUCKET = "hls/1.m4s", "seminars-media"
SEGMENT = os.urandom(64 * 1024)
VIEWERS = 4
REQUESTS = 5_000
TICKS = os.sysconf("SC_CLK_TCK")


def watch(host: str, cookies: str, requests: int) -> None:
    """Send the requests over one connection. Raises if a response is not the segment."""
    connection = HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"))
    for _ in range(requests):
        connection.request("GET", f"/{KEY}", headers={"Host": host, "Cookie": cookies})
        reply = connection.getresponse()
        if (reply.status, reply.read()) != (200, SEGMENT):
            raise SystemExit(f"{reply.status} in place of the segment")
    connection.close()


def watched(host: str, cookies: str, requests: int) -> None:
    """Send the requests with all viewers in parallel."""
    with ThreadPoolExecutor(VIEWERS) as pool:
        for done in [pool.submit(watch, host, cookies, requests // VIEWERS) for _ in range(VIEWERS)]:
            done.result()


def spent(pid: str) -> float:
    """Return the CPU seconds of a process (proc(5): the 14th and 15th field of stat)."""
    fields = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: str) -> float:
    """Return the current memory of a process in MiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc", pid, "status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main(host: str, cookies: str, pid: str) -> None:
    """Print the result as JSON."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=SEGMENT)
    watched(host, cookies, REQUESTS // 5)
    early, before = memory(pid), spent(pid)
    watched(host, cookies, REQUESTS - REQUESTS // 5)
    seconds = (spent(pid) - before) / (REQUESTS - REQUESTS // 5)
    print(json.dumps({"seconds": seconds, "early": early, "late": memory(pid), "requests": REQUESTS}))


main(*sys.argv[1:])
