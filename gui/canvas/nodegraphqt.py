"""The one place where NodeGraphQt is imported, and what of it we use.

NodeGraphQt imports distutils and calls deprecated Qt functions; its warnings are its own.
"""

import os
import sys
import warnings

_shim = sys.modules.get("_distutils_hack")
if _shim is not None and sys.version_info < (3, 12):
    _shim.remove_shim()  # Python's own distutils loads ten times quicker than setuptools'
os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from NodeGraphQt import NodeGraph
    from NodeGraphQt.constants import PortTypeEnum, ViewerEnum
    from NodeGraphQt.qgraphics.node_abstract import AbstractNodeItem
    from NodeGraphQt.qgraphics.pipe import LivePipeItem, PipeItem
    from NodeGraphQt.qgraphics.port import PortItem
    from NodeGraphQt.qgraphics.slicer import SlicerPipeItem
    from NodeGraphQt.widgets.viewer import NodeViewer

IN: str = PortTypeEnum.IN.value
OUT: str = PortTypeEnum.OUT.value
NO_GRID: int = ViewerEnum.GRID_DISPLAY_NONE.value

__all__ = [
    "IN",
    "NO_GRID",
    "OUT",
    "AbstractNodeItem",
    "LivePipeItem",
    "NodeGraph",
    "NodeViewer",
    "PipeItem",
    "PortItem",
    "SlicerPipeItem",
]
