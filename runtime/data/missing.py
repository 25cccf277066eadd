"""What is raised where a data set would have to be downloaded; apart, for it loads no reader."""

from runtime.data.sources import Source
from runtime.exported.data import DataError


class MissingSet(DataError):
    """A data set that is not on this computer, and can be downloaded."""

    def __init__(self, source: Source, text: str = "") -> None:
        super().__init__(text or f"{source.title} is not on this computer.")
        self.source, self.advice = source, source.advice
