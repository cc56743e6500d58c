"""What a lesson is about: a network and a picture; its layers are found by the parts they play."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, photographs
from convexplain.data.pictures import Mode, Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.parts.separating import pair
from convexplain.network import (
    Layer,
    Network,
    Trace,
    compact,
    level_layers,
)
from convexplain.network.folding import host_of
from convexplain.style.captions import Caption

#: Levels of maps that a hierarchy has at least.
LEVELS = 2
#: How many pixels of a photograph, at most, are shown for one that the network reads, a side.
SHARP = 9
#: Parts that a layer may play in a network.
Role = Literal[
    "first convolution",
    "convolution over the picture",
    "convolution over a gray picture",
    "convolution of the picture",
    "convolution of many channels",
    "separable convolution",
    "normalization",
    "addition",
    "maps",
    "max pool",
    "levels",
    "last map",
    "flatten",
    "hidden",
    "classifier",
    "vector at the end",
    "probabilities",
]


class Part(NamedTuple):
    """How a role is named, and how the layer that plays it is found."""

    words: Caption  # what a network has that has it: "a convolution"
    find: Callable[[Network], Layer | None]  # the first such layer of a network, or None
    shipped: str = "cnn"  # a network of the package that has it


@dataclass(frozen=True, eq=False)
class Subject:
    """A network and a picture that fits it.

    Raises UsageError: the network reads no pictures, or not this one.
    """

    network: Network
    #: Of any size and colour that the network's recipe takes.
    given: Picture = field(repr=False)
    #: What the user calls the network, for messages.
    model: str

    @property
    def recipe(self) -> Recipe:
        """How a picture becomes the network's input, and what its classes are called."""
        return self.network.reading

    @cached_property
    def picture(self) -> Picture:
        """The picture in the network's size and colour, values still from 0 to 1."""
        return self.recipe.fit(self.given)

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the network."""
        return Trace(self.network, self.recipe.numbers(self.picture))

    @property
    def drawn(self) -> npt.NDArray[np.float32]:
        """The picture as it is drawn: (height, width), or (height, width, 3) in colour."""
        return self.recipe.drawn(self.trace.image)

    @property
    def reads_digits(self) -> bool:
        """Whether the classes are the ten digits."""
        return self.network.reads_digits

    @property
    def label(self) -> int | None:
        """The class of the picture if it is known, and is one of the network's.

        A digit's class means nothing to a network of other classes; what is on a bundled photograph
        is a class if one has its name.
        """
        photograph = photographs.named(self.picture)
        if photograph is not None:
            names = [name.en for name in self.recipe.classes]
            return names.index(photograph.shows) if photograph.shows in names else None
        label = self.picture.label
        strange = not self.reads_digits and digits.is_bundled(self.picture)
        return None if label is None or strange or label >= self.network.outputs else label

    def kernels(self, layer: str) -> npt.NDArray[np.float32]:
        """Return the kernels of a layer that reads one channel, (height, width, filters)."""
        return self.network.weights_of(layer)["kernel"].squeeze(axis=2)

    @cached_property
    def sharp(self) -> npt.NDArray[np.float32] | None:
        """The picture in colour as people see it, framed as the network reads it.

        (n * height, n * width, 3), n as large as the given picture allows, 9 at most; None if that
        is no more than the network reads.
        """
        rows, cols = self.recipe.size
        if self.recipe.colour != "rgb":
            return None
        n = min(SHARP, self.given.shape[0] // rows, self.given.shape[1] // cols)
        if n < 2 or self.given.shape[2] != 3:
            return None
        return replace(self.recipe, size=(n * rows, n * cols)).fit(self.given).pixels

    def zero(self, layer: str) -> npt.NDArray[np.float32]:
        """Return what a 0 looks like to a layer that reads pixels: a gray (1,), or a colour (3,).

        Layers before it may only rescale.
        """
        ends = [np.full((1, 1, self.recipe.channels), end, np.float32) for end in (0.0, 1.0)]
        for before in self.network.layers:
            if before.name == layer:
                break
            ends = [self.network.exact(before, end)[1] for end in ends]
        low, high = (end.astype(np.float64) for end in ends)
        drawn = self.recipe.drawn((low / np.where(high == low, 1.0, low - high)).astype(np.float32))
        return np.asarray(drawn).clip(0, 1).reshape(-1)

    def role(self, role: Role) -> Layer:
        """Return the layer that plays a part; an error says what the network lacks."""
        return require(self.network, role, self.model)


def choose_picture(
    given: Mapping[str, Any], model: str | None, of: type[Any] | None = None
) -> Picture | None:
    """Give the picture that "digit", "sample" or "image" asks for, a file in the network's colour.

    Without a model it is for a network that reads digits.
    A lesson with a method ``digit_of`` chooses the digit of a class itself.
    """
    chosen = digits.choose(
        given, mode=mode_of(model) if given.get("image") is not None else "digit"
    )
    chooses = getattr(of, "digit_of", None)
    if given.get("digit") is not None and chooses is not None:
        own: Picture = chooses(given["digit"], Network.load(model or "cnn"))
        return own
    return chosen


def example(network: Network, sample: int) -> Picture:
    """Give what is read unless a picture was asked for: a bundled digit, or in colour the cat."""
    return photographs.load() if mode_for(network) == "rgb" else digits.sample(sample)


def digits_of(label: int, network: Network) -> list[Subject]:
    """Return a network with each bundled digit of a class; none if it reads no digits."""
    own = [Subject(network, digit, "") for digit in digits.load() if digit.label == label]
    return own if own and own[0].reads_digits else []


def load(model: str) -> Network:
    """Load a network as lessons show it: activations within the layers that they follow."""
    return compact(Network.load(model))


def mode_of(model: str | None) -> Mode:
    """Return how a picture's file is read for a network: in colour, in gray, or as a digit."""
    if model is None:
        return "digit"
    return mode_for(Network.load(model))


