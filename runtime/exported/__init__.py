"""Source that every export carries, word for word, and that the application itself runs.

The compiler reads these files as text and copies the functions a board needs, with the functions,
classes, constants and imports they use. Where each file lands in an export:

    data, images, toys, tables   data.py
    processes                    processes.py
    threads                      threads.py
    checkpoint                   checkpoint.py
    arguments                    arguments.py
    losses, layers, neurons      losses.py, layers.py, neurons.py
    latents                      latents.py
    sampling                     sampling.py, where the board generates

`from runtime.exported.FILE import NAME` is the one way these files refer to each other. In an
export it becomes `from FILE import NAME`, or nothing where both land in the same file. They import
torch, the standard library, numpy, scikit-learn and Pillow, and nothing else of Neurowire.
"""
