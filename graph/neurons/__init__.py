"""Drawn neurons gathered into matrices.

Neurons of equal depth, activation and bias whose wires come from the same tensors become one
layer: `nn.Linear` where every neuron is wired to every input, else `MaskedLinear`. Depth counts
the neurons on the longest path, whatever lies between them, so no layer can need itself.
Linked neurons keep their shared weights: a layer and its linked copy are one module called
twice. Neurons of irregular wiring or mixed activations, that would be many small layers, are one
`WiredNeurons`, where that is faster.
"""

from graph.neurons.columns import Column
from graph.neurons.gathering import gather
from graph.neurons.layers import Gathered, LayerCall, NeuronLayer, Rows, Weight

__all__ = ["Column", "Gathered", "LayerCall", "NeuronLayer", "Rows", "Weight", "gather"]
