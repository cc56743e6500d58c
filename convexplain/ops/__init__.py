"""The operations of a convolutional network: on whole arrays, and one output cell at a time.

Every operation takes one picture (H, W, C) or a batch (N, H, W, C), channels last (`conv1d` takes
samples (L, C), `conv3d` a film (D, H, W, C)), and gives the result in the same form. float32 gives
float32, float64 gives float64, integers become float32; weights take the dtype of `x`. What is
given is never modified.
"""

from convexplain.ops.activations import leaky_relu, log_softmax, relu, sigmoid, softmax, tanh
from convexplain.ops.axes import conv1d, conv1d_steps, conv3d, conv3d_steps
from convexplain.ops.breakdown import Breakdown, Cells, Part
from convexplain.ops.convolution import batch_norm, conv2d, dense, flatten
from convexplain.ops.convolution_steps import (
    ConvStep,
    ConvSteps,
    TransposedSteps,
    conv2d_steps,
    conv2d_transpose_steps,
)
from convexplain.ops.geometry import Box, Window
from convexplain.ops.gradients import GradientStep, GradientSteps, kernel_gradient_steps
from convexplain.ops.patching import pad, patches
from convexplain.ops.pooling import avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d
from convexplain.ops.pooling_steps import (
    PoolStep,
    PoolSteps,
    avg_pool2d_steps,
    max_pool2d_steps,
)
from convexplain.ops.receptive_field import ReceptiveField, receptive_field, unseen
from convexplain.ops.stamps import StampStep, StampSteps, overlaps, stamp_steps
from convexplain.ops.steps import Steps
from convexplain.ops.transposed import conv2d_transpose

__all__ = [
    "Box",
    "Breakdown",
    "Cells",
    "ConvStep",
    "ConvSteps",
    "GradientStep",
    "GradientSteps",
    "Part",
    "PoolStep",
    "PoolSteps",
    "ReceptiveField",
    "StampStep",
    "StampSteps",
    "Steps",
    "TransposedSteps",
    "Window",
    "avg_pool2d",
    "avg_pool2d_steps",
    "batch_norm",
    "conv1d",
    "conv1d_steps",
    "conv2d",
    "conv2d_steps",
    "conv2d_transpose",
    "conv2d_transpose_steps",
    "conv3d",
    "conv3d_steps",
    "dense",
    "flatten",
    "global_avg_pool2d",
    "global_max_pool2d",
    "kernel_gradient_steps",
    "leaky_relu",
    "log_softmax",
    "max_pool2d",
    "max_pool2d_steps",
    "overlaps",
    "pad",
    "patches",
    "receptive_field",
    "relu",
    "sigmoid",
    "softmax",
    "stamp_steps",
    "tanh",
    "unseen",
]
