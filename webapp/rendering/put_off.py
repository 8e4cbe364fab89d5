"""Modules that are loaded only when something of them is called: for what a library loads at its start, and we never use."""

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any


class _NotYet(ModuleType):
    """Stands in for a module. Whatever is asked of it is something to call, and the call loads the module."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return partial(_call, self.__name__, name)


def put_off(*names: str) -> None:
    """Nothing happens to a module that is loaded already."""
    for name in names:
        sys.modules.setdefault(name, _NotYet(name))


def _call(module: str, name: str, /, *arguments: Any, **options: Any) -> Any:
    if isinstance(sys.modules[module], _NotYet):
        del sys.modules[module]
    return getattr(import_module(module), name)(*arguments, **options)
