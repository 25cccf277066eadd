"""The catalogue: a folder a family, one class a node. Importing it fills the registry."""

import pkgutil
from importlib import import_module

_MODULES = [one.name for one in pkgutil.walk_packages(__path__, f"{__name__}.") if not one.ispkg]
for _module in sorted(_MODULES, key=lambda name: name.rpartition(".")[2]):
    import_module(_module)
