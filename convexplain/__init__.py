"""Videos that show how a convolution works: every number and every colour computed.

The public names below are imported when they are first used, so that ``import convexplain`` and
``convexplain --help`` cost nothing. Operations stand in their modules: `convexplain.ops`,
`convexplain.steps`, `convexplain.geometry`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convexplain.errors import ConvexplainError, UsageError
    from convexplain.geometry import Window, receptive_field
    from convexplain.mnist import load_mnist
    from convexplain.network import Network
    from convexplain.pictures import Picture, load_image
    from convexplain.steps import ConvStep, conv2d_steps
    from convexplain.theme import Look
    from convexplain.trace import Trace

__version__ = "0.1.0"

__all__ = [
    "ConvStep",
    "ConvexplainError",
    "Look",
    "Network",
    "Picture",
    "Trace",
    "UsageError",
    "Window",
    "__version__",
    "conv2d_steps",
    "load_image",
    "load_mnist",
    "receptive_field",
]

_MODULES = {
    "ConvStep": "steps",
    "ConvexplainError": "errors",
    "Look": "theme",
    "Network": "network",
    "Picture": "pictures",
    "Trace": "trace",
    "UsageError": "errors",
    "Window": "geometry",
    "conv2d_steps": "steps",
    "load_image": "pictures",
    "load_mnist": "mnist",
    "receptive_field": "geometry",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
