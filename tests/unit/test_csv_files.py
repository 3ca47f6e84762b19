"""Waveforms and spike times are read from CSV files."""

import pytest

from napari_neuron import (
    CurrentWaveform,
    ExperimentError,
    SpikeTimes,
    SpikeTrains,
    VoltageWaveform,
)
from napari_neuron.spec.csv_files import read_spike_times


@pytest.mark.parametrize(
    "text",
    [
        "0,1\n1.5,-2e-1\n",
        "time;current\n0;1\n1.5;-0.2\n",
        "# made by hand\n\ntime\tcurrent\n0\t1\n\n1.5\t-0.2",
        "0 1\n  1.5   -0.2\n",
        "\ufeff0, 1\r\n1.5, -0.2\r\n",
    ],
)
def test_a_waveform_is_read_from_csv(tmp_path, text):
    path = tmp_path / "wave.csv"
    path.write_text(text, encoding="utf-8", newline="")
    waveform = CurrentWaveform.from_csv(path, nodes=(1,), scale=2)
    assert (waveform.times, waveform.amplitudes) == ((0, 1.5), (1, -0.2))
    assert waveform.scale == 2


def test_columns_are_chosen_by_name_or_number(tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("sweep,v,t\n1,-65,0\n1,0,5\n")
    assert VoltageWaveform.from_csv(path, (1,), time="t", value="v").levels == (-65, 0)
    assert VoltageWaveform.from_csv(path, (1,), time=2, value=1).times == (0, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0,1\n1,x\n", r"wave\.csv:2: 'x' in column 2 is not a finite number"),
        ("0,1\n1,nan\n", r"wave\.csv:2: 'nan'"),
        ("0,1\n1\n", r"wave\.csv:2: column 2 is wanted, this line has 1 columns"),
        ("0,1\n5,1\n4,1\n", r"wave\.csv:3: the time 4 ms is before 5 ms"),
        ("-1,1\n5,1\n", r"wave\.csv:1: the time -1 ms is before 0 ms"),
        ("a,b\n1,2\n", r"wave\.csv: a waveform needs at least two lines"),
        ("", "at least two lines"),
        (b"\xff\xfe0\x00", "not a text file in UTF-8"),
    ],
)
def test_a_bad_waveform_file_is_refused_with_its_line(tmp_path, text, says):
    path = tmp_path / "wave.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ExperimentError, match=says):
        CurrentWaveform.from_csv(path, nodes=(1,))


def test_a_column_that_is_not_there_is_said_with_those_that_are(tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("t,i\n0,1\n1,1\n")
    with pytest.raises(ExperimentError, match="no column 'v'; there is t, i"):
        CurrentWaveform.from_csv(path, nodes=(1,), time="t", value="v")
    with pytest.raises(FileNotFoundError):
        CurrentWaveform.from_csv(tmp_path / "none.csv", nodes=(1,))


def test_spike_times_are_read_from_csv_and_sorted(tmp_path):
    path = tmp_path / "spikes.csv"
    path.write_text("unit,t\n2,5\n1,9\n1,3\n")
    assert SpikeTimes.from_csv(path, time="t").times == (3, 5, 9)
    assert read_spike_times(path, time="t", train="unit") == ((3, 9), (5,))
    assert SpikeTrains.from_csv(path, time="t", train="unit").trains == ((3, 9), (5,))
