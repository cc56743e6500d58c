"""Networks: layers in a row, with their weights."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError, UsageError, choose, either
from convexplain.messages import Message
from convexplain.network import bundled, check_shapes, fast, modelfile
from convexplain.network.blas import one_thread
from convexplain.network.check_shapes import INPUT
from convexplain.network.layers import Layer, Shape
from convexplain.network.summary import Row, table
from convexplain.ops import ReceptiveField, Window
from convexplain.ops.geometry import Pair
from convexplain.ops.receptive_field import reads
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.network.readers import Imported

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Network:
    """Layers and weights, immutable; call it with pictures to get its answers.

    Parameters
    ----------
    layers : sequence of Layer
        In the order of computation, names unique; each reads the one before it, or its `inputs`.
    weights : mapping of str to array
        Named by layer and part, as in `Layer.weight_shapes`: "conv1/kernel" (kH, kW, C_in,
        C_out), "conv1/bias" (C_out,), "dense/kernel" (inputs, units), "dense/bias" (units,);
        kept as read-only float32 copies.
    input_shape : (int, int, int)
        Height, width and channels of a picture.
    provenance : mapping
        JSON data on where the weights come from; kept in the file.
    recipe : Recipe, optional
        How a picture becomes the input, and what the classes are called; kept in the file. Without
        one, the values of a gray or colour picture from 0 to 1, and classes by their numbers.

    Raises
    ------
    ValueError
        Layers or a recipe that do not fit one another, or a missing, extra, mis-shaped or
        non-finite weight.
    """

    layers: tuple[Layer, ...]
    weights: Mapping[str, FloatArray] = field(repr=False)
    input_shape: tuple[int, int, int] = field(default=bundled.CHAPTER_INPUT, kw_only=True)
    provenance: Mapping[str, Any] = field(default_factory=dict, kw_only=True, repr=False)
    recipe: Recipe | None = field(default=None, kw_only=True, repr=False)

    #: Shape of each layer's output for one picture, in order.
    shapes: Mapping[str, Shape] = field(init=False, repr=False)

    _parts: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _inputs: Mapping[str, Shape] = field(init=False, repr=False)
    _sources: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _fields: Mapping[str, ReceptiveField] = field(init=False, repr=False)
    _windows: Mapping[str, tuple[Window, Pair] | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        layers = tuple(self.layers)
        input_shape = check_shapes.input_shape(self.input_shape)
        inputs, shapes = check_shapes.shapes(layers, input_shape)
        parts = {layer.name: layer.weight_shapes(inputs[layer.name]) for layer in layers}
        wanted = {
            f"{name}/{part}": shape
            for name, shapes_of in parts.items()
            for part, shape in shapes_of.items()
        }
        fields, windows = check_shapes.fields(layers, input_shape[:2])
        self._set("layers", layers)
        self._set("_parts", {name: tuple(shapes_of) for name, shapes_of in parts.items()})
        self._set("_inputs", inputs)
        self._set("_sources", check_shapes.sources(layers))
        self._set("_fields", fields)
        self._set("_windows", windows)
        self._set("input_shape", input_shape)
        self._set("shapes", MappingProxyType(shapes))
        self._set("recipe", check_shapes.recipe(self.recipe, input_shape, self.classes))
        self._set("weights", MappingProxyType(check_shapes.weights(self.weights, wanted)))
        self._set("provenance", MappingProxyType(check_shapes.provenance(self.provenance)))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only mapping cannot be pickled: it is made anew, and checked, on the other side.
        make = partial(
            Network,
            input_shape=self.input_shape,
            provenance=dict(self.provenance),
            recipe=self.recipe,
        )
        return make, (self.layers, dict(self.weights))

    # Making, loading, saving

    @classmethod
    def initialised(
        cls,
        layers: Sequence[Layer] = bundled.CHAPTER_LAYERS,
        seed: int = 0,
        *,
        input_shape: tuple[int, int, int] = bundled.CHAPTER_INPUT,
    ) -> Network:
        """Make an untrained network: Keras's Glorot-uniform kernels, biases zero.

        Parameters
        ----------
        layers : sequence of Layer
        seed : int
            The same seed gives the same weights.
        input_shape : (int, int, int)
        """
        random = np.random.default_rng(seed)
        inputs, _ = check_shapes.shapes(tuple(layers), check_shapes.input_shape(input_shape))
        weights = {
            f"{layer.name}/{part}": values
            for layer in layers
            for part, values in layer.initial(inputs[layer.name], random).items()
        }
        return cls(tuple(layers), weights, input_shape=input_shape)

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str] = "cnn") -> Network:
        """Load a bundled network by name, or one from a file.

        Parameters
        ----------
        name_or_path : str or path
            "cnn" (the chapter's convnet), "dense" (the baseline), "blocks" (digits by newer
            layers), "photo" (which reads photographs of ten kinds of things), a file that `save`
            wrote, or one of Keras (.keras, .h5), ONNX, or TensorFlow.js (model.json); what kind
            it is, its content tells. What was assumed of such a file is in `provenance`.

        Raises
        ------
        ConvexplainError
            There is no such file, or it is refused; the text gives the reason.
        """
        if isinstance(name_or_path, str) and name_or_path in bundled.BUNDLED:
            asset = resources.files("convexplain") / "assets" / bundled.BUNDLED[name_or_path]
            if name_or_path in bundled.OPTIONAL and not asset.is_file():
                raise ConvexplainError(
                    "the network {name_or_path!r} was left out of this copy of convexplain: give "
                    "cnn, dense or a file, or install a copy that has it",
                    name_or_path=name_or_path,
                )
            with resources.as_file(asset) as path:
                return _shipped(path, path.stat().st_mtime_ns if path.is_file() else 0)
        if not Path(name_or_path).exists():
            raise ConvexplainError(
                "there is no model {name_or_path!r}: give the path of a .safetensors file, or "
                "{shipped} for a network that ships with the package",
                name_or_path=os.fspath(name_or_path),
                shipped=either(bundled.shipped()),
            )
        if not modelfile.is_one(name_or_path):
            return cls.imported(name_or_path)
        return cls._load_file(name_or_path)

    @classmethod
    def imported(
        cls, path: str | os.PathLike[str], *, size: tuple[int, int] | None = None
    ) -> Network:
        """Load a network of another program: Keras, ONNX, TensorFlow.js.

        Parameters
        ----------
        path : path
        size : (int, int), optional
            Height and width of the input, where the file leaves them open.

        Raises
        ------
        ConvexplainError
            The file is refused; the text gives the reason and the next step.
        """
        from convexplain.network import readers

        return cls.of(readers.read(path, size), os.fspath(path))

    @classmethod
    def of(cls, found: Imported, name: str) -> Network:
        """Make a network of what a reader found.

        Parameters
        ----------
        found : convexplain.network.readers.Imported
        name : str
            What it was read from, for errors.

        Raises
        ------
        ConvexplainError
            Its layers and weights do not fit one another.
        """
        from convexplain.network.readers.building import build

        try:
            parts = build(found)
            return cls(
                parts.layers,
                parts.weights,
                input_shape=found.input_shape,
                provenance={"origin": dict(found.origin), "notes": list(parts.notes)},
                recipe=parts.recipe,
            )
        except (TypeError, ValueError) as error:
            raise ConvexplainError("{name} is refused: {error}", name=name, error=error) from error

    @classmethod
    def _load_file(cls, path: str | os.PathLike[str]) -> Network:
        content = modelfile.read(path)
        try:
            return cls(
                content.layers,
                content.weights,
                input_shape=content.input_shape,
                provenance=content.provenance,
                recipe=content.recipe,
            )
        except ValueError as error:
            raise ConvexplainError(
                "{path} is refused: {error}", path=os.fspath(path), error=error
            ) from error

    def save(self, path: str | os.PathLike[str], *, dtype: str = "float32") -> None:
        """Write a safetensors file with architecture and provenance, whole or not at all.

        Parameters
        ----------
        path : path
        dtype : {"float32", "float16"}
            float16 halves the file and rounds the weights to 11 bits.

        Raises
        ------
        ConvexplainError
            The file cannot be written, or float16 cannot hold a weight.
        """
        modelfile.write(path, self.content, dtype=dtype)

    @property
    def content(self) -> modelfile.Content:
        """What a file of this network holds; a recipe that any reader would assume is left out."""
        assumed = self.recipe == Recipe.of(self.input_shape)
        return modelfile.Content(
            self.layers,
            self.weights,
            self.input_shape,
            self.provenance,
            None if assumed else self.recipe,
        )

    # Pictures and classes

    def prepare(self, picture: Picture) -> FloatArray:
        """Give what this network reads of a picture, by its recipe.

        Parameters
        ----------
        picture : Picture
            Of any size; see `Recipe.fit`.

        Returns
        -------
        float32 array, shape `input_shape`

        Raises
        ------
        UsageError
            A colour picture for a network that reads gray ones, or a network whose input is no
            picture.
        """
        return self.reading.numbers(picture)

    @property
    def reading(self) -> Recipe:
        """The recipe of a network that reads pictures.

        Raises
        ------
        UsageError
            The input has neither the channel of a gray picture nor the three of a colour one.
        """
        if self.recipe is None:
            raise UsageError(
                "the network reads {input_shape}, which is no picture: give one that reads 1 "
                "channel (gray) or 3 (colour)",
                input_shape=fmt.shape(self.input_shape),
            )
        return self.recipe

    def class_name(self, index: int) -> Caption:
        """Return what a class is called, its number if it has no name."""
        return Caption(str(index), str(index)) if self.recipe is None else self.recipe.name(index)

    @property
    def outputs(self) -> int:
        """How many numbers the last layer puts out for each place: in a classifier, the classes."""
        return self.shapes[self.layers[-1].name][-1]

    @property
    def classifier(self) -> Layer:
        """The layer whose sums are the logits: the last, or what a softmax of its own reads."""
        layer = self.layers[-1]
        while layer.hands_on or layer.family == "activation":
            source = self.sources(layer.name)[0]
            if source == check_shapes.INPUT or self.layer(source).activation != "linear":
                break
            layer = self.layer(source)
        return layer

    @property
    def ending(self) -> str:
        """The activation that the logits go through: "softmax", "linear" for none, "sigmoid"."""
        return self.layers[-1].activation

    @property
    def classes(self) -> int:
        """How many classes there are to choose from; a single output stands for two: no and yes."""
        return max(2, self.outputs)

    @property
    def reads_digits(self) -> bool:
        """Whether the classes are the ten digits: so many, and of no other names.

        In colour they must be named so: ten unnamed classes of photographs are no digits.
        """
        names = () if self.recipe is None else self.recipe.classes
        digits = all(name.en == str(n) for n, name in enumerate(names))
        return self.outputs == 10 and digits and (bool(names) or self.input_shape[2] == 1)

    def chosen(self, outputs: ArrayLike) -> NDArray[np.intp]:
        """Return the class that each of some answers names.

        Parameters
        ----------
        outputs : array, shape (..., outputs)
            What the network puts out.
        """
        answers = np.asarray(outputs)
        if self.outputs > 1:
            return np.asarray(answers.argmax(axis=-1))
        least = 0.5 if self.ending == "sigmoid" else 0.0
        return (answers[..., 0] > least).astype(np.intp)

    # Computing

    def __call__(self, x: ArrayLike, *, threads: int = 1) -> FloatArray:
        """Compute the last layer's output: in a classifier, the probabilities.

        `x`: values 0 to 1; anything but float32 is converted to it. `threads`: parts of a batch
        that are computed at the same time. Result, (outputs,) or (N, outputs): a batch is computed
        in a faster way: equal to `activations` but for the last bits of float32. Raises TypeError,
        ValueError: pictures of another shape or kind; the text gives the rule. Raises
        ConvexplainError: weights so large that the numbers grow beyond float32.
        """
        if threads < 1:
            raise ValueError(Message("threads must be at least 1, not {threads}", threads=threads))
        x = self.checked(x)
        if x.ndim == 4:
            return check_shapes.finite(
                fast.forward(self.layers, self._sources, self.weights, x, threads=threads)
            )
        return list(self.activations(x).values())[-1]

    def activations(self, x: ArrayLike) -> dict[str, FloatArray]:
        """Compute every layer's output, after its activation.

        Parameters
        ----------
        x : array, shape `input_shape`, or that with N before it for a batch

        Returns
        -------
        dict of layer name to float32 array
            In the order of the layers; shapes as in `shapes`, with N before for a batch.
        """
        x = self.checked(x)
        outputs: dict[str, FloatArray] = {INPUT: x}
        for layer in self.layers:
            x = self.gather(layer, outputs)
            with one_thread(), np.errstate(over="ignore", invalid="ignore"):
                before = check_shapes.finite(layer.before(x, self.weights_of(layer.name)))
            outputs[layer.name] = layer.activate(before)
        del outputs[INPUT]
        return outputs

    def gather(self, layer: Layer, outputs: Mapping[str, FloatArray]) -> FloatArray:
        """Give what a layer reads, from the picture ("input") and the layers' outputs.

        Of several inputs, the channels stand one behind the other.
        """
        arrays = [outputs[name] for name in self.sources(layer.name)]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-1)

    def exact(self, layer: Layer, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute one layer with sums in float64, rounded to float32 when they are complete.

        That makes the numbers the same on every type of CPU, which float32 sums are not.

        Parameters
        ----------
        layer : Layer
            One of this network's.
        x : float32 array
            What the layer reads, for one picture or a batch.

        Returns
        -------
        before, activated : float32 array
            The output before and after the activation.
        """
        if layer.hands_on:  # nothing is added up
            x = layer.before(x, {})
            return x, x
        with one_thread():
            sums = layer.before(x.astype(np.float64), self.weights_of(layer.name))
        with np.errstate(over="ignore"):
            before = check_shapes.finite(sums.astype(np.float32))
        if layer.activation == "linear":
            return before, before
        return before, layer.activate(before.astype(np.float64)).astype(np.float32)

    def checked(self, x: ArrayLike) -> FloatArray:
        """Return `x` as float32 if this network can read it, else say why not.

        Raises
        ------
        TypeError
            Not real numbers.
        ValueError
            Another shape, no pictures, NaN or infinity.
        """
        return check_shapes.pictures(x, self.input_shape)

    # Asking about layers

    def layer(self, name: str) -> Layer:
        """Find a layer by its name.

        Raises
        ------
        UsageError
            There is none of that name; the text lists those there are.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UsageError(
            "there is no layer {name!r}: {choice}",
            name=name,
            choice=choose(name, [each.name for each in self.layers]),
        )

    def weights_of(self, name: str) -> dict[str, FloatArray]:
        """The layer's weights by their part, such as "kernel"; empty for a layer without."""
        return {part: self.weights[f"{name}/{part}"] for part in self._parts[name]}

    def biases(self, name: str) -> FloatArray:
        """The layer's biases, one for each channel of its output; zeros if it has none."""
        channels = self.shapes[self.layer(name).name][-1]
        return self.weights.get(f"{name}/bias", np.zeros(channels, np.float32))

    def input_of(self, name: str) -> Shape:
        """Shape of what the layer reads, for one picture."""
        return self._inputs[self.layer(name).name]

    @property
    def is_chain(self) -> bool:
        """Whether every layer reads the one before it, and nothing else."""
        names = [INPUT, *(layer.name for layer in self.layers)]
        return all(self._sources[after] == (name,) for name, after in pairwise(names))

    def sources(self, name: str) -> tuple[str, ...]:
        """Names of the layers that a layer reads; "input" is the picture."""
        return self._sources[self.layer(name).name]

    def windows(self, name: str) -> tuple[Window, ...]:
        """The chain of windows from the picture to a layer's output.

        Layers that look at one place add none. The first dense layer reads a whole map: one
        window of the map's size. Of several inputs, the first is followed.
        """
        chain: list[Window] = []
        name = self.layer(name).name
        while name != INPUT:
            if (seen := self._windows[name]) is not None:
                chain.append(seen[0])
            name = self._sources[name][0]
        return tuple(reversed(chain))

    def receptive_field(self, name: str) -> ReceptiveField:
        """What one output of a layer sees of the picture: size, step and start, in pixels."""
        return self._fields[self.layer(name).name]

    def unseen(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the picture that no output of the last layer ever depends on."""
        places: dict[str, tuple[set[int], set[int]]] = {}
        for layer in reversed(self.layers):
            if layer is self.layers[-1]:
                rows, cols = self._places(layer.name)
                places[layer.name] = set(range(rows)), set(range(cols))
            read = places.get(layer.name, (set(), set()))
            if (seen := self._windows[layer.name]) is not None:
                read = reads(*seen, read)
            for name in self._sources[layer.name]:
                others = places.get(name, (set(), set()))
                places[name] = read[0] | others[0], read[1] | others[1]
        down, across = (
            tuple(sorted({*range(count)} - seen))
            for count, seen in zip(self.input_shape[:2], places[INPUT], strict=True)
        )
        return down, across

    def _places(self, name: str) -> Pair:
        """Rows and columns of a layer's output; a vector lies on the places of its map."""
        while True:
            if (seen := self._windows[name]) is not None:
                return seen[0].output_size(seen[1])
            name = self._sources[name][0]
            if name == INPUT:
                return self.input_shape[0], self.input_shape[1]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The summary as data: one row a layer."""
        return tuple(
            Row(
                layer.name,
                layer.kind,
                self.shapes[layer.name],
                layer.parameters(self.input_of(layer.name)),
                layer.multiplications(self.input_of(layer.name)),
            )
            for layer in self.layers
        )

    @property
    def parameters(self) -> int:
        """Count of all learned numbers."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiplications(self) -> int:
        """Count of all multiplications for one picture."""
        return sum(row.multiplications for row in self.rows)

    def summary(self) -> str:
        """Write a table like Keras's: layer, kind, output shape, parameters, multiplications."""
        return table(self.input_shape, self.rows)


@lru_cache
def _shipped(path: Path, changed: int) -> Network:
    """Read a bundled network once, as long as its file stays as it is; nobody can change it."""
    return Network._load_file(path)
