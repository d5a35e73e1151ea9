from __future__ import annotations

import sys
from pathlib import Path

# The reference tables are modules beside the tests.
sys.path.insert(0, str(Path(__file__).parent))
