"""A batch normalization that goes into the convolution before it: kernel, bias, same map."""

from convexplain.lessons.batch_norm import BatchNorm

Options = BatchNorm
QUOTES = ("fold", "same")
