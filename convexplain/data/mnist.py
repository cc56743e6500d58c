"""The complete MNIST data set: found on disk, or downloaded and verified.

MNIST is attributed to Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import download
from convexplain.data.idx import LIMIT, read_count, read_idx
from convexplain.errors import ConvexplainError, UsageError, either, listed
from convexplain.files import cache
from convexplain.messages import said

Split = Literal["train", "test"]
Bytes = npt.NDArray[np.uint8]

#: The folder that is looked in before the cache.
VARIABLE = "CONVEXPLAIN_MNIST"
#: Images and labels of each split.
SPLITS: dict[str, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
#: SHA-256 of the four files.
FILES: dict[str, str] = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
#: SHA-256 of what they hold, unpacked: who packs it anew has other files of the same data.
CONTENTS: dict[str, str] = {
    "train-images-idx3-ubyte.gz": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte.gz": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}
MIRRORS: tuple[str, ...] = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


@dataclass(frozen=True)
class FileStatus:
    """One of the four files: `size` is None where it is missing, `count` where unreadable."""

    name: str
    size: int | None
    count: int | None
    verified: bool


@dataclass(frozen=True)
class Status:
    """Where the data is, or would be put, and what was found there."""

    directory: Path
    looked: tuple[Path, ...]
    files: tuple[FileStatus, ...]

    @property
    def complete(self) -> bool:
        """Whether all four files are there."""
        return all(file.size is not None for file in self.files)

    @property
    def verified(self) -> bool:
        """Whether all four files are there with MNIST's checksums."""
        return all(file.verified for file in self.files)


def load_mnist(split: Split, directory: str | Path | None = None) -> tuple[Bytes, Bytes]:
    """Load one split of MNIST, downloading the data where it is nowhere on this machine.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 training or 10,000 test digits.
    directory : path, optional
        A folder with the four files, looked in first; then ``$CONVEXPLAIN_MNIST``, then the
        user's cache folder. Whatever has to be downloaded goes into the first of these.

    Returns
    -------
    images : (N, 28, 28) array of uint8
        0 is paper, 255 is ink.
    labels : (N,) array of uint8
        0 to 9.

    Raises
    ------
    UsageError
        If there is no such split.
    ConvexplainError
        If a folder holds only some of the files, if they are nowhere and no mirror gives them, or
        if they are not what they should be.

    Notes
    -----
    What is downloaded must have MNIST's checksums. Files found in a folder need only be sound and
    of MNIST's form, so that another data set of that form can take its place; `status` says
    whether they are MNIST's own.
    """
    if split not in SPLITS:
        raise UsageError("split {split!r}: MNIST has 'train' and 'test'", split=split)
    names = SPLITS[split]
    looked = places(directory)
    for folder in looked:
        missing = [name for name in names if not _is_file(folder / name)]
        if not missing:
            return _read(folder / names[0], folder / names[1])
        # The cache, last, may be half filled by a fetch that was interrupted: that is mended.
        if folder != looked[-1] and any(_is_file(folder / name) for name in FILES):
            raise ConvexplainError(
                "{folder} has no {missing}: add what is missing with `convexplain data fetch "
                "--directory {folder}`, or name another folder",
                folder=folder,
                missing=listed(missing),
            )
    folder = fetch(directory)
    return _read(folder / names[0], folder / names[1])


def places(directory: str | Path | None = None) -> tuple[Path, ...]:
    """Return the folders that are looked in: the argument, the variable, the user's cache."""
    named = [name for name in (directory, os.environ.get(VARIABLE)) if name]
    # Path.expanduser raises where there is no such user, this one leaves the name as it is.
    folders = [Path(os.path.expanduser(name)) for name in named]  # noqa: PTH111
    try:
        folders.append(cache.folder("mnist"))
    except ConvexplainError:
        if not folders:
            raise
    return tuple(dict.fromkeys(folders))


