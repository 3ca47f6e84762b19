"""`NumberEdit`: a magicgui widget for physical quantities.

Qt's spin box rounds to a fixed number of decimals and rejects keys that leave its range. Here you
can type any number ("4.8e-05"), its value is kept exactly, and the form, which asks the spec, says
in words whether it is allowed.
"""

from __future__ import annotations

import math
import re
from typing import Any

from magicgui.backends._qtpy.widgets import QBaseValueWidget
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import Qt
from qtpy.QtGui import QValidator
from qtpy.QtWidgets import QDoubleSpinBox, QToolTip

from napari_neuron.widgets.toolkit.page import leave_wheel_to_page
from napari_neuron.widgets.toolkit.text_edit import is_left_to_the_experiment

_EXACT = 323  # decimals that Qt rounds to: so many that no double changes

_POWERS = {"": 0, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "\u03bc": -6, "m": -3, "k": 3}
_POWERS |= {"M": 6, "G": 9}
_ALSO = {"°C": ("degC", "C"), "Ω·cm": ("Ωcm", "ohm·cm", "ohm cm", "ohm*cm")}
"""Other ways to write a unit."""

_AREA = r"(?P<area>/(?:cm|um|µm|\u03bcm)[2²])?"
_UNIT = r"(?P<prefix>[fpnuµ\u03bcmkMG]?)(?P<base>Hz|Ω|\u2126|[Oo]hm|[AVFsSMm])" + _AREA
_PREFIXED = re.compile(_UNIT)
_NUMBER_AND_UNIT = re.compile(r"(?P<number>.*[\d.])\s*" + _UNIT)


def shown_number(value: float) -> str:
    """Write a number as people do: up to seven digits, exponents only where they help."""
    text = f"{value:.7g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}e{int(exponent)}"
    return text


def number_in_text(text: str, unit: str = "", *, whole: bool = False) -> float | None:
    """Read a number as people write it; None if it is none.

    It may have its unit, or the same with another prefix: "200 pA" is 0.2 where the unit is nA.
    """
    bare, power = _without_prefixed_unit(without_unit(text, unit).replace("−", "-"), unit.strip())
    if "," in bare and "." not in bare:
        bare = bare.replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        return None
    number = number * 10.0**power if power > 0 else number / 10.0**-power  # 200 / 1000 is 0.2
    if not math.isfinite(number) or (whole and number != round(number)):
        return None
    return number


def _without_prefixed_unit(text: str, unit: str) -> tuple[str, int]:
    """Take a unit off that is ``unit`` with another prefix, or per another area.

    Returns what is left, and how many powers of ten it is to be multiplied by.
    """
    own, typed = _PREFIXED.fullmatch(unit), _NUMBER_AND_UNIT.fullmatch(text)
    if not own or not typed or _plain(own["base"]) != _plain(typed["base"]):
        return text, 0
    if bool(own["area"]) != bool(typed["area"]):
        return text, 0
    power = _POWERS[typed["prefix"]] - _POWERS[own["prefix"]]
    return typed["number"], power + _power_of_area(typed["area"]) - _power_of_area(own["area"])


def _power_of_area(area: str | None) -> int:
    """Return 8 for "/µm2", which is 10^8 /cm2."""
    return 8 if area and "cm" not in area else 0


def _plain(base: str) -> str:
    return base.replace("Ohm", "ohm").replace("ohm", "Ω").replace("\u2126", "Ω")


def without_unit(text: str, unit: str) -> str:
    """Return ``text`` without the unit, which may be there twice: shown, and typed."""
    unit, text = unit.strip(), text.strip()
    for own in (unit, *_ALSO.get(unit, ()), unit):
        while own and text.endswith(own) and not text[: -len(own)][-1:].isalpha():  # not of kHz
            text = text.removesuffix(own).strip()
    return text


