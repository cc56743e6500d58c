"""What all layers have in common: a name, and an answer to whatever any view asks of them."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Backward
from convexplain.ops import ConvSteps, PoolSteps, Window, activations
from convexplain.ops.breakdown import Stage
from convexplain.ops.geometry import Margins, PaddingLike, Pair, PairLike, pair
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Array = NDArray[Any]
Shape = tuple[int, ...]
Weights = Mapping[str, Array]
Dialect = Literal["numpy", "keras", "torch"]
Family = Literal[
    "convolution",
    "separable convolution",
    "pooling",
    "dense",
    "flatten",
    "normalization",
    "activation",
    "padding",
    "dropout",
    "addition",
    "concatenation",
]
"""What a layer is for; what is told of one convolution holds for all of them."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{,39}")


class Fact(NamedTuple):
    """One thing to know about a layer."""

    key: str  # its name for programs
    name: Caption
    value: str  # as it is printed, in either language


def as_map(x: Array) -> Array:
    """Give a vector as a map of one place."""
    return x if x.ndim == 3 else x.reshape(1, 1, -1)


@dataclass(frozen=True)
class Layer(ABC):
    """What every layer has: a name, and answers about shapes, weights, cost and numbers.

    Parameters
    ----------
    name : str
        Unique in its network: up to 40 letters, digits, `_` and `-`, beginning with a letter.
    inputs : sequence of str
        The layers that it reads, by name; "input" is the picture. Without any, it reads the layer
        before it. Of several, it reads the channels of the first, then those of the second, and
        so on.

    Raises
    ------
    ValueError
        A name, size or activation that cannot be right.
    """

    name: str
    _: KW_ONLY
    inputs: tuple[str, ...] = field(default=(), repr=False)

    #: What the layer is for.
    family: ClassVar[Family]

    #: Whether each output is one of the inputs, unchanged: nothing is multiplied or added.
    hands_on: ClassVar[bool] = False

    #: Whether each channel of the output is made of the same channel of the input alone.
    by_channel: ClassVar[bool] = False

    @property
    def activation(self) -> str:
        """The function applied to each output: a name that `ops.activations.find` knows."""
        return "linear"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(
                Message(
                    "layer name {name!r:.60}: use at most 40 letters, digits, '_' and '-', a "
                    "letter first",
                    name=self.name,
                )
            )
        try:
            activations.find(self.activation)
        except ValueError as error:
            raise ValueError(Message("{name}: {error}", name=self.name, error=error)) from error
        inputs = tuple(self.inputs) if isinstance(self.inputs, (list, tuple)) else None
        if inputs is None or not all(isinstance(each, str) for each in inputs):
            raise ValueError(
                Message(
                    "{name}: inputs must be a list of layers' names, not {inputs!r:.60}",
                    name=self.name,
                    inputs=self.inputs,
                )
            )
        self._fill(inputs=inputs)

    @property
    def kind(self) -> str:
        """What Keras calls this layer, such as `Conv2D`."""
        return type(self).__name__

    # Shapes and costs

    @property
    def window(self) -> Window | None:
        """The window that slides over the input; None where none does."""
        return None

    def sees(self, size: Pair) -> Window | None:
        """Give the window through which one output cell reads a map of `size`.

        None: it reads the cell at its own place alone.
        """
        return self.window

    def join(self, shapes: list[Shape]) -> Shape:
        """Shape of what the layer reads: its inputs' channels, one behind the other."""
        if len({shape[:-1] for shape in shapes}) > 1:
            raise ValueError(
                Message(
                    "{name} reads shapes {shapes} together: all but the last number must be equal",
                    name=self.name,
                    shapes=" and ".join(map(str, shapes)),
                )
            )
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for one input of `shape`, without the batch's axis."""

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Names and shapes of the weights for an input of `shape`."""
        return {}

    def initial(self, shape: Shape, random: np.random.Generator) -> dict[str, Array]:
        """Make the weights that training begins with, for an input of `shape`: zeros."""
        return {part: np.zeros(s, np.float32) for part, s in self.weight_shapes(shape).items()}

    def channels(self, shape: Shape, filter: int) -> range:
        """The channels of an input of `shape` that one channel of the output reads."""
        return range(filter, filter + 1) if self.by_channel else range(shape[-1])

    def parameters(self, shape: Shape) -> int:
        """Count of learned numbers for an input of `shape`."""
        return sum(math.prod(s) for s in self.weight_shapes(shape).values())

    def multiplications(self, shape: Shape) -> int:
        """Count of multiplications for one input of `shape`, padding included."""
        return 0

    # Numbers

    @abstractmethod
    def before(self, x: Array, weights: Weights) -> Array:
        """Compute the output before the activation function (for a pool: the output).

        Parameters
        ----------
        x : array, shape `shape`, or that with N before it for a batch
        weights : mapping of the names in `weight_shapes` to arrays
        """

    def activate(self, z: Array) -> Array:
        """Apply the activation function to what `before` returned."""
        return activations.find(self.activation)(z)

    def steps(self, x: Array, weights: Weights, filter: int) -> ConvSteps | PoolSteps | None:
        """Give the single steps that compute one response map of a picture, row after row.

        None: no window slides over the input.
        """
        return None

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends | None:
        """Write one output cell, before the activation, as the sum that it is.

        Parameters
        ----------
        x : array (H, W, C)
            What the layer reads; a vector as a map of one place.
        weights : mapping of str to array
        cell : (row, col, channel)
            Of the output.

        Returns
        -------
        Addends or None
            None: the cell hands on a value, `origin` says whose.
        """
        return None

    def stages(self, x: float, weights: Weights, channel: int) -> tuple[Stage, ...] | None:
        """Say how a cell's value is made of the one number `x` that it reads, step by step.

        None: it is told as the sum that it is.
        """
        return None

    def origin(self, x: Array, cell: Cell) -> Cell | None:
        """For a layer that hands on: the input cell whose value an output cell is.

        Of equal maxima the first in row-major order; None: the padding.
        """
        return cell

    def backward(self, *, first: bool = False) -> Backward:
        """Make the object that runs a batch forwards and backwards, for training.

        Parameters
        ----------
        first : bool
            The gradient by the layer's input is not needed.

        Raises
        ------
        ValueError
            No gradient is known for this kind of layer.
        """
        raise ValueError(
            Message(
                "{name}: no gradient is known for a {kind} layer", name=self.name, kind=self.kind
            )
        )

    def gradient(self) -> Backward:
        """Make the object that runs one picture backwards through a network that stands still."""
        return self.backward()

    # Words and code

    def describe(self, shape: Shape) -> tuple[Fact, ...]:
        """Return what there is to know of the layer, for an input of `shape`."""
        facts = [
            Fact("output", terms.OUTPUT, size(self.output_shape(shape))),
            *self._facts(shape),
        ]
        if self.activation != "linear":
            facts.append(Fact("activation", _ACTIVATION, self.activation))
        if self.weight_shapes(shape):
            facts.append(Fact("parameters", terms.PARAMETERS, fmt.count(self.parameters(shape))))
        if self.multiplications(shape):
            cost = fmt.count(self.multiplications(shape))
            facts.append(Fact("multiplications", terms.MULTIPLICATIONS, cost))
        return tuple(facts)

    def _facts(self, shape: Shape) -> list[Fact]:
        """What only this kind of layer has to tell."""
        return []

    def code(self, dialect: Dialect, shape: Shape, cell: Cell) -> list[str]:
        """Write lines that compute one output cell and print it.

        Parameters
        ----------
        dialect : {"numpy", "keras", "torch"}
        shape : tuple of int
            Of the input.
        cell : (row, col, channel)

        Returns
        -------
        list of str
            They begin with `network`, and `x`, what the layer reads of one picture. In NumPy sums
            are made in float64 and rounded once, as everywhere in this package; Keras and
            PyTorch compute the whole layer in float64.
        """
        writers = {"numpy": self._numpy, "keras": self._keras, "torch": self._torch_layer}
        return writers[dialect](shape, cell)

    @abstractmethod
    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        """The lines of NumPy."""

    @abstractmethod
    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        """The lines of Keras."""

    @abstractmethod
    def _torch(self, shape: Shape) -> list[str]:
        """The lines of PyTorch that make `z`, the layer before its activation, of a batch `x`."""

    def _torch_layer(self, shape: Shape, cell: Cell) -> list[str]:
        """The lines that give PyTorch a batch of one, channels first, and print the cell."""
        order = ".permute(2, 0, 1)" if len(shape) == 3 else ""
        vector = len(self.output_shape(shape)) == 1
        at = f"{cell[2]}" if vector else f"{cell[2]}, {cell[0]}, {cell[1]}"
        function = activations.find(self.activation).torch
        return [
            "",
            f"x = torch.tensor(x, dtype=torch.float64){order}.unsqueeze(0)",
            *self._torch(shape),
            *([] if function == "z" else [f"z = {function}"]),
            f"print(np.float32(z[0, {at}]))",
        ]

    def _torch_weight(self, part: str) -> str:
        return f"torch.tensor({self._weight(part)}, dtype=torch.float64)"

    def _weight(self, part: str) -> str:
        return f'network.weights["{self.name}/{part}"]'

    def _keras_layer(
        self,
        shape: Shape,
        cell: Cell,
        arguments: list[str],
        *,
        kind: str = "",
        prepare: list[str] | None = None,
    ) -> list[str]:
        """The lines that make a Keras layer of these arguments, run it, and print the cell."""
        arguments = [*arguments, 'dtype="float64"']
        lines = ["", *(prepare or [])]
        lines.append(f"layer = keras.layers.{kind or self.kind}({', '.join(arguments)})")
        if parts := self._keras_parts(shape):
            lines += [
                "layer.build((None, *x.shape))",
                f"parts = {', '.join(parts)}{',' if len(parts) == 1 else ''}",
                "layer.set_weights(parts)",
            ]
        return [
            *lines,
            "output = keras.ops.convert_to_numpy(layer(x[np.newaxis]))",
            f"print(np.float32(output[0, {place(cell, self.output_shape(shape))}]))",
        ]

    def _keras_parts(self, shape: Shape) -> list[str]:
        """What the weights of Keras's layer are set to."""
        return [self._weight(part) for part in self.weight_shapes(shape)]

    def _printed(self, function: str | None = None) -> list[str]:
        """The last line of NumPy, which prints the activation of `z`."""
        line = f"print({function or activations.find(self.activation).numpy})"
        return ["import math", line] if "math." in line else [line]

    # Files

    def to_dict(self) -> dict[str, Any]:
        """Describe the layer as plain JSON data; `layer_from_dict` is the way back.

        What is given by keyword alone is left out where it has its default.
        """
        told = (f for f in fields(self) if not (f.kw_only and getattr(self, f.name) == f.default))
        values = {f.name: getattr(self, f.name) for f in told}
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
        return {"kind": self.kind, **plain}

    # Helpers of the kinds

    def _fill(self, **values: object) -> None:
        # The class is frozen: only object's own __setattr__ may fill in what was normalised.
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _count(self, what: str, value: object) -> int:
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(
                Message(
                    "{name}: {what} must be a whole number above 0, not {value!r:.40}",
                    name=self.name,
                    what=what,
                    value=value,
                )
            )
        return int(value)

    def _number(self, what: str, value: object, *, above: float = -math.inf) -> float:
        real = isinstance(value, (int, float, np.integer, np.floating))
        if not real or isinstance(value, bool) or not above < float(value) < math.inf:  # type: ignore[arg-type]
            wanted = Message("a number")
            if above != -math.inf:
                wanted = Message("a number above {bound:g}", bound=above)
            raise ValueError(
                Message(
                    "{name}: {what} must be {wanted}, not {value!r:.40}",
                    name=self.name,
                    what=what,
                    wanted=wanted,
                    value=value,
                )
            )
        return float(value)  # type: ignore[arg-type]

    def _flag(self, what: str, value: object) -> bool:
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(
                Message(
                    "{name}: {what} must be true or false, not {value!r:.40}",
                    name=self.name,
                    what=what,
                    value=value,
                )
            )
        return bool(value)

    def _map_shape(self, shape: Shape) -> tuple[int, int, int]:
        if len(shape) != 3:
            raise ValueError(
                Message(
                    "{name}: a {kind} layer reads maps (height, width, channels), not shape "
                    "{shape}: put it before the Flatten layer",
                    name=self.name,
                    kind=self.kind,
                    shape=shape,
                )
            )
        return shape[0], shape[1], shape[2]


