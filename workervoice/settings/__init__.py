"""Settings: read once from the environment or a `.env` file, and passed on as values.

Names have the prefix WORKERVOICE_. A missing or malformed one stops the start with one sentence.

knobs      every setting, with its default and what it is for
reading    where they come from, and what is wrong with them
"""

from workervoice.settings.knobs import PREFIX, Settings
from workervoice.settings.reading import load

__all__ = ["PREFIX", "Settings", "load"]
