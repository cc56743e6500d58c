"""What lessons refuse alike: a picture of another shape, a filter that does not exist."""

from __future__ import annotations

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.style import format as fmt


def check_picture(picture: Picture | None, network: Network) -> None:
    """Refuse a picture that the network cannot read.

    Parameters
    ----------
    picture : Picture, optional
        Without one, a bundled digit is shown.
    network : Network

    Raises
    ------
    UsageError
        If the network reads pictures of another shape.
    """
    shape = (picture or digits.sample(0)).shape
    if shape == network.input_shape:
        return
    reads = f"the network reads {fmt.shape(network.input_shape)}"
    if picture is None:
        raise UsageError(
            f"{reads}, but the bundled digits are {fmt.shape(shape)}: give a network for digits, "
            "such as cnn"
        )
    raise UsageError(
        f"the picture has the shape {fmt.shape(shape)}, but {reads}: prepare it as a digit"
    )


def check_first_convolution(network: Network, layer: str, model: str) -> None:
    """Refuse a network that does not begin with a convolution as the lessons explain it.

    Parameters
    ----------
    network : Network
    layer : str
        The name that its first layer must have.
    model : str
        What the user asked for.

    Raises
    ------
    UsageError
        If the layer is missing, has gaps in its windows, reads more than one channel, or has no
        ReLU.
    """
    first = network.layers[0]
    if not (
        (first.name, first.family, first.activation) == (layer, "convolution", "relu")
        and first.window is not None
        and first.window.dilation == (1, 1)
        and network.input_shape[2] == 1
    ):
        raise UsageError(
            f"the network {model!r} does not begin with a convolution {layer} of gray pictures "
            "with ReLU: give one that does, such as cnn"
        )


def check_filter(number: int | None, count: int, layer: str) -> None:
    """Refuse a filter that a layer does not have.

    Parameters
    ----------
    number : int, optional
        As it was asked for.
    count : int
        How many filters the layer has.
    layer : str

    Raises
    ------
    UsageError
        If it is not 0 to ``count - 1``.
    """
    if number is not None and not 0 <= number < count:
        raise UsageError(
            f"there is no filter {number} in {layer}: its filters are 0 to {count - 1}"
        )


def check_pause(seconds: float) -> None:
    """Refuse a rest at questions that is none, or longer than a class takes to answer."""
    if not 0 < seconds <= 600:
        raise UsageError(f"--pause {seconds:g} is not possible: give more than 0 to 600 seconds")
