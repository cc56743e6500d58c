"""Videos that show how a convolution works: every number and every colour computed.

The public names below are imported when they are first used, so that ``import convexplain`` and
``convexplain --help`` cost nothing. Operations and their steps stand in `convexplain.ops`, networks
and traces in `convexplain.network`, lessons and their views in packages of those names.
"""

from typing import TYPE_CHECKING

from convexplain.late import handing_on

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
else:
    __getattr__, __dir__ = handing_on(
        __name__,
        {
            "data": "digits kernels",
            "data.mnist": "load_mnist",
            "data.pictures": "Picture load_image",
            "errors": "ConvexplainError UsageError",
            "network": "Network Trace",
            "network.frameworks": "from_keras from_torch",
            "ops": "ConvStep Window conv2d_steps receptive_field",
            "paper": "cards worksheet",
            "style.theme": "Look",
        },
    )

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