class QuantitySpinBox(QDoubleSpinBox):
    """A spin box that steps in the last but one digit and reads any number.

    Emits a change when the user has finished: Enter, focus out, arrows.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.whole = False
        self.lowest, self.highest = -math.inf, math.inf
        self.step_at_zero = 1.0
        self.setDecimals(_EXACT)
        self.setRange(-1e300, 1e300)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        leave_wheel_to_page(self)

    def textFromValue(self, value: float) -> str:
        """Write ``value``, without the unit."""
        return str(round(value)) if self.whole else shown_number(value)

    def valueFromText(self, text: str) -> float:
        """Read what was typed; what was only shown keeps its hidden digits."""
        number = self._number_in(text)
        if number is None or self._bare(text) == self.textFromValue(self.value()):
            return self.value()
        return number

    def validate(self, text: str, position: int) -> tuple[Any, str, int]:
        """Let everything be typed; only a number can be left standing."""
        state = QValidator.State.Acceptable
        if self._number_in(text) is None:
            state = QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        """Go back to the last number where what was typed is none, and say so beside it."""
        last = self.textFromValue(self.value()) + self.suffix()
        typed, unit = self._bare(text), self.suffix().strip()
        if typed and self.isVisible():
            kind = "a whole number" if self.whole else "a number"
            said = f"“{typed}” is not {kind}{f' in {unit}' if unit else ''}; it stays at {last}"
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), said, self)
        return last

    def commit(self) -> None:
        """Take over what is typed now."""
        self.interpretText()

    def stepBy(self, steps: int) -> None:
        """Step by a tenth of the number's power of ten, within what is allowed."""
        value = self.value()
        step = self.step_at_zero
        if value != 0:
            towards_zero = (value > 0) != (steps > 0)
            size = abs(value) * (1 - 1e-9 if towards_zero else 1)
            step = 10.0 ** (math.floor(math.log10(size) + 1e-12) - 1)
        if self.whole:
            step = max(1.0, step)
        wanted = float(f"{value + steps * step:.12g}")
        if self.lowest <= wanted <= self.highest:
            self.setValue(wanted)

    def stepEnabled(self) -> Any:
        """Allow both directions; `stepBy` stops at the bounds."""
        both = self.StepEnabledFlag.StepUpEnabled | self.StepEnabledFlag.StepDownEnabled
        return self.StepEnabledFlag.StepNone if self.isReadOnly() else both

    def keyPressEvent(self, event: Any) -> None:
        """Leave undo to the experiment once there is no typing to undo."""
        if is_left_to_the_experiment(event, self.lineEdit()):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _bare(self, text: str) -> str:
        return without_unit(text, self.suffix())

    def _number_in(self, text: str) -> float | None:
        return number_in_text(text, self.suffix(), whole=self.whole)


class _Backend(QBaseValueWidget):
    _qwidget: QuantitySpinBox

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(QuantitySpinBox, "value", "setValue", "valueChanged", **kwargs)

    def _post_get_hook(self, value: float) -> float | int:
        return round(value) if self._qwidget.whole else value

    def _pre_set_hook(self, value: float) -> float:
        return float(value)


class NumberEdit(ValueWidget):
    """A number with a unit.

    Parameters
    ----------
    unit
        Shown behind the number; "" for none.
    whole
        Whether it is an integer.
    lowest, highest
        Where the arrows stop. Typed numbers are not stopped: the spec is asked.
    step_at_zero
        What an arrow adds to 0.
    **kwargs
        Of magicgui's widgets: value, name, label, tooltip.
    """

    def __init__(
        self,
        value: float = 0.0,
        *,
        unit: str = "",
        whole: bool = False,
        lowest: float = -math.inf,
        highest: float = math.inf,
        step_at_zero: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(widget_type=_Backend, **kwargs)
        box: QuantitySpinBox = self.native
        box.whole = whole
        box.lowest, box.highest = lowest, highest
        box.step_at_zero = step_at_zero
        box.setSuffix(f" {unit}" if unit else "")
        self.value = value
