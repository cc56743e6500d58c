"""What lessons refuse alike: a picture of another shape, a filter that does not exist."""

from __future__ import annotations

from convexplain import format as fmt
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.pictures import Picture


def check_picture(picture: Picture | None, network: Network) -> None:
    """Refuse a picture that the network cannot read.

    Raises
    ------
    UsageError
        If there is one and its shape is another.
    """
    if picture is not None and picture.pixels.shape != network.input_shape:
        raise UsageError(
            f"the picture has the shape {fmt.shape(picture.pixels.shape)}, but the network reads "
            f"{fmt.shape(network.input_shape)}: prepare it as a digit"
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
