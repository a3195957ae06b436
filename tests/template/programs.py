"""The programs in scripts/, as modules."""

import importlib
import sys
from types import ModuleType
from unittest.mock import patch

from template.cloudformation import ROOT


def program(name: str) -> ModuleType:
    """scripts/NAME.py, which finds its neighbours."""
    with patch.object(sys, "path", [str(ROOT / "scripts"), *sys.path]):
        return importlib.import_module(name)
