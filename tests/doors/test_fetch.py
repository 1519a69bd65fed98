"""`armistice fetch` against servers on this machine: with and without resume, breaking off, erring, serving other files."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from armistice.cli import main

PAYLOAD = b"".join(f"2012-{i % 12 + 1:02d},corland,{i}\n".encode() for i in range(40_000))
CUT = 300_000


class Server(ThreadingHTTPServer):
    """Serves one payload; remembers which ranges were asked for."""

    daemon_threads = True

    def __init__(self, *, ranges: bool, cuts: int = 0, status: int = 200, garbage: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges, self.cuts, self.status, self.garbage = ranges, cuts, status, garbage
        self.payload = PAYLOAD
        self.asked: list[str | None] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/aid.csv"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range")
        server.asked.append(wanted)
        if server.garbage:
            self.wfile.write(b"hello\n")
            return
        if server.status != 200:
            self.send_error(server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        if start >= len(server.payload):
            self.send_error(416)
            return
        body = server.payload[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.payload) - 1}/{len(server.payload)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.cuts:
            server.cuts -= 1
            body = body[:CUT]
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running(**how: object) -> Iterator[Server]:
    server = Server(**how)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pack(toy_copy: Path) -> Callable[[str], Path]:
    """The toy war with one raw file to be fetched from an address."""

    def at(address: str, payload: bytes = PAYLOAD) -> Path:
        recipe = toy_copy / "build.toml"
        head, _, tail = recipe.read_text(encoding="utf-8").partition('pattern = "series/aid.csv"\n')
        _, _, rest = tail.partition("\n")
        sha = hashlib.sha256(payload).hexdigest()
        text = f'{head}pattern = "series/aid.csv"\nfetch = "{address}"\nsha256 = "{sha}"\n{rest}'
        recipe.write_text(text, encoding="utf-8")
        return toy_copy

    return at


def fetch(pack: Path, folder: Path) -> tuple[int, dict[str, str]]:
    """Exit status, and what became of the file."""
    result = CliRunner().invoke(main, ["fetch", str(pack), "--to", str(folder), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    rows = json.loads(result.stdout)
    return result.exit_code, next(r for r in rows if r["input"] == "aid")


def test_a_whole_download(pack, tmp_path: Path) -> None:
    with running(ranges=True) as server:
        folder = pack(server.address)
        assert fetch(folder, tmp_path / "raw")[1]["state"] == "downloaded"
        assert (tmp_path / "raw/series/aid.csv").read_bytes() == PAYLOAD
        status, again = fetch(folder, tmp_path / "raw")
    assert (status, again["state"]) == (0, "present")
    assert len(server.asked) == 1, "what is there is not fetched again"


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_breaks_off_is_taken_up_again(pack, tmp_path: Path, ranges: bool) -> None:
    with running(ranges=ranges, cuts=1) as server:
        folder = pack(server.address)
        status, first = fetch(folder, tmp_path / "raw")
        assert (status, first["state"]) == (1, "failed")
        assert "resume" in first["how"]
        part = tmp_path / "raw/series/aid.csv.part"
        assert part.stat().st_size == CUT
        assert not (tmp_path / "raw/series/aid.csv").exists(), "a file takes its place only when it is whole"
        status, second = fetch(folder, tmp_path / "raw")
    assert (status, second["state"]) == (0, "downloaded")
    assert (tmp_path / "raw/series/aid.csv").read_bytes() == PAYLOAD
    assert not part.exists()
    assert server.asked == [None, f"bytes={CUT}-"]


def test_a_download_that_breaks_off_twice(pack, tmp_path: Path) -> None:
    with running(ranges=True, cuts=2) as server:
        folder = pack(server.address)
        states = [fetch(folder, tmp_path / "raw")[1]["state"] for _ in range(3)]
    assert states == ["failed", "failed", "downloaded"]
    assert server.asked == [None, f"bytes={CUT}-", f"bytes={2 * CUT}-"]
    assert (tmp_path / "raw/series/aid.csv").read_bytes() == PAYLOAD


def test_a_part_that_is_whole_already(pack, tmp_path: Path) -> None:
    with running(ranges=True) as server:
        folder = pack(server.address)
        part = tmp_path / "raw/series/aid.csv.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(PAYLOAD)
        assert fetch(folder, tmp_path / "raw")[1]["state"] == "downloaded"
    assert (tmp_path / "raw/series/aid.csv").read_bytes() == PAYLOAD


def test_another_vintage_is_told_and_kept(pack, tmp_path: Path) -> None:
    with running(ranges=True) as server:
        folder = pack(server.address)
        server.payload = PAYLOAD + b"2013-07,corland,1\n"
        status, row = fetch(folder, tmp_path / "raw")
    assert (status, row["state"]) == (0, "newer vintage")
    assert "--accept-new" in row["how"]
    assert (tmp_path / "raw/series/aid.csv").read_bytes() == server.payload


@pytest.mark.parametrize("how", [{"status": 404}, {"status": 500}, {"garbage": True}])
def test_a_server_that_errs(pack, tmp_path: Path, how: dict) -> None:
    with running(ranges=True, **how) as server:
        status, row = fetch(pack(server.address), tmp_path / "raw")
    assert (status, row["state"]) == (1, "failed")
    assert not (tmp_path / "raw/series/aid.csv").exists()


def test_no_server_at_all(pack, tmp_path: Path) -> None:
    with running(ranges=True) as server:
        address = server.address
    status, row = fetch(pack(address), tmp_path / "raw")
    assert (status, row["state"]) == (1, "failed")
    assert address in row["how"]


def test_only_safe_addresses_are_fetched(pack, tmp_path: Path) -> None:
    status, row = fetch(pack("http://ledger.example/aid.csv"), tmp_path / "raw")
    assert (status, row["state"]) == (1, "failed")
    assert "only https" in row["how"]
