"""One small file from one of several mirrors: verified in memory, then placed whole."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from convexplain import placing
from convexplain.errors import ConvexplainError

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
) -> tuple[bytes, str]:
    """Fetch a file from the first mirror that gives the right bytes.

    Nothing touches the disk, so nothing partial can stay behind, whatever ends the process. A
    progress bar is drawn on the standard error where that is a terminal.

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
            data = _get(mirror + name, name, timeout, patience)
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


def _get(url: str, name: str, timeout: float, patience: float) -> bytes:
    """Download one address into memory."""
    import pooch
    import requests
    from tqdm import tqdm

    buffer = _Bounded(patience)
    # disable=None: only on a terminal. The total comes with the answer; without any, a bar has no
    # truth value, and pooch asks for it.
    with tqdm(total=1, desc=name, unit="B", unit_scale=True, disable=None, leave=False) as bar:
        get = pooch.HTTPDownloader(
            progressbar=bar,
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
