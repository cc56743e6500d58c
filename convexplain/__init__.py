"""Videos that show how a convolution works: every number and every colour computed.

The public names below are imported when they are first used, so that ``import convexplain`` and
``convexplain --help`` cost nothing. Operations and their steps stand in `convexplain.ops`, networks
and traces in `convexplain.network`, lessons and their views in packages of those names.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convexplain.data import digits, kernels
    from convexplain.data.mnist import load_mnist
    from convexplain.data.pictures import Picture, load_image
    from convexplain.errors import ConvexplainError, UsageError
    from convexplain.network import Network, Trace
    from convexplain.ops import ConvStep, Window, conv2d_steps, receptive_field
    from convexplain.paper import cards, worksheet
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
    "cards",
    "conv2d_steps",
    "digits",
    "kernels",
    "load_image",
    "load_mnist",
    "receptive_field",
    "worksheet",
]

#: In which package or module a public name stands; a module is a name, too.
_HOMES = {
    "ConvStep": "ops",
    "ConvexplainError": "errors",
    "Look": "style.theme",
    "Network": "network",
    "Picture": "data.pictures",
    "Trace": "network",
    "UsageError": "errors",
    "Window": "ops",
    "cards": "paper.cards",
    "conv2d_steps": "ops",
    "digits": "data.digits",
    "kernels": "data.kernels",
    "load_image": "data.pictures",
    "load_mnist": "data.mnist",
    "receptive_field": "ops",
    "worksheet": "paper.worksheet",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    value: object = home if _HOMES[name].endswith(f".{name}") else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
