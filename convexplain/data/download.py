"""One small file from one of several mirrors: verified in memory, then placed whole."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from convexplain.errors import ConvexplainError
from convexplain.files import placing

#: Seconds a mirror may take to connect, or to send the next bytes.
TIMEOUT = 20.0
#: Seconds a mirror may take for one file, however steadily it trickles.
PATIENCE = 900.0
#: No file that is fetched may be larger: MNIST's largest is 9.9 MB.
LIMIT = 32 * 2**20


def download(
    name: str,
    sha256: str,
    mirrors: Sequence[str],
    *,
    timeout: float = TIMEOUT,
    patience: float = PATIENCE,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[bytes, str]:
    """Fetch a file from the first mirror that gives the right bytes.

    Nothing touches the disk, so nothing partial can stay behind, whatever ends the process.

    Parameters
    ----------
    name : str
        The file's name, added to each mirror's address.
    sha256 : str
        What its content must hash to, in hexadecimal.
    mirrors : sequence of str
        Addresses that end in a slash, tried in turn.
    timeout : float
        Seconds to wait for a connection, and for each next piece.
    patience : float
        Seconds to wait for the complete file.
    on_progress : callable, optional
        Given the fraction of the file that is there, from 0 to 1, where the mirror tells its size.

    Returns
    -------
    data : bytes
        The verified content.
    mirror : str
        The mirror that gave it.

    Raises
    ------
    ConvexplainError
        If no mirror gave it: what went wrong at each, in one line.
    """
    failures = []
    for mirror in mirrors:
        try:
            data = _get(mirror + name, timeout, patience, on_progress)
        except _MirrorError as error:
            failures.append(f"{urlsplit(mirror).netloc}: {error}")
            continue
        if hashlib.sha256(data).hexdigest() == sha256:
            return data, mirror
        failures.append(f"{urlsplit(mirror).netloc}: other bytes (the SHA-256 differs)")
    raise ConvexplainError(f"{name} could not be downloaded ({'; '.join(failures)})")


def place(data: bytes, path: Path) -> None:
    """Write a file so that others see all of it or nothing.

    Raises
    ------
    ConvexplainError
        If the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        placing.write(path, data)
    except OSError as error:
        raise ConvexplainError(
            f"{path} cannot be written: {error.strerror or error}; "
            "make room there, or name another folder"
        ) from None


class _MirrorError(Exception):
    """Why one mirror did not give the file."""


class _Bounded(io.BytesIO):
    """A buffer that neither grows nor waits without end."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self.deadline = time.monotonic() + patience
        self.patience = patience

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() + len(data) > LIMIT:
            raise _MirrorError(f"more than {LIMIT:,} bytes")
        if time.monotonic() > self.deadline:
            raise _MirrorError(f"not complete after {self.patience:g} seconds")
        return super().write(data)


class _Counter:
    """What pooch takes for a progress bar."""

    def __init__(self, on_progress: Callable[[float], None] | None) -> None:
        self.on_progress = on_progress
        self.total = 0  # pooch sets it, to 0 where the mirror does not tell
        self.reset()

    def reset(self) -> None:
        self.count = 0

    def update(self, count: int) -> None:
        self.count += count
        if self.total and self.on_progress is not None:
            self.on_progress(min(1.0, self.count / self.total))

    def close(self) -> None:
        """Leave nothing open; there is nothing to close."""


def _get(
    url: str, timeout: float, patience: float, on_progress: Callable[[float], None] | None
) -> bytes:
    """Download one address into memory."""
    import pooch
    import requests

    buffer = _Bounded(patience)
    get = pooch.HTTPDownloader(
        progressbar=_Counter(on_progress),
        timeout=timeout,
        # The files are .gz: a server that also unpacks or packs would change the bytes.
        headers={"Accept-Encoding": "identity"},
    )
    try:
        get(url, buffer, None)
    except requests.RequestException as error:
        raise _MirrorError(_reason(error, timeout)) from None
    return buffer.getvalue()


def _reason(error: Exception, timeout: float) -> str:
    """Say in a few words why a request failed."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}".strip()
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "connection closed early"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__
