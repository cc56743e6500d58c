"""Take the photographs that ship out of the wheel of scikit-image 0.26.0.

    python tools/make_photographs.py WHEEL

``pip download --no-deps scikit-image==0.26.0`` fetches it, for whichever system. The cat is written
as lossless WebP, which takes two thirds of the PNG; the rocket's file is copied.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parents[1] / "convexplain" / "assets" / "photographs"

CAT = "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"
ROCKET = "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"


def main() -> None:
    """Check both files, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel
    FOLDER.mkdir(exist_ok=True)
    cat = Image.open(io.BytesIO(member(wheel, "chelsea.png", CAT))).convert("RGB")
    path = FOLDER / "cat.webp"
    cat.save(path, lossless=True, quality=100, method=6)
    if not np.array_equal(np.asarray(Image.open(path).convert("RGB")), np.asarray(cat)):
        raise SystemExit(f"{path} holds other pixels than the PNG")
    (FOLDER / "rocket.jpg").write_bytes(member(wheel, "rocket.jpg", ROCKET))


def member(wheel: Path, name: str, sha256: str) -> bytes:
    """Read a file of the wheel's data."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(f"skimage/data/{name}")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{name} in {wheel.name} is another file: its SHA-256 differs")
    return content


if __name__ == "__main__":
    main()
