"""Manim without what few videos need of it, which comes when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("manim", reason="rendering needs the extra 'video'")

# Turns in space are SciPy's, graphs NetworkX's, listings are coloured by Pygments and read by
# Beautiful Soup: a person's own scene may have any of them.
ASKED = """
import sys
from convexplain.video.quick_manim import import_manim
import_manim()
import_manim()
names = {names!r}
assert not [name for name in names if name in sys.modules], sys.modules
import numpy as np
from manim import *

corner = Square(2).rotate(PI / 2, axis=RIGHT).get_corner(UR + OUT)
np.testing.assert_allclose(corner, [1, 0, 1], atol=1e-9)
graph = Graph([1, 2, 3], [(1, 2), (2, 3)], layout="circular", layout_scale=2)
np.testing.assert_allclose([np.hypot(*graph[n].get_center()[:2]) for n in (1, 2, 3)], 2)
tree = Graph([1, 2, 3], [(1, 2), (1, 3)], layout="tree", root_vertex=1)
assert tree[1].get_y() > tree[2].get_y() == tree[3].get_y()
assert Graph.from_networkx(__import__("networkx").path_graph(4)).vertices.keys() == {{0, 1, 2, 3}}
code = Code(code_string="for x in y:\\n    print(x)", language="python")
assert len({{str(letter.get_color()) for line in code.code_lines for letter in line}}) > 1
assert "monokai" in Code.get_styles_list()
import IPython
print(IPython.__name__, *(name in sys.modules for name in names))
"""


def test_what_a_scene_asks_for_is_there_though_manim_was_imported_without_it():
    names = ["bs4", "networkx", "pygments.lexers", "scipy.spatial.transform", "IPython"]
    ran = subprocess.run(
        [sys.executable, "-c", ASKED.format(names=names)], capture_output=True, text=True
    )
    assert ran.stderr == ""
    assert ran.stdout.split() == ["IPython", *["True"] * len(names)]
