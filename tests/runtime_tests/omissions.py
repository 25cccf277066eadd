"""What torch has and Neurowire leaves out on purpose, with the reason."""

LOSSES: dict[str, str] = {}
"""Classes of torch.nn whose names end in Loss: none is left out."""

OPTIMIZERS = {
    "Optimizer": "the base of all, no rule of its own",
    "LBFGS": "it computes the loss anew several times within one step, by a closure; a board's "
    "step computes it once, for one batch, and other steps may share what it computed",
    "SparseAdam": "it takes sparse gradients only, and no layer of ours gives these: many "
    "processes and clipping can't take them",
}
"""Public classes of torch.optim."""

WITHOUT_INIT = {
    "loss.adaptive_log_softmax": "several layers of torch's own in one",
    "neuron.neuron": "neurons that are drawn alike are one layer: each would need its own",
    "neuron.bias": "one number, which starts at 1",
}
"""Nodes that learn and do not say how their weights start."""

SCHEDULES = {
    "LRScheduler": "the base of all, no rule of its own",
    "LambdaLR": "it takes a function, and a board holds no code",
    "MultiplicativeLR": "the same",
}
"""Public classes of torch.optim.lr_scheduler."""

OPTIMIZER_ARGUMENTS = {
    "params": "what the node trains",
    "foreach": "how torch runs the rule, not what it computes; torch chooses",
    "fused": "the same; written where it serves every device",
    "capturable": "for CUDA graphs, which exports do not use",
    "differentiable": "for gradients through the step itself",
    "maximize": "a loss is made small; put a minus before it",
    "decoupled_weight_decay": "Adam with it is AdamW, a node of its own",
    "ns_coefficients": "numbers found by search, of one piece with the rule",
    "eps": "Adafactor's is a pair, one of them None; Muon's never matters",
}
"""Arguments of torch.optim's rules that some nodes do not show."""

LOSS_ARGUMENTS = {
    "size_average": "deprecated by torch",
    "reduce": "deprecated by torch",
    "reduction": "a loss is one number; where a sum matters the node has batchmean",
    "weight": "weights of single examples' numbers: a mask, which Multiply gives",
    "device": "set by the project",
    "dtype": "set by the project",
    "in_features": "known from the wire",
    "n_classes": "known from the wire",
    "num_classes": "known from the wire",
    "out_features": "known from the wire",
    "ignore_index": "of Linear cross entropy: its labels come from the data without padding",
    "options": "how torch runs it, not what it computes",
}
"""Arguments of torch.nn's losses that some nodes do not show."""

_SIZES = ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
_PADS = ("Circular", "Constant", "Reflection", "Replication", "Zero")

VARIANTS: dict[str, str] = {
    **{f"{fill}Pad{axes}d": "shape.pad" for fill in _PADS for axes in (1, 2, 3)},
    "UpsamplingNearest2d": "shape.interpolate",
    "UpsamplingBilinear2d": "shape.interpolate",
    "NLLLoss2d": "loss.nll",
}
"""Classes of torch.nn that are others with other parameters, and the node for them."""

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
