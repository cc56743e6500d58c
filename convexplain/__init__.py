"""Videos that show how a convolution works: every number and every colour computed.

The public names below are imported when they are first used, so that ``import convexplain`` and
``convexplain --help`` cost nothing. Operations and their steps stand in `convexplain.ops`, networks
and traces in `convexplain.network`, lessons and their views in packages of those names.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convexplain.data import digits as digits
    from convexplain.data import kernels as kernels
    from convexplain.data.mnist import load_mnist
    from convexplain.data.pictures import Picture, load_image
    from convexplain.errors import ConvexplainError, UsageError
    from convexplain.network import Network, Trace
    from convexplain.network.frameworks import from_keras, from_torch
    from convexplain.ops import ConvStep, Window, conv2d_steps, receptive_field
    from convexplain.paper import cards as cards
    from convexplain.paper import worksheet as worksheet
    from convexplain.style.theme import Look

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
    "from_keras",
    "from_torch",
    "load_image",
    "load_mnist",
    "receptive_field",
]

#: Modules that are imported from here, too.
_MODULES = {
    "cards": "paper.cards",
    "digits": "data.digits",
    "kernels": "data.kernels",
    "worksheet": "paper.worksheet",
}
#: Where a public name stands.
_HOMES = {
    "ConvStep": "ops",
    "ConvexplainError": "errors",
    "Look": "style.theme",
    "Network": "network",
    "Picture": "data.pictures",
    "Trace": "network",
    "UsageError": "errors",
    "Window": "ops",
    "conv2d_steps": "ops",
    "from_keras": "network.frameworks",
    "from_torch": "network.frameworks",
    "load_image": "data.pictures",
    "load_mnist": "data.mnist",
    "receptive_field": "ops",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    value: object
    if name in _MODULES:
        value = import_module(f"{__name__}.{_MODULES[name]}")
    elif name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__, *_MODULES})
