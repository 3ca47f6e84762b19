"""What the table of parameters says about mechanisms of published MOD files."""

from __future__ import annotations

import pytest
from napari.components import ViewerModel

from napari_neuron.compile.catalogue import Catalogue, Mechanism, Variable
from napari_neuron.session import Session
from napari_neuron.spec import PointProcess
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.parameters_edit import ParametersEdit

GMAX = Variable("gmax", "gmax", "uS", 0.0)
EREV = Variable("Erev", "Erev_Old", "mV", -80.0, scope="global")


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        (Mechanism("Old", "point_process", (GMAX,)), "Leave a value empty for the default."),
        (Mechanism("Old", "point_process", (GMAX, EREV)), "one value for the whole run"),
        (
            Mechanism("Old", "point_process", (GMAX, EREV), pointers=("pre",)),
            "its pre must point into another mechanism",
        ),
    ],
    ids=["range", "global", "pointer"],
)
def test_the_table_says_what_globals_and_pointers_are(qapp, mechanism, said):
    view = CellInView(ViewerModel(), Session())
    view.set_catalogue(Catalogue("9", (mechanism,)))
    edit = ParametersEdit(view, name="parameters")
    edit.see(PointProcess(nodes=(1,), mechanism="Old"))
    assert said in edit.said.text()
    view.disconnect()
