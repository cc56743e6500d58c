"""From what a reader found to layers and weights of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from convexplain.data.recipe import Recipe
from convexplain.messages import Message
from convexplain.network.layers import Layer, layer_from_dict
from convexplain.network.readers.imported import Array, Found, Imported

#: A network whose first layer divides by about so much takes bytes.
BYTES = 255.0


class Parts(NamedTuple):
    """All that a network is made of."""

    layers: tuple[Layer, ...]
    weights: dict[str, Array]
    recipe: Recipe | None  # what is assumed of pictures, since no file says it
    notes: tuple[str, ...]  # what was assumed, left out or folded


def build(found: Imported) -> Parts:
    """Make layers and name their weights; ValueError if one cannot be made as the file has it."""
    layers: list[Layer] = []
    weights: dict[str, Array] = {}
    before = ""
    for each in found.layers:
        layers.append(layer_from_dict(_described(each, before)))
        weights.update({f"{each.name}/{part}": array for part, array in each.weights.items()})
        before = each.name
    recipe, assumed = _recipe(found)
    return Parts(tuple(layers), weights, recipe, (*found.notes, assumed))


def _described(found: Found, before: str) -> Mapping[str, Any]:
    """Describe a layer; what it reads is told only where it is not the layer before it."""
    described = {"kind": found.kind, "name": found.name, **found.fields}
    if found.inputs != (before,):
        described["inputs"] = [name or "input" for name in found.inputs]
    return described


def _recipe(found: Imported) -> tuple[Recipe | None, str]:
    """Assume how a picture becomes the input, and say what was assumed."""
    recipe = Recipe.of(found.input_shape)
    if recipe is None:
        channels = found.input_shape[2]
        return None, Message(
            "its input has {channels} channels: no picture, give arrays", channels=channels
        )
    first = found.layers[0]
    if _takes_bytes(first):
        takes = Recipe(recipe.size, recipe.colour, BYTES)
        return takes, Message(
            "pictures are given as 0 to 255, since {layer} rescales them", layer=first.name
        )
    return recipe, Message(
        "pictures are given as 0 to 1: no file says it; --scale, --mean and --std of convexplain "
        "model import change it"
    )


def _takes_bytes(first: Found) -> bool:
    """Whether the first layer makes small numbers of large ones."""
    if first.kind != "Rescaling":
        return False
    scale = first.fields["scale"]
    numbers = scale if isinstance(scale, (list, tuple)) else [scale]
    return all(0 < abs(number) < 0.1 for number in numbers)
