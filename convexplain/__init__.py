"""Videos that show how a convolution works: every number and every colour computed."""

__version__ = "0.1.0"
