"""One small file from one of several mirrors, by pooch: verified, then put in its place."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from convexplain.errors import ConvexplainError
from convexplain.messages import Message, Told, said, together

#: Seconds a mirror may take to connect, or to send the next bytes.
TIMEOUT = 20.0
#: Seconds a mirror may take for one file, however steadily it trickles.
PATIENCE = 900.0
#: No file that is fetched may be larger: MNIST's largest is 9.9 MB.
LIMIT = 32 * 2**20


def retrieve(
    path: Path,
    sha256: str,
    mirrors: Sequence[str],
    *,
    timeout: float = TIMEOUT,
    patience: float = PATIENCE,
    on_progress: Callable[[float], None] | None = None,
) -> str:
    """Fetch a file from the first mirror that gives the right bytes, and return that mirror.

    A mirror is an address that ends in a slash; the file's name is added to it. `on_progress` is
    given the fraction that is there, where the mirror says the size. Other or incomplete bytes
    never get the file's name. An `OSError` means that the file cannot be written.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)  # the command line has its own progress
    failures = []
    for mirror in mirrors:
        http = pooch.HTTPDownloader(
            progressbar=_Watch(patience, on_progress),
            timeout=timeout,
            # The files are .gz: a server that also unpacks or packs would change the bytes.
            headers={"Accept-Encoding": "identity"},
        )

        def get(url: str, file: str, asked: Any, http: Any = http) -> None:
            # Only its owner may read pooch's temporary file; one made anew obeys the umask.
            Path(file).unlink()
            http(url, file, asked)

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            pooch.retrieve(
                mirror + path.name, f"sha256:{sha256}", path.name, path.parent, None, get
            )
        except _MirrorError as error:
            reason = said(error)
        except ValueError:
            reason = Message("other bytes (the SHA-256 differs)")
        except requests.RequestException as error:  # an OSError, too
            reason = _reason(error, timeout)
        else:
            return mirror
        failures.append(Message("{host}: {reason}", host=urlsplit(mirror).netloc, reason=reason))
    raise ConvexplainError(
        "{name} could not be downloaded ({failures})", name=path.name, failures=together(failures)
    )


class _MirrorError(Told):
    """Why one mirror did not give the file."""


class _Watch:
    """What pooch takes for a progress bar; stops a mirror that sends too much or takes too long."""

    def __init__(self, patience: float, on_progress: Callable[[float], None] | None) -> None:
        self.patience = patience
        self.deadline = time.monotonic() + patience
        self.on_progress = on_progress
        self.total = 0  # pooch sets it, to 0 where the mirror does not say
        self.count = 0

    def update(self, count: int) -> None:
        self.count += count
        if self.count > LIMIT:
            raise _MirrorError("more than {limit:,} bytes", limit=LIMIT)
        if time.monotonic() > self.deadline:
            raise _MirrorError("not complete after {patience:g} seconds", patience=self.patience)
        if self.total and self.on_progress is not None:
            self.on_progress(min(1.0, self.count / self.total))

    def reset(self) -> None:
        self.count = 0

    def close(self) -> None:
        """Leave nothing open; there is nothing to close."""


def _reason(error: Exception, timeout: float) -> str:
    """Return in a few words why a request failed."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}".strip()
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return Message("no answer within {seconds:g} seconds", seconds=timeout)
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return Message("connection closed early")
    if isinstance(error, requests.ConnectionError):
        return Message("no connection")
    return type(error).__name__
