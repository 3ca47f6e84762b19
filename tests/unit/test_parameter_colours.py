"""Colours of a parameter: grey is where it is not, and nowhere else."""

import numpy as np
import pytest

from napari_neuron.view.voltage.cell_colours import PARAMETER_COLORMAP, parameter_look


@pytest.mark.parametrize(
    "values", [(6e-5, 1e-3), (1.0, 1.001), (-70.0, -69.95), (0.0, 1.0), (2.0, 2.0)]
)
def test_the_lowest_value_has_a_colour_and_what_is_missing_is_grey(values):
    shown, colormap, limits = parameter_look([np.nan, *values])
    single = np.float32([*shown, *limits])  # as the graphics card has them
    share = (single[:-2] - single[-2]) / (single[-1] - single[-2])
    missing, lowest, highest = colormap.map(share)
    assert np.ptp(missing[:3]) < 0.1
    if values[0] < values[1]:
        np.testing.assert_allclose(lowest, PARAMETER_COLORMAP.map(0.0)[0], atol=0.01)
    np.testing.assert_allclose(highest, PARAMETER_COLORMAP.map(1.0)[0], atol=0.01)
