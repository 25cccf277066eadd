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
