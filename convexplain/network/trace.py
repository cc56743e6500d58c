"""One picture on its way through a network, forwards and backwards: all that is ever shown."""

from __future__ import annotations

from convexplain.errors import UsageError
from convexplain.network.attribution import Node, trace_back
from convexplain.network.backward import BackwardTrace
from convexplain.network.forward import Forward
from convexplain.ops import ConvSteps, PoolSteps


class Trace(Forward):
    """All that one picture makes a network compute, and what each number is made of.

    Parameters
    ----------
    network : Network
    image : array, shape `network.input_shape`
        One picture, values 0 to 1.

    Attributes
    ----------
    network : Network
    image : float32 array (H, W, C), read-only
    activations : mapping of layer name to float32 array, read-only
        What each layer puts out, after its activation.

    Raises
    ------
    TypeError, ValueError
        A picture that the network cannot read.
    """

    def steps(self, layer: str, filter: int = 0) -> ConvSteps | PoolSteps:
        """The single steps that compute one response map, row after row.

        Parameters
        ----------
        layer : str
            A convolution or pooling layer.
        filter : int
            The response map, counted from 0; in a pooling layer, the channel.

        Raises
        ------
        UsageError
            There is no such layer or filter, or the layer has no steps.
        """
        spec = self.network.layer(layer)
        self.check(spec, filter)
        steps = spec.steps(self.input_of(layer), self.network.weights_of(layer), filter)
        if steps is None:
            raise UsageError(
                "layer {layer} ({kind}) has no window that moves: choose a convolution or pooling "
                "layer",
                layer=layer,
                kind=spec.kind,
            )
        return steps

    def pixel(self, layer: str, filter: int, row: int, col: int, *, parts: int = 3) -> Node:
        """Follow one activation back to the picture: what made it, layer by layer.

        Parameters
        ----------
        layer : str
            Any layer with cells at rows and columns; for a dense layer, row and col are 0.
        filter, row, col : int
            The cell, counted from 0. In a pooling layer its maximum is followed.
        parts : int
            How many of the largest contributions (by absolute value) are followed at each layer.

        Returns
        -------
        Node
            Its parts' contributions, `rest` and `bias` add up to `before`, at every node.

        Raises
        ------
        UsageError
            There is no such layer or cell.
        """
        spec = self.network.layer(layer)
        self.check(spec, filter, row, col)
        return trace_back(self, layer, (row, col, filter), parts=parts)

    def backward(self, label: int) -> BackwardTrace:
        """Go back from the loss: what every number and every weight has to do with it.

        Parameters
        ----------
        label : int
            The right class, counted from 0.

        Raises
        ------
        UsageError
            There is no such class, or the network cannot be gone back through.
        """
        return BackwardTrace(self, label)