class WindowLayer(Layer):
    """A layer whose window slides over maps."""

    @property
    @abstractmethod
    def window(self) -> Window:
        """The window."""

    def _normalise(self, padding: PaddingLike, **sizes: PairLike) -> None:
        """Make pairs of the sizes and a tuple of the padding; Window says what is wrong."""
        try:
            self._fill(**{name: pair(name, value) for name, value in sizes.items()})
            self._fill(padding=tuple(padding) if isinstance(padding, list) else padding)
            _ = self.window
        except (TypeError, ValueError) as error:
            raise type(error)(Message("{name}: {error}", name=self.name, error=error)) from error

    def _output_size(self, shape: Shape) -> Pair:
        height, width, _ = self._map_shape(shape)
        try:
            return self.window.output_size((height, width))
        except ValueError as error:
            raise ValueError(Message("{name}: {error}", name=self.name, error=error)) from error

    def _facts(self, shape: Shape) -> list[Fact]:
        window = self.window
        facts = [
            Fact("window", terms.WINDOW, fmt.shape(window.kernel_size)),
            Fact("stride", _STRIDE, fmt.shape(window.stride)),
        ]
        if window.dilation != (1, 1):
            facts.append(Fact("dilation", _DILATION, fmt.shape(window.dilation)))
        around = window.margins((shape[0], shape[1]))
        if any(around):
            facts.append(Fact("padding", _PADDING, ", ".join(map(str, around))))
        return facts

    def _pad_lines(self, shape: Shape, fill: str = "") -> list[str]:
        """A line that pads `x` as the window needs it; none if there is nothing to add."""
        top, bottom, left, right = margins = self._margins(shape)
        if not any(margins):
            return []
        return [f"x = np.pad(x, (({top}, {bottom}), ({left}, {right}), (0, 0)){fill})"]

    def _torch_pad_lines(self, shape: Shape, fill: str = "") -> list[str]:
        """The same for a batch `x` of PyTorch."""
        top, bottom, left, right = margins = self._margins(shape)
        sides = f"({left}, {right}, {top}, {bottom})"
        return [f"x = functional.pad(x, {sides}{fill})"] if any(margins) else []

    def _margins(self, shape: Shape) -> Margins:
        return self.window.margins((shape[0], shape[1]))


