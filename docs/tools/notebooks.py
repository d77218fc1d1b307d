"""Runs docs/walkthrough.ipynb and stores its outputs in it, for readers who run nothing. Run by `make notebook`."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

WALKTHROUGH = Path(__file__).parents[1] / "walkthrough.ipynb"

_PATIENCE_SECONDS = 300


def run(path: Path) -> nbformat.NotebookNode:
    """Returns a notebook with the outputs of a run, in its own folder. nbclient.exceptions.CellExecutionError."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    ran = NotebookClient(
        notebook, timeout=_PATIENCE_SECONDS, resources=resources, record_timing=False, coalesce_streams=True
    ).execute()
    ran.metadata = {
        "kernelspec": ran.metadata["kernelspec"],
        "language_info": {"name": "python"},  # without the version that happened to run it
    }
    return ran


if __name__ == "__main__":
    nbformat.write(run(WALKTHROUGH), WALKTHROUGH)
