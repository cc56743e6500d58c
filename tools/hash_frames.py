"""Keep hashes of a few frames of each lesson, by the versions of what draws them.

``python tools/hash_frames.py`` writes tests/frames.json anew for the versions installed here;
``tests/test_frames.py`` compares, and is skipped under other versions.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parents[1] / "tests" / "frames.json"


def versions() -> str:
    """Name the versions of the libraries whose rounding decides over pixels."""
    import cairo
    import numpy as np
    from matplotlib import ft2font

    return (
        f"cairo {cairo.cairo_version_string()}, freetype {ft2font.__freetype_version__}, "
        f"numpy {np.__version__}"
    )


def digest(pixels: Any) -> str:
    """Return the hash of a frame, uint8 (height, width, 4)."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()[:16]


def hashes(name: str, *, height: int = 480) -> dict[str, str]:
    """Return a hash of the last frame of each beat of a lesson, before encoding."""
    from manim import tempconfig

    found: dict[str, str] = {}
    base = _scene(name)

    class Hashed(base):  # type: ignore[misc, valid-type]
        def on_beat(self, beat: Any) -> None:
            self.renderer.update_frame(self)
            found[beat.name] = digest(self.renderer.camera.picture.pixels)

    with tempfile.TemporaryDirectory() as media:
        settings = {
            "dry_run": True,
            "media_dir": media,
            "pixel_height": height,
            "pixel_width": round(height * 16 / 9) // 2 * 2,
            "frame_rate": 15,
        }
        with tempconfig(settings):
            Hashed(skip_animations=True).render()
    return found


def _scene(name: str) -> type[Any]:
    path = Path(str(files("convexplain.scenes"))) / f"{name.replace('-', '_')}.py"
    spec = importlib.util.spec_from_file_location(f"hashed_{path.stem}", path)
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scene: type[Any] = getattr(module, name.title().replace("-", ""))
    return scene


def main() -> None:
    """Write the hashes of all lessons for the versions installed here."""
    from convexplain import lessons

    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept[versions()] = {name: hashes(name) for name in lessons.names()}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {sum(map(len, kept[versions()].values()))} hashes for {versions()}")


if __name__ == "__main__":
    main()