def fetch(
    directory: str | Path | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    timeout: float = download.TIMEOUT,
    on_progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Make a folder hold the four verified files, downloading those that it lacks.

    A file reaches the folder whole and verified, or not at all; two processes may fetch at once.

    Parameters
    ----------
    directory : path, optional
        The folder; by default ``$CONVEXPLAIN_MNIST`` or the user's cache folder.
    mirrors : sequence of str, optional
        Addresses, each ending in a slash, tried in turn; by default `MIRRORS`.
    timeout : float
        Seconds to wait for a mirror's answer.
    on_progress : callable, optional
        Given the name of the file that is downloaded, and the fraction of it that is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConvexplainError
        If a file of that name with other content is there (it is left alone), if no mirror gives
        a file, or if the folder cannot be written to.
    """
    looked = places(directory)
    folder = looked[0]
    if folder.exists() and not folder.is_dir():
        raise ConvexplainError(
            "{folder} is a file: name the folder that is to hold MNIST", folder=folder
        )
    order = list(MIRRORS if mirrors is None else mirrors)
    for name, sha256 in FILES.items():
        path = folder / name
        if _is_file(path):
            check(path)
            continue
        try:
            mirror = download.retrieve(
                path,
                sha256,
                order,
                timeout=timeout,
                on_progress=None if on_progress is None else partial(on_progress, name),
            )
        except ConvexplainError as error:
            raise ConvexplainError(
                "MNIST is not in {looked}, and {error}: try again with a network, or set "
                "{variable} to a folder that has its four .gz files",
                looked=either(map(str, looked)),
                error=error,
                variable=VARIABLE,
            ) from None
        except OSError as error:
            what = said(error.__cause__ or error)  # pooch names a file and a remedy of its own
            raise ConvexplainError(
                "{path} cannot be written: {what}; make room there, or name another folder",
                path=path,
                what=what,
            ) from None
        order.sort(key=lambda address: address != mirror)  # the one that works is asked first
    return folder


def status(directory: str | Path | None = None) -> Status:
    """Return where the data is, how much of it, and whether it is MNIST's own; downloads nothing.

    Parameters
    ----------
    directory : path, optional
        As for `load_mnist`.

    Returns
    -------
    Status
        Of the first folder that holds any of the four files, or of the one that `fetch` would
        fill.
    """
    looked = places(directory)
    holding = (folder for folder in looked if any(_is_file(folder / name) for name in FILES))
    folder = next(holding, looked[0])
    return Status(folder, looked, tuple(_file_status(folder / name) for name in FILES))


def _is_file(path: Path) -> bool:
    """Whether there is such a file, also in a folder that may not be searched."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _file_status(path: Path) -> FileStatus:
    if not _is_file(path):
        return FileStatus(path.name, size=None, count=None, verified=False)
    try:
        count: int | None = read_count(path)
    except ConvexplainError:
        count = None  # reported as unreadable: the status itself must not fail on it
    verified = count is not None and _is_genuine(path)
    return FileStatus(path.name, size=path.stat().st_size, count=count, verified=verified)


def check(path: Path) -> None:
    """Refuse a file that has the name of one of the four and does not hold the same."""
    if not _is_genuine(path):
        raise ConvexplainError(
            "{path} is there and is not MNIST's (its SHA-256 differs): delete it, or name "
            "another folder",
            path=path,
        )


def _is_genuine(path: Path) -> bool:
    """Whether a file is one of MNIST's four, or holds what it holds."""
    if _sha256(path) == FILES[path.name]:
        return True
    try:
        with path.open("rb") as packed:
            content = zlib.decompressobj(wbits=31).decompress(packed.read(LIMIT), LIMIT)
    except (OSError, zlib.error):
        return False
    return hashlib.sha256(content).hexdigest() == CONTENTS[path.name]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConvexplainError("{path} cannot be read: {error}", path=path, error=error) from None


def _read(images_path: Path, labels_path: Path) -> tuple[Bytes, Bytes]:
    """Read both files of a split and check that they belong together."""
    images, labels = read_idx(images_path, axes=3), read_idx(labels_path, axes=1)
    if images.shape[1:] != (28, 28):
        height, width = images.shape[1:]
        raise ConvexplainError(
            "{images_path} holds {height}x{width} images: MNIST's are 28x28",
            images_path=images_path,
            height=height,
            width=width,
        )
    if len(images) != len(labels):
        raise ConvexplainError(
            "{images_path} holds {images:,} images, {labels_name} {labels:,} labels: they are not "
            "of one data set",
            images_path=images_path,
            images=len(images),
            labels_name=labels_path.name,
            labels=len(labels),
        )
    if not labels.size:
        raise ConvexplainError(
            "{images_path} holds no images at all: replace it", images_path=images_path
        )
    if labels.max() > 9:
        raise ConvexplainError(
            "{labels_path} holds the label {max}: digits are 0 to 9",
            labels_path=labels_path,
            max=labels.max(),
        )
    return images, labels
