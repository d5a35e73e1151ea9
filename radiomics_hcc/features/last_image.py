"""The image read last, so that one with many lesions is read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.volume import Volume


@dataclass
class LastImage:
    """Reads the images of cases, and keeps the last one.

    Parameters
    ----------
    path, volume
        What was read last; nothing before the first.
    """

    path: Path | None = None
    volume: Volume | None = field(default=None, repr=False)

    def read(self, case: Case) -> Volume:
        """Read the image of a case, or give the last one again.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        if self.volume is None or case.image != self.path:
            self.volume = None
            self.volume, self.path = case.read_image(), case.image
        return self.volume
