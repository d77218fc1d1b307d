"""Shows the main job: starts a service, ingests the sample articles, and matches every rewrite to its original.

Run by `make demo`. Prints the commands that it runs, so that they can be repeated by hand. Exits with 1 if a rewrite is
not found.
"""

import collections
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLES = Path(__file__).parent
BIN = Path(sys.executable).parent
ARTICLES = SAMPLES / "articles.jsonl"


def main() -> int:
    """Runs the demo; returns the exit code."""
    gold = [json.loads(line) for line in (SAMPLES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    rewrites = {
        pair["a"]: pair["b"] for pair in gold if pair["kind"] == "rewrite" and pair["b"].endswith("-original")
    }
    with tempfile.TemporaryDirectory(prefix="textkin-demo-") as folder, service(Path(folder)) as address:
        environment = os.environ | {"TEXTKIN_ADDRESS": address}
        run("ingest", "--jsonl", os.path.relpath(ARTICLES), environment=environment)
        found = {}
        for rewrite, original in rewrites.items():
            run("search", "--id", rewrite, "--passages", "0", environment=environment)
            run("compare", f"id:{rewrite}", f"id:{original}", environment=environment)
            found[rewrite] = matches(rewrite, environment)
    missed = [rewrite for rewrite, original in rewrites.items() if original not in found[rewrite]]
    print(f"{len(rewrites) - len(missed)} of {len(rewrites)} rewrites matched to their originals.")
    for rewrite in missed:
        print(f"Not found: the original of {rewrite}.", file=sys.stderr)
    return 1 if missed else 0


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """Starts a service on a folder and a free port; yields its address."""
    command = [BIN / "textkin-service", "--data", folder, "--listen", "127.0.0.1:0"]
    print("$ textkin-service --data DIR\n", flush=True)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = address_of(process.stderr)
    # Its log goes on; nobody reads it, but a full pipe would stop the service.
    drain = threading.Thread(target=collections.deque, args=(process.stderr, 0))
    drain.start()
    try:
        yield address
    finally:
        process.terminate()
        drain.join()
        process.wait()
        process.stderr.close()


def address_of(log: Iterable[str]) -> str:
    """Returns where the service listens, once its log says that it serves."""
    for line in log:
        record = json.loads(line) if line.startswith("{") else {}
        if record.get("event") == "serving":
            return str(record["address"])
        print(line, end="", file=sys.stderr)
    raise SystemExit("The service did not start; what it said stands above.")


def run(*arguments: str, environment: dict[str, str]) -> None:
    """Runs a textkin command in view."""
    print("$", shlex.join(["textkin", *arguments]), flush=True)
    subprocess.run([BIN / "textkin", *arguments], env=environment, check=True)
    print(flush=True)


def matches(article: str, environment: dict[str, str]) -> list[str]:
    """Returns the ids of the articles that a stored article matches."""
    command = [BIN / "textkin", "search", "--id", article, "--json"]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return [match["id"] for match in json.loads(output)["matches"]]


if __name__ == "__main__":
    sys.exit(main())
