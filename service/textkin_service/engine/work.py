"""How long a piece of work may go on: a deadline, and a flag that another thread can raise."""

import threading
import time

from textkin_service.errors import DeadlineExceeded


class Work:
    """The leave to go on, asked for with `check` between steps, so that what nobody waits for ends soon."""

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds` from now are left; None: no deadline."""
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ends the leave: nobody waits for the answer any more."""
        self._cancelled.set()

    def check(self) -> None:
        """Returns while the work may go on. DeadlineExceeded otherwise."""
        if self._cancelled.is_set():
            raise DeadlineExceeded(
                "the caller has given up; the work was stopped", reason="DEADLINE_EXCEEDED"
            )
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise DeadlineExceeded(
                "the deadline is past; allow more time, or ask for less", reason="DEADLINE_EXCEEDED"
            )
