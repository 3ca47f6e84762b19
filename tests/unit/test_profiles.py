"""Profiles: their shapes, where they are evaluated, and what they refuse."""

import numpy as np
import pytest

from napari_neuron import (
    CableProperties,
    DensityMechanism,
    DLambda,
    Experiment,
    ExperimentError,
    Exponential,
    Gaussian,
    Ions,
    Linear,
    MaximumLength,
    Morphology,
    Parameter,
    Passive,
    Sigmoid,
    StepAt,
    Subtree,
    Table,
    table_from_csv,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.profiles import evaluate_profile
from napari_neuron.compile.values import compiled_values, parameter_names
from napari_neuron.spec import base
from napari_neuron.spec.profile import number_in, takes_profile
from napari_neuron.units import unit_of


def cable(n=11, step=10.0, **fields):
    """A straight cable along x, tapering from a radius of 2 to 1."""
    position = np.zeros((n, 3))
    position[:, 0] = np.arange(n) * step
    fields = {"radius": np.linspace(2, 1, n), "swc_type": np.zeros(n)} | fields
    return Morphology(
        node_id=np.arange(1, n + 1), parent=np.arange(n) - 1, position=position, **fields
    )


def kdr(profile):
    return DensityMechanism(name="kdr", parameters=[Parameter(name="gbar", value=profile)])


SHAPES = [
    (Linear(offset=1, slope=0.1), [1, 2, 11]),
    (Linear(offset=1, slope=-0.1, minimum=0.5), [1, 0.5, 0.5]),
    (Exponential(offset=1, amplitude=2, length=-10), [3, 1 + 2 / np.e, 1 + 2 * np.exp(-10)]),
    (Sigmoid(low=1, high=3, centre=10, width=2), [1 + 2 / (1 + np.exp(5)), 2, 3]),
    (StepAt(before=1, beyond=2, at=10), [1, 2, 2]),
    (Gaussian(offset=1, amplitude=2, centre=10, width=5), [1 + 2 * np.exp(-2), 3, 1]),
    (Table(x=[0, 20], values=[1, 3]), [1, 2, 3]),
    (Linear(offset=0, slope=1, maximum=50), [0, 10, 50]),
]


@pytest.mark.parametrize(("profile", "values"), SHAPES, ids=lambda v: str(v)[:40])
def test_a_profile_has_its_shape(profile, values):
    np.testing.assert_allclose(evaluate_profile(profile, np.array([0.0, 10, 100])), values)


@pytest.mark.parametrize("profile", [profile for profile, _ in SHAPES], ids=str)
def test_a_profile_comes_back_from_json_wherever_a_number_can_stand(profile):
    experiment = Experiment(paint=[CableProperties(cm=profile, Ra=profile), kdr(profile)])
    assert Experiment.from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize(
    ("paint", "field"),
    [
        ({"kind": "cable", "cm": {"kind": "linear", "offset": 1}}, "paint[0].cm.slope"),
        ({"kind": "cable", "cm": {"kind": "cubic"}}, "paint[0].cm"),
        ({"kind": "cable", "Ra": "thick"}, "paint[0].Ra"),
        ({"kind": "cable", "Ra": 0}, "paint[0].Ra"),
        (
            {"kind": "cable", "cm": {"kind": "table", "x": [0, 0], "values": [1, 2]}},
            "paint[0].cm.x",
        ),
        ({"kind": "cable", "cm": {"kind": "table", "x": [0], "values": []}}, "paint[0].cm.values"),
        (
            {"kind": "cable", "cm": {"kind": "exponential", "amplitude": 1, "length": 0}},
            "paint[0].cm.length",
        ),
        ({"kind": "ions", "ion": "na", "inside": -1}, "paint[0].inside"),
        ({"kind": "ions", "ion": "na"}, "paint[0].e"),
        ({"kind": "density_mechanism", "name": "k d r"}, "paint[0].name"),
        (
            {
                "kind": "density_mechanism",
                "name": "kdr",
                "parameters": [{"name": "g", "value": None}],
            },
            "paint[0].parameters[0].value",
        ),
        (
            {
                "kind": "density_mechanism",
                "name": "a",
                "parameters": 2 * [{"name": "g", "value": 1}],
            },
            "paint[0].parameters[1].name",
        ),
    ],
)
def test_a_mistake_in_paint_names_the_field(paint, field):
    with pytest.raises(ExperimentError) as caught:
        Experiment(paint=[paint])
    assert caught.value.field == field


def test_a_value_is_that_at_the_centre_of_its_compartment():
    experiment = Experiment(
        paint=[kdr(Linear(offset=0, slope=1))], discretisation=MaximumLength(length=20.0)
    )
    model = compile_experiment([cable()], experiment)
    assert model.section_nseg.tolist() == [5]
    ((name, values),) = model.mechanisms[0].parameters
    assert name == "gbar_kdr"
    np.testing.assert_allclose(values, [10, 30, 50, 70, 90])


def test_capacitance_varies_by_compartment_and_resistivity_by_section():
    line = Linear(offset=1, slope=0.01)
    experiment = Experiment(
        paint=[CableProperties(Ra=line, cm=line)], discretisation=MaximumLength(length=20.0)
    )
    model = compile_experiment([cable()], experiment)
    np.testing.assert_allclose(model.cm, [1.1, 1.3, 1.5, 1.7, 1.9])
    np.testing.assert_allclose(model.section_ra, [1.5])


def test_a_profile_over_the_radius_follows_the_taper():
    experiment = Experiment(
        paint=[CableProperties(cm=Linear(offset=0, slope=1, along="radius"))],
        discretisation=MaximumLength(length=20.0),
    )
    model = compile_experiment([cable()], experiment)
    np.testing.assert_allclose(model.cm, [1.9, 1.7, 1.5, 1.3, 1.1])


def fork_with_a_soma():
    """A soma (node 1, radius 5) with two neurites; the root is the tip of one."""
    return Morphology(
        node_id=[3, 2, 1, 4, 5],
        parent=[-1, 0, 1, 2, 3],
        swc_type=[3, 3, 1, 3, 3],
        position=[[60, 0, 0], [30, 0, 0], [0, 0, 0], [-30, 0, 0], [-60, 0, 0]],
        radius=[1, 1, 5, 1, 1],
    )


@pytest.mark.parametrize("root", [3, 1, 5])
def test_distance_from_the_soma_counts_from_its_centre_wherever_the_root_is(root):
    experiment = Experiment(
        paint=[CableProperties(cm=Linear(offset=1, slope=1, along="soma_distance"))],
        discretisation=MaximumLength(length=1000),
    )
    cell = fork_with_a_soma().rerooted(root)
    model = compile_experiment([cell], experiment)
    cm = np.sort(model.cm)
    assert cm[0] == 1  # the soma itself
    np.testing.assert_allclose(cm[1:], [1 + (5 + 60) / 2] * 2)


def test_two_cells_are_evaluated_each_from_its_own_root():
    experiment = Experiment(paint=[CableProperties(cm=Linear(offset=1, slope=0.01))])
    cells = [cable(name="a"), cable(n=6, name="b")]
    both = compile_experiment(cells, experiment)
    alone = [compile_experiment([cell], experiment).cm for cell in cells]
    np.testing.assert_array_equal(both.cm, np.concatenate(alone))


@pytest.mark.parametrize(
    ("paint", "field", "says"),
    [
        (CableProperties(cm=Linear(offset=1, slope=-1)), "paint[0].cm", "must be above 0"),
        (CableProperties(Ra=Linear(offset=0, slope=0)), "paint[0].Ra", "must be above 0"),
        (
            kdr(Exponential(amplitude=1, length=0.01)),
            "paint[0].parameters[0].value",
            "no finite value",
        ),
        (
            kdr(Linear(offset=0, slope=1, along="soma_distance")),
            "paint[0].parameters[0].value.along",
            "no soma",
        ),
    ],
)
def test_a_profile_without_a_usable_number_is_refused(paint, field, says):
    with pytest.raises(ExperimentError, match=says) as caught:
        compile_experiment([cable()], Experiment(paint=[paint]))
    assert caught.value.field == field


def test_a_profile_covered_by_later_paint_does_not_count_there():
    paint = [
        CableProperties(cm=Linear(offset=1, slope=-0.02)),
        CableProperties(cm=2, region=Subtree(node=5)),
    ]
    model = compile_experiment([cable()], Experiment(paint=paint))
    assert (model.cm > 0).all()


def test_values_can_be_read_per_node_as_compiled():
    experiment = Experiment(
        paint=[
            CableProperties(),
            Passive(g=0.002, region=Subtree(node=6)),
            kdr(Linear(offset=0, slope=1)),
        ]
    )
    cells = [cable()]
    model = compile_experiment(cells, experiment)
    assert parameter_names(model) == ("Ra", "cm", "g_pas", "e_pas", "gbar_kdr")
    g = compiled_values(cells, experiment, "g_pas")
    assert np.isnan(g[:5]).all()
    assert set(g[5:]) == {0.002}
    assert set(compiled_values(cells, experiment, "Ra")) == {35.4}
    kdr_values = compiled_values(cells, experiment, "gbar_kdr")
    assert (np.diff(kdr_values) >= 0).all()
    with pytest.raises(ExperimentError, match="there is Ra, cm, g_pas"):
        compiled_values(cells, experiment, "gnabar_hh")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("0,1\n10,2\n", None),
        ("# measured\nx;g\n10;2\n0;1\n\n", None),
        ("name\tg\tx\na\t1\t0\nb\t2\t10\n", ("x", "g")),
    ],
)
def test_a_table_is_read_from_a_csv(tmp_path, text, columns):
    (tmp_path / "table.csv").write_text(text)
    table = table_from_csv(tmp_path / "table.csv", columns=columns)
    assert table == Table(x=[0, 10], values=[1, 2])


