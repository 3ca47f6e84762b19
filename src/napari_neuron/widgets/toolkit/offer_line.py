"""`OfferLine`: a calm line that offers what was not saved."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_neuron.widgets.toolkit.page import hint


class OfferLine(QWidget):
    """A sentence with two buttons; it takes no room while there is nothing to offer.

    Attributes
    ----------
    restore_requested, discard_requested : Signal ()
    """

    restore_requested = Signal()
    discard_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = hint()
        self.restore_button = QPushButton("Restore")
        self.restore_button.clicked.connect(lambda _=False: self.restore_requested.emit())
        self.discard_button = QPushButton("Discard")
        self.discard_button.clicked.connect(lambda _=False: self.discard_requested.emit())
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.restore_button)
        buttons.addWidget(self.discard_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.setVisible(False)

    def offer(self, text: str, *, can_restore: bool = True, tooltip: str = "") -> None:
        """Offer something; "" offers nothing."""
        self.text.setText(text)
        self.text.setToolTip(tooltip)
        self.restore_button.setEnabled(can_restore)
        self.setVisible(bool(text))