def mode_for(network: Network) -> Mode:
    """Tell the same of a network that is loaded."""
    if network.recipe is not None and network.recipe.colour == "rgb":
        return "rgb"
    return "digit" if network.reads_digits else "gray"


def find(network: Network, role: Role) -> Layer | None:
    """Return the layer of a network that plays a part, None if there is none."""
    return ROLES[role].find(network)


def require(network: Network, role: Role, model: str) -> Layer:
    """Return the layer of a network that plays a part, or say what the network lacks."""
    found = find(network, role)
    if found is None:
        part = ROLES[role]
        raise UsageError(
            "the network {model!r} lacks {words}: give one that has it, such as {shipped}",
            model=model,
            words=part.words,
            shipped=part.shipped,
        )
    return found


def name_of(network: Network, role: Role) -> str:
    """Return the name of the layer that plays a part in a network known to have it."""
    return require(network, role, "of the package").name


def lacking(network: Network, roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Return those of the roles that no layer of a network plays."""
    return tuple(role for role in roles if find(network, role) is None)


def convolutions(network: Network) -> tuple[Layer, ...]:
    """Find all convolutions whose filters have one kernel for each channel that they read."""
    return tuple(
        layer
        for layer in network.layers
        if layer.family == "convolution" and "kernel" in network.weights_of(layer.name)
    )


def _first_convolution(network: Network) -> Layer | None:
    return next(iter(convolutions(network)), None)


#: Layers that change numbers and leave each at its place.
_IN_PLACE = ("normalization", "activation", "dropout")


def _over_the_picture(network: Network) -> Layer | None:
    """The kernel is drawn over the picture; what it reads are pixels, scaled or not."""
    layer = next((n for n in network.layers if n.family not in _IN_PLACE), None)
    fits = (
        layer is not None
        and reads_all_channels(network, layer.name)
        and layer.window is not None
        and layer.window.dilation == (1, 1)
        and network.recipe is not None
    )
    return layer if fits else None


def _over_a_gray_picture(network: Network) -> Layer | None:
    """The same of pictures without colour."""
    layer = _over_the_picture(network)
    return layer if layer is not None and network.input_shape[2] == 1 else None


def _of_the_picture(network: Network) -> Layer | None:
    """The kernel is drawn over the pixels themselves, and what is below zero is cut."""
    first, recipe = network.layers[0], network.recipe
    fits = (
        first in convolutions(network)
        and first.activation == "relu"
        and first.window is not None
        and first.window.dilation == (1, 1)
        and recipe is not None
        and recipe.colour == "gray"
        and recipe.plain
    )
    return first if fits else None


def reads_all_channels(network: Network, name: str) -> bool:
    """Tell whether a layer is a convolution whose filters read all channels before it."""
    layer, shape = network.layer(name), network.input_of(name)
    return layer in convolutions(network) and len(layer.channels(shape, 0)) == shape[2]


def _of_many_channels(network: Network) -> Layer | None:
    return next(_all_of_many_channels(network), None)


def _separable(network: Network) -> Layer | None:
    """A separable layer's second step, or one whose kernels have shapes that can be split off."""
    found = pair(network)
    if found is not None:
        return found[1]
    return next(
        (
            layer
            for layer in _all_of_many_channels(network)
            if layer.window is not None and layer.window.kernel_size != (1, 1)
        ),
        None,
    )


def _all_of_many_channels(network: Network) -> Iterator[Layer]:
    """None that reads the picture: its channels are colours."""
    for layer in convolutions(network):
        shape = network.input_of(layer.name)
        reads_picture = network.sources(layer.name) == ("input",)
        if not reads_picture and shape[2] > 1 and reads_all_channels(network, layer.name):
            yield layer


def _normalization(network: Network) -> Layer | None:
    """One that a convolution alone feeds, and alone: it could be folded into it."""
    for layer in network.layers:
        host = host_of(network, layer.name)
        if host is not None and len(network.shapes[layer.name]) == 3:
            return layer
    return None


def _addition(network: Network) -> Layer | None:
    """The sum of two layers' maps, one of which is made of the other."""
    for layer in network.layers:
        sources = network.sources(layer.name)
        if layer.family == "addition" and len(network.shapes[layer.name]) == 3:
            ways = [set(ancestors(network, name)) for name in sources]
            if len(sources) == 2 and (sources[0] in ways[1] or sources[1] in ways[0]):
                return layer
    return None


def ancestors(network: Network, name: str) -> tuple[str, ...]:
    """Return all layers that a layer is made of, the picture among them."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        for source in () if here == "input" else network.sources(here):
            if source not in found:
                found[source] = None
                waiting.append(source)
    return tuple(found)


def with_maps(network: Network) -> tuple[Layer, ...]:
    """Find all layers whose windows fill maps."""
    return tuple(
        layer for layer in network.layers if layer.window is not None and layer.family != "padding"
    )


def _maps(network: Network) -> Layer | None:
    return next(iter(with_maps(network)), None)


def max_pools(network: Network) -> tuple[tuple[Layer, Layer], ...]:
    """Find every max pooling that reads one layer's maps, with that layer."""
    return tuple(
        (network.layer(sources[0]), layer)
        for layer in network.layers
        for sources in (network.sources(layer.name),)
        if (layer.family, layer.hands_on) == ("pooling", True)
        and layer.window is not None
        and layer.window.kernel_size != (1, 1)
        and len(sources) == 1
        and sources[0] in network.shapes
    )


def _max_pool(network: Network) -> Layer | None:
    return next((pool for _, pool in max_pools(network)), None)


def chosen_levels(network: Network) -> tuple[Layer, ...]:
    """Choose three convolutions of a hierarchy by what their cells see: edges, pieces, parts.

    The first, the last whose cells do not see the whole picture, and of those between the one whose
    field is nearest to the geometric mean of theirs.
    """
    every = convolutions(network)
    height, width = network.input_shape[:2]
    sides = {layer.name: network.receptive_field(layer.name).size for layer in every}
    partial = [n for n in every if sides[n.name][0] < height and sides[n.name][1] < width]
    found = partial if len(partial) > 1 else every
    if len(found) < 3:
        return tuple(found)
    first, last = (sides[layer.name][0] for layer in (found[0], found[-1]))

    def away(layer: Layer) -> float:
        return abs(math.log(sides[layer.name][0] ** 2 / (first * last)))

    return found[0], min(found[1:-1], key=away), found[-1]


def _levels(network: Network) -> Layer | None:
    """The layer of the classes, which reads levels of maps, one the other."""
    last, shapes = network.classifier, network.shapes
    maps = [layer for layer in level_layers(network) if len(shapes[layer.name]) == 3]
    fits = network.is_chain and len(maps) >= LEVELS and last.family == "dense"
    return last if fits and network.recipe is not None else None


def _last_map(network: Network) -> Layer | None:
    return next((n for n in reversed(network.layers) if len(network.shapes[n.name]) == 3), None)


def _flatten(network: Network) -> Layer | None:
    """One that writes the channels of a place one behind the other."""
    places = np.zeros((2, 2, 2))
    return next(
        (
            layer
            for layer in network.layers
            if layer.family == "flatten" and layer.origin(places, (0, 0, 1)) == (0, 0, 1)
        ),
        None,
    )


def _hidden(network: Network) -> Layer | None:
    dense = [layer for layer in network.layers[:-1] if layer.family == "dense"]
    return dense[0] if dense else None


def _classifier(network: Network) -> Layer | None:
    last = network.layers[-1]
    fits = last.activation == "softmax" and len(network.shapes[last.name]) == 1
    return last if fits else None


def _ends_in_a_vector(network: Network) -> Layer | None:
    last = network.layers[-1]
    return last if len(network.shapes[last.name]) == 1 else None


def _with_probabilities(network: Network) -> Layer | None:
    """Logits, or what a softmax makes of them; a single one through a sigmoid, too."""
    last = _ends_in_a_vector(network)
    several = network.ending in ("softmax", "log_softmax", "linear")
    one = network.outputs == 1 and network.ending in ("sigmoid", "linear")
    return last if last is not None and (one or (several and network.outputs > 1)) else None


ROLES: Mapping[Role, Part] = {
    "first convolution": Part(Caption(en="a convolution", zh="卷积层"), _first_convolution),
    "convolution over the picture": Part(
        Caption(
            en="a convolution that reads all channels of the picture, without gaps in its windows",
            zh="读取图片全部通道、窗口没有间隔的卷积层",
        ),
        _over_the_picture,
    ),
    "convolution over a gray picture": Part(
        Caption(
            en="a convolution that reads a gray picture, without gaps in its windows",
            zh="读取灰度图、窗口没有间隔的卷积层",
        ),
        _over_a_gray_picture,
    ),
    "convolution of the picture": Part(
        Caption(
            en="as its first layer a convolution of gray pictures, from 0 to 1, with ReLU and "
            "without gaps in its windows",
            zh="第一层是灰度图（0 到 1）的卷积层，使用 ReLU，窗口没有间隔",
        ),
        _of_the_picture,
    ),
    "convolution of many channels": Part(
        Caption(
            en="a convolution of all channels of the layer before it",
            zh="读取前一层全部通道的卷积层",
        ),
        _of_many_channels,
    ),
    "separable convolution": Part(
        Caption(
            en="a depthwise convolution that a 1 × 1 convolution reads, or a convolution of all "
            "channels of the layer before it whose window has more than one place",
            zh="后接 1 × 1 卷积的深度卷积层，或读取前一层全部通道、窗口不止一格的卷积层",
        ),
        _separable,
    ),
    "normalization": Part(
        Caption(
            en="a batch normalization behind a convolution without activation",
            zh="紧跟在没有激活函数的卷积层之后的批归一化层",
        ),
        _normalization,
        "blocks",
    ),
    "addition": Part(
        Caption(
            en="an addition of a layer's maps and of what others made of them",
            zh="把某层的响应图与其后各层的结果相加的层",
        ),
        _addition,
        "blocks",
    ),
    "maps": Part(Caption(en="response maps", zh="响应图"), _maps),
    "max pool": Part(
        Caption(en="a max pooling of response maps", zh="对响应图做的最大池化层"),
        _max_pool,
    ),
    "levels": Part(
        Caption(
            en="two convolutions or more, one behind the other without a shortcut, and a dense "
            "layer for the classes at its end",
            zh="两个或更多依次相连、没有捷径的卷积层，以及最后一个输出各类别的全连接层",
        ),
        _levels,
    ),
    "last map": Part(Caption(en="response maps", zh="响应图"), _last_map),
    "flatten": Part(Caption(en="a flatten layer", zh="展平层"), _flatten),
    "hidden": Part(Caption(en="a hidden dense layer", zh="全连接隐藏层"), _hidden),
    "classifier": Part(
        Caption(en="a softmax layer at its end", zh="最后的 softmax 层"), _classifier
    ),
    "vector at the end": Part(
        Caption(en="a vector at its end, without places", zh="最后的一个不分位置的向量"),
        _ends_in_a_vector,
    ),
    "probabilities": Part(
        Caption(
            en="logits or a softmax at its end, or one sigmoid",
            zh="最后的 logit、softmax 或单个 sigmoid",
        ),
        _with_probabilities,
    ),
}
