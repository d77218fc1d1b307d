"""Ends the command at Ctrl-C, also where Python loses it.

Python raises KeyboardInterrupt wherever the main thread happens to be. In a destructor or a callback it is printed and
forgotten; just after a lock was taken, nobody gives that lock back. Either can happen inside gRPC.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from textkin.cli._failures import ExitCode

# How long the command may take to end by itself: a sound one needs milliseconds.
_GRACE_SECONDS = 2.0
_MESSAGE = b"Error: interrupted\n"


@contextmanager
def ends_when_interrupted() -> Iterator[None]:
    """While entered, Ctrl-C ends the process: by KeyboardInterrupt, and for sure soon after if that was lost.

    Only the main thread can be interrupted: in another this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told, tells = socket.socketpair()
    tells.setblocking(False)
    working = threading.Event()
    working.set()
    threading.Thread(target=_watch, args=(told, working), name="textkin-interrupts", daemon=True).start()
    before = signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        working.clear()
        signal.set_wakeup_fd(before)
        # Without a signal before, this ends the watch. With one it goes on: what is left to do may hang as well.
        tells.close()


def _watch(told: socket.socket, working: threading.Event) -> None:
    """Waits for the interrupt, which C code tells of even while the main thread can run no Python, and ends the process."""
    with told:
        while number := told.recv(1):
            if number[0] == signal.SIGINT:
                time.sleep(_GRACE_SECONDS)
                if working.is_set():
                    os.write(2, _MESSAGE)
                os._exit(ExitCode.INTERRUPTED)