def glorot(random: np.random.Generator, shape: Shape, read: int, written: int) -> Array:
    """Draw weights uniformly from ±sqrt(6 / (fan_in + fan_out)), as Keras does.

    The fans are the window's cells times the channels read and written (Glorot and Bengio,
    *Understanding the difficulty of training deep feedforward neural networks*, 2010).
    """
    limit = math.sqrt(6 / (math.prod(shape[:-2]) * (read + written)))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def size(shape: Shape) -> str:
    """Write a shape: "26 × 26 × 32", or "1,152"."""
    return fmt.count(shape[0]) if len(shape) == 1 else fmt.shape(shape)


def place(cell: Cell, shape: Shape) -> str:
    """Write the index of a cell of an array of `shape`, a map or a vector."""
    return ", ".join(map(str, cell if len(shape) == 3 else cell[2:]))


def cells(start: int, count: int, step: int = 1) -> str:
    """Write the slice of `count` cells from `start`, `step` apart."""
    return f"{start}:{start + (count - 1) * step + 1}" + (f":{step}" if step > 1 else "")


_ACTIVATION = Caption(en="activation", zh="激活函数")
_STRIDE = Caption(en="stride", zh="步幅")
_DILATION = Caption(en="dilation", zh="膨胀率")
_PADDING = Caption(en="padding (top, bottom, left, right)", zh="填充（上、下、左、右）")
