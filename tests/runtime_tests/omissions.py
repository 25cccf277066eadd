"""Classes of torch.nn that have no node of their own, each with the reason."""

from __future__ import annotations

_SIZES = ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
_PADS = ("Circular", "Constant", "Reflection", "Replication", "Zero")

PARAMETERS: dict[str, str] = {
    **{f"{fill}Pad{axes}d": "shape.pad" for fill in _PADS for axes in (1, 2, 3)},
    "UpsamplingNearest2d": "shape.interpolate",
    "UpsamplingBilinear2d": "shape.interpolate",
    "NLLLoss2d": "loss.nll",
}
"""Classes that are another class with other parameters, and the node that stands for them."""

PLANNED: dict[str, str] = {
    **dict.fromkeys(
        ("RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell"), "planned family: recurrent"
    ),
    **dict.fromkeys(
        (
            "MultiheadAttention",
            "Transformer",
            "TransformerEncoder",
            "TransformerEncoderLayer",
            "TransformerDecoder",
            "TransformerDecoderLayer",
        ),
        "planned family: attention",
    ),
}
"""Classes whose family comes later."""

OMITTED: dict[str, str] = {
    **{f"Lazy{name}{axes}d": "sizes come from the wires" for name in _SIZES for axes in (1, 2, 3)},
    "LazyLinear": "sizes come from the wires",
    **dict.fromkeys(
        ("Container", "Module", "ModuleDict", "ModuleList", "Sequential"),
        "a sheet is the container, and its wires are the order",
    ),
    **dict.fromkeys(("ParameterDict", "ParameterList"), "a container of bare parameters"),
    **dict.fromkeys(("RNNBase", "RNNCellBase"), "a base class of torch's own"),
    "CrossMapLRN2d": "superseded by LocalResponseNorm, and kept by torch for old files only",
    "DataParallel": "the exported loop serves many processes, which torch advises instead",
    "SyncBatchNorm": "needs a process group and a GPU for each process to be built at all",
}
"""Classes left out for good."""

_SIZES = ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
_PADS = ("Circular", "Constant", "Reflection", "Replication", "Zero")

PARAMETERS: dict[str, str] = {
    **{f"{fill}Pad{axes}d": "shape.pad" for fill in _PADS for axes in (1, 2, 3)},
    "UpsamplingNearest2d": "shape.interpolate",
    "UpsamplingBilinear2d": "shape.interpolate",
    "NLLLoss2d": "loss.nll",
}
"""Classes of torch.nn that are another class with other parameters, and the node that stands for them."""

PLANNED: dict[str, str] = {
    **dict.fromkeys(
        ("RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell"), "planned family: recurrent"
    ),
    **dict.fromkeys(
        (
            "MultiheadAttention",
            "Transformer",
            "TransformerEncoder",
            "TransformerEncoderLayer",
            "TransformerDecoder",
            "TransformerDecoderLayer",
        ),
        "planned family: attention",
    ),
}
"""Classes of torch.nn whose family comes later."""

LAYERS: dict[str, str] = {
    **{f"Lazy{name}{axes}d": "sizes come from the wires" for name in _SIZES for axes in (1, 2, 3)},
    "LazyLinear": "sizes come from the wires",
    **dict.fromkeys(
        ("Container", "Module", "ModuleDict", "ModuleList", "Sequential"),
        "a sheet is the container, and its wires are the order",
    ),
    **dict.fromkeys(("ParameterDict", "ParameterList"), "a container of bare parameters"),
    **dict.fromkeys(("RNNBase", "RNNCellBase"), "a base class of torch's own"),
    "CrossMapLRN2d": "superseded by LocalResponseNorm, and kept by torch for old files only",
    "DataParallel": "the exported loop serves many processes, which torch advises instead",
    "SyncBatchNorm": "needs a process group and a GPU for each process to be built at all",
}
"""Other classes of torch.nn, losses aside, that are left out for good."""