@pytest.mark.parametrize(
    ("text", "columns", "says"),
    [
        ("", None, "no numbers"),
        ("x,y\n", None, "no numbers"),
        ("x,y\n1,2\n3\n", None, r"table\.csv:3: two numbers"),
        ("x,y\n1,2\n1,4\n", None, "must ascend"),
        ("x,y\n1,2\n", ("x", "z"), "no column 'z'; there is x, y"),
        ("1,2\n", ("x", "z"), "no column names"),
        ("1,nan\n", None, "finite"),
    ],
)
def test_a_csv_that_is_no_table_is_refused_with_its_line(tmp_path, text, columns, says):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(ExperimentError, match=says):
        table_from_csv(tmp_path / "table.csv", columns=columns)


def test_a_field_that_takes_a_profile_still_says_the_unit_and_bounds_of_its_number():
    for spec, name, unit, takes in (
        (CableProperties, "Ra", "Ω·cm", True),
        (Ions, "e", "mV", True),
        (Passive, "g", "S/cm2", False),
    ):
        field = spec.model_fields[name]
        annotation, metadata = number_in(field)
        assert (annotation, unit_of(metadata), takes_profile(field)) == (float, unit, takes)


def test_no_field_is_called_as_a_kind():
    """`as_experiment_error` takes kinds out of the path of a wrong field."""
    specs, new = set(), {base.Spec}
    while new:
        specs |= new
        new = {below for spec in new for below in spec.__subclasses__()} - specs - {DLambda}
    assert not {field for spec in specs for field in spec.model_fields} & base._KINDS
