"""Films of a viewer: moves the time at a chosen speed and writes picture by picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.errors import FilmError
from napari_neuron.result import SimulationResult
from napari_neuron.view.films.film_writer import Picture, film_writer
from napari_neuron.view.geometry.detail import Detail
from napari_neuron.view.overlays import camera_of, scale_bar_of
from napari_neuron.view.time_text import time_axis, write_time
from napari_neuron.view.voltage.voltage_layer import VoltageLayer

if TYPE_CHECKING:
    from napari import Viewer

_TRACES_WIDTH = 0.4
"""Fraction of the picture that the traces beside the cell take."""


@dataclass(frozen=True)
class Film:
    """What a film shows of a viewer.

    Attributes
    ----------
    start, stop
        First and last time shown, ms.
    ms_per_second
        Simulated ms per second of film.
    fps
        Pictures per second.
    size
        Width and height in pixels, made even; None for those of the canvas.
    turn
        Degrees the camera turns about the vertical of the picture, over the whole film; 3D only.
    traces
        The run whose traces are drawn beside the cell; None for the cell alone.
    trace_colours
        ``#rrggbb`` by label of the recorder; those that are missing get one.
    scale_bar, colour_bar
        Whether these are in the picture. A time stamp always is.
    """

    start: float
    stop: float
    ms_per_second: float
    fps: float = 25.0
    size: tuple[int, int] | None = None
    turn: float = 0.0
    traces: SimulationResult | None = None
    trace_colours: Mapping[str, str] | None = None
    scale_bar: bool = True
    colour_bar: bool = True

    def __post_init__(self) -> None:
        for name in ("ms_per_second", "fps"):
            if not getattr(self, name) > 0:
                raise FilmError(f"{name} is {getattr(self, name):g}; it must be more than 0")
        if not self.stop >= self.start:
            raise FilmError(
                f"a film cannot end (at {self.stop:g} ms) before it begins (at {self.start:g} ms)"
            )
        if self.size is not None and min(self.size) < 64:
            raise FilmError(f"a film of {self.size[0]} x {self.size[1]} pixels is too small")

    @property
    def n_pictures(self) -> int:
        """How many pictures there are, the first and the last included."""
        return int(np.floor((self.stop - self.start) * self.fps / self.ms_per_second + 1e-6)) + 1

    def moment(self, number: int) -> float:
        """Return the time (ms) that a picture shows; 0 is the first."""
        return min(self.start + number * self.ms_per_second / self.fps, self.stop)


def film(
    what: SimulationResult | Viewer,
    path: str | Path,
    *,
    fps: float = 25.0,
    ms_per_second: float | None = None,
    size: tuple[int, int] | None = None,
    turn: float = 0.0,
    traces: bool | SimulationResult = False,
    start: float | None = None,
    stop: float | None = None,
    scale_bar: bool = True,
    progress: Callable[[float], object] | None = None,
    **style: Any,
) -> Path:
    """Write a film of a run, or of a viewer as it looks now.

    Parameters
    ----------
    what
        A result, which is drawn in 3D in a hidden window, or a viewer, which is filmed as it looks:
        its layers and camera, in 3D or as a slice. The viewer's time is moved and restored.
    path
        ``.mp4``, ``.gif``, or a new folder (a name without a suffix) for PNG files.
    fps
        Pictures per second.
    ms_per_second
        Simulated ms per second of film; by default the film lasts about ten seconds.
    size
        Width and height in pixels; by default 1280 x 720, or those of the viewer's canvas.
    turn
        How far the camera turns over the whole film, in 3D, degrees.
    traces
        Whether to draw the traces beside the cell; for a viewer, pass the result.
    start, stop
        First and last time, ms; by default all there is.
    scale_bar
        Whether to show a scale bar. The time stamp and colour bar are always shown.
    progress
        Called after each picture with the fraction done, 0 to 1.
    **style
        With a result: arguments of `napari_neuron.view.VoltageLayer`.

    Returns
    -------
    Path
        The film.

    Raises
    ------
    FilmError
        If there is nothing to film, or the film cannot be written.
    WindowNotAvailable
        If a result is to be filmed and no window can be opened.
    """
    path = Path(path)
    place: AbstractContextManager[Viewer]
    if isinstance(what, SimulationResult):
        size = _even(size or (1280, 720))
        traces = what if traces is True else traces
        place = _viewer_of(what, size if traces is False else _split(size)[0], style)
    else:
        if traces is True:
            raise FilmError("say which result's traces to draw beside this viewer: traces=result")
        if style:
            raise TypeError(f"a viewer is filmed as it looks; leave out {', '.join(style)}")
        place = nullcontext(what)
    with place as viewer:
        first, last = film_span(viewer)
        first, last = first if start is None else start, last if stop is None else stop
        plan = Film(
            start=first,
            stop=last,
            ms_per_second=ms_per_second or default_speed(last - first),
            fps=fps,
            size=size,
            turn=turn,
            traces=traces or None,
            scale_bar=scale_bar,
        )
        with closing(filmed(viewer, plan, path)) as pictures:
            for done in pictures:
                if progress is not None:
                    progress(done / plan.n_pictures)
    return path


def film_span(viewer: Viewer) -> tuple[float, float]:
    """Return the first and the last time (ms) that a viewer can show.

    Raises
    ------
    FilmError
        If there is no voltage in it.
    """
    axis = time_axis(viewer)
    if axis is None:
        raise FilmError("this viewer shows no run; show a result first")
    span = viewer.dims.range[axis]
    return float(span.start), float(span.stop)


def default_speed(duration: float) -> float:
    """Return a round speed (ms per second) at which ``duration`` (ms) takes about ten seconds."""
    wanted = max(duration, 1e-3) / 10
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(min((1, 2, 5, 10), key=lambda step: abs(np.log(step * power / wanted))) * power)


def filmed(viewer: Viewer, plan: Film, path: Path) -> Iterator[int]:
    """Film a viewer; after each picture yield the number of pictures so far.

    To cancel, close the iterator before its end: nothing of the film is kept then.

    Raises
    ------
    FilmError
        As `film`.
    """
    axis = time_axis(viewer)
    if axis is None:
        raise FilmError("this viewer shows no run; show a result first")
    with _dressed(viewer, plan):
        shape = viewer.screenshot(canvas_only=True, flash=False).shape
        canvas = shape[1], shape[0]
        size = _even(plan.size or canvas)
        panel, inner = None, canvas if plan.size is None else size
        if plan.traces is not None:
            from napari_neuron.view.films.trace_panel import TracePanel

            inner, beside = _split(size)
            panel = TracePanel(plan.traces, beside, (plan.start, plan.stop), plan.trace_colours)
        turn_to = _turning(viewer, plan)
        writer = film_writer(path, plan.fps, size)
        try:
            for number in range(plan.n_pictures):
                viewer.dims.set_point(axis, plan.moment(number))
                turn_to(number)
                picture = _picture(viewer, canvas, inner)
                if panel is not None:
                    beside_it = panel.at(plan.moment(number))
                    picture = np.concatenate([_fitted(picture, inner), beside_it], axis=1)
                writer.append(_fitted(picture, size))
                yield number + 1
        except BaseException:
            writer.discard()
            raise
        writer.finish()


def _turning(viewer: Viewer, plan: Film) -> Callable[[int], None]:
    """Return a function that turns the camera to its place in a numbered picture."""
    camera = camera_of(viewer)
    ahead, up = np.array(camera.view_direction), np.array(camera.up_direction)

    def turn_to(number: int) -> None:
        if plan.turn and viewer.dims.ndisplay == 3:
            angle = np.radians(plan.turn) * number / max(plan.n_pictures - 1, 1)
            camera.set_view_direction(_turned(ahead, up, angle), tuple(up))

    return turn_to


@contextmanager
def _dressed(viewer: Viewer, plan: Film) -> Iterator[None]:
    """Put into the canvas what belongs in the picture, and restore everything at the end."""
    axis = time_axis(viewer)
    bar, camera = scale_bar_of(viewer), camera_of(viewer)
    bar_was, angles, moment = bar.visible, camera.angles, viewer.dims.point[axis]
    shown = [x for x in viewer.layers if isinstance(x, VoltageLayer) and x.visible]
    colour_bars = [(layer.colorbar, layer.colorbar.visible) for layer in shown]
    hurried = [layer for layer in shown if layer.detail is Detail.AUTOMATIC]
    bar.visible = plan.scale_bar
    for number, (colour_bar, _) in enumerate(colour_bars):
        colour_bar.visible = plan.colour_bar and number == 0
    for layer in hurried:  # a turning camera must be drawn finely in each picture
        layer.detail = Detail.STEADY
    write_time(viewer)
    try:
        yield
    finally:
        bar.visible = bar_was
        for layer in hurried:
            layer.detail = Detail.AUTOMATIC
        for colour_bar, was in colour_bars:
            colour_bar.visible = was
        if plan.turn:
            camera.angles = angles
        if axis is not None and time_axis(viewer) == axis:
            viewer.dims.set_point(axis, moment)


def _picture(viewer: Viewer, canvas: tuple[int, int], size: tuple[int, int]) -> Picture:
    """Return the canvas as a picture of a size (width, height), with the same field of view."""
    if canvas == size:
        return np.asarray(viewer.screenshot(canvas_only=True, flash=False))[..., :3]
    camera = camera_of(viewer)
    zoom = camera.zoom
    camera.zoom = zoom * min(size[0] / canvas[0], size[1] / canvas[1])
    try:
        picture = viewer.screenshot(size=size[::-1], canvas_only=True, flash=False)
    finally:
        camera.zoom = zoom
    return np.asarray(picture)[..., :3]


def _fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """Crop or pad a picture that the screen made a pixel larger or smaller than requested."""
    width, height = size
    if picture.shape[:2] == (height, width):
        return picture
    fitted = np.zeros((height, width, 3), dtype=np.uint8)
    part = picture[:height, :width]
    fitted[: part.shape[0], : part.shape[1]] = part
    return fitted


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """Return a size that video codecs take."""
    return int(size[0]) // 2 * 2, int(size[1]) // 2 * 2


def _split(size: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the sizes of the cell's and of the traces' part of a picture."""
    beside = round(_TRACES_WIDTH * size[0])
    return (size[0] - beside, size[1]), (beside, size[1])


def _turned(direction: Any, axis: Any, angle: float) -> tuple[float, float, float]:
    """Return a direction turned about a unit vector."""
    axis = axis / np.linalg.norm(axis)
    turned = (
        direction * np.cos(angle)
        + np.cross(axis, direction) * np.sin(angle)
        + axis * (axis @ direction) * (1 - np.cos(angle))
    )
    return float(turned[0]), float(turned[1]), float(turned[2])


@contextmanager
def _viewer_of(
    result: SimulationResult, size: tuple[int, int], style: Mapping[str, Any]
) -> Iterator[Viewer]:
    from napari_neuron.view.films._hidden_viewer import hidden_viewer
    from napari_neuron.view.showing import show

    if not result.n_frames:
        raise FilmError("this run has no frames to film")
    with hidden_viewer(size) as viewer:
        show(result, viewer, skeleton=False, **style)
        yield viewer
