"""What the press puts off is not loaded before it is called, and then is what it would have been."""

import subprocess
import sys

import pytest

from webapp.rendering.environment import ROOT

# In a process of its own: what this one has loaded already stays.
_PUT_OFF = {"fontTools.cffLib", "fontTools.feaLib.ast", "fontTools.otlLib.builder", "fontTools.varLib"}


def _said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("loaded", "is_there"),
    [pytest.param("webapp.rendering.press_worker", False, id="the press"), pytest.param("weasyprint", True, id="WeasyPrint by itself")],
)
def test_press_does_without_what_its_fonts_do_not_need(loaded: str, *, is_there: bool) -> None:
    found = _said(f"import {loaded}, sys; print(*sys.modules)").split()
    assert {name in found for name in _PUT_OFF} == {is_there}


def test_what_was_put_off_is_loaded_by_the_first_call() -> None:
    said = _said(
        "import webapp.rendering.press_worker, sys\n"
        "from weasyprint.pdf import fonts\n"
        "print(fonts.subset.Options(glyph_names=True).glyph_names)\n"
        "try:\n"
        "    fonts.instantiateVariableFont(None, {})\n"
        "except Exception as error:\n"
        "    print(error.__traceback__.tb_next.tb_next.tb_frame.f_globals['__name__'])\n"
        "print(sys.modules['fontTools.subset'].Subsetter.__module__)\n"
    )
    assert said.split() == ["True", "fontTools.varLib.instancer", "fontTools.subset"]
