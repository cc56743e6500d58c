"""What lessons refuse alike: a picture of another shape, a filter that does not exist."""

from __future__ import annotations

from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.style import format as fmt


def check_picture(picture: Picture | None, network: Network) -> None:
    """Refuse a picture that a bundled network cannot read as it is."""
    if picture is not None and picture.shape != network.input_shape:
        raise UsageError(
            "the picture has the shape {shape}, but the network reads {wanted}: prepare it "
            "as a digit",
            shape=fmt.shape(picture.shape),
            wanted=fmt.shape(network.input_shape),
        )


def check_filter(number: int | None, count: int, layer: str) -> None:
    """Refuse a filter that a layer does not have; filters are counted from 0."""
    if number is not None and not 0 <= number < count:
        raise UsageError(
            "there is no filter {number} in {layer}: its filters are 0 to {last}",
            number=number,
            layer=layer,
            last=count - 1,
        )


def check_pause(seconds: float) -> None:
    """Refuse a rest at questions that is none, or longer than a class takes to answer."""
    if not 0 < seconds <= 600:
        raise UsageError(
            "--pause {seconds:g} is not possible: give more than 0 to 600 seconds", seconds=seconds
        )
