"""What is given: digits, MNIST, pictures of one's own, classic kernels, and what was measured.

`digits` are the bundled ones, `examples` those that lessons show, `mnist` the whole data set,
`pictures` reads a file, `kernels` names the classics, `facts` are the stored measurements.
"""
