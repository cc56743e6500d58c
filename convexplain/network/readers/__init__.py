"""Networks of other programs: Keras, ONNX and TensorFlow.js files, read as data and nothing else.

`read` finds out by its content what a file is. Nothing is unpickled, no class that a file names is
imported, nothing is unpacked to disk.
"""

from convexplain.network.readers.imported import Found, Imported, UnreadableError
from convexplain.network.readers.reading import read

__all__ = ["Found", "Imported", "UnreadableError", "read"]
