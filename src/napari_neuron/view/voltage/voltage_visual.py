"""Tubes on the graphics card: a vispy visual whose colours are one texel per compartment.

The mesh goes to the card once. Every vertex carries the index of its compartment; a small float
texture holds one value per compartment. A time step uploads that texture, and the shader does the
rest: position (centre, direction, radius), colour map and limits, shading. In 2D the mesh is the
cut of the slice, where z is the distance from the slice, over which the cable fades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from vispy.app import Timer
from vispy.gloo import IndexBuffer, Texture2D, VertexBuffer, gl
from vispy.visuals import Visual
from vispy.visuals.filters.clipping_planes import PlanesClipper

from napari_neuron.view.geometry.detail import STILL_AFTER, Detail, LevelChoice, PackedMesh

_TEXTURE_WIDTH = 1024  # texels; every OpenGL of the last twenty years allows 2048
_NO_VOLTAGE = -1e30  # stands for NaN, which shaders may not test for
N_COLOURS = 1024
"""Entries of a colour map on the card."""

_HIDDEN = -2e30
"""Stands for the value of what is not drawn."""

_VERTEX = """
attribute vec4 centre_radius;
attribute vec4 direction_compartment;
attribute vec3 other_weight_extra;
uniform sampler2D voltages;
uniform vec2 voltages_shape;
uniform float minimum_radius;
uniform float minimum_pixels;
uniform vec2 half_canvas;
uniform mat4 to_render;
uniform float flat_view;
uniform float farthest;
uniform vec3 right;
uniform vec3 eye;
uniform vec3 light;
varying float voltage;
varying float diffuse;
varying vec3 place;
varying vec2 corner;

float voltage_of(float compartment) {
    float row = floor((compartment + 0.5) / voltages_shape.x);
    float column = compartment - row * voltages_shape.x;
    return texture2D(voltages, (vec2(column, row) + 0.5) / voltages_shape).r;
}

void main() {
    vec3 centre = centre_radius.xyz;
    vec3 direction = direction_compartment.xyz;
    float extra = other_weight_extra.z;
    float is_ribbon = 0.0;
    corner = vec2(0.0);
    if (flat_view > 0.5) {
        centre.z = 0.0;
    } else if (extra > 1.5) {  // a corner of a dot: its triangle looks at us, a circle is drawn
        float turn = (extra - 2.0) * 2.0943951;
        corner = 2.0 * vec2(cos(turn), sin(turn));
        direction = corner.x * right + corner.y * cross(right, eye);
    } else if (extra != 0.0) {  // the edge of a ribbon: aside of the cable, as seen from here
        is_ribbon = 1.0;
        vec3 aside = cross(direction, eye);
        aside = dot(aside, aside) < 1e-8 ? right : normalize(aside);
        direction = extra * aside;
    }
    float radius = 0.0;
    if (centre_radius.w >= 0.0) {  // no thinner than so many pixels on the screen
        vec4 here = to_render * vec4(centre, 1.0);
        vec4 moved = to_render * vec4(right, 0.0);
        float pixels = length((moved.xy - here.xy / here.w * moved.w) / here.w * half_canvas);
        radius = max(max(centre_radius.w, minimum_radius), minimum_pixels / max(pixels, 1e-12));
    }
    place = centre + radius * direction;
    gl_Position = to_render * vec4(place, 1.0);

    voltage = voltage_of(direction_compartment.w);
    float other = voltage_of(other_weight_extra.x);
    if (voltage > -1e29 && other > -1e29) {
        voltage += other_weight_extra.y * (other - voltage);
    }
    if (voltage < -1.5e30) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);  // outside of all that is drawn
    }

    float facing = dot(direction, eye) > 0.0 ? -1.0 : 1.0;
    diffuse = max(dot(facing * direction, light), 0.0);
    if (is_ribbon > 0.5) {
        diffuse = 0.785 * dot(-eye, light);  // that of a round cable, over its width
    }
    if (flat_view > 0.5) {
        // in 2D all lies in one plane: of what overlaps the nearest is in front, by a hair
        gl_Position.z += 4e-3 * gl_Position.w * (extra / farthest - 1.0);
        place.z = centre_radius.z;
    }
}
"""

_FRAGMENT = """
uniform sampler2D colours;
uniform vec2 limits;
uniform float shading;
uniform vec3 eye;
uniform vec3 light;
uniform float flat_view;
uniform float reach;
varying float voltage;
varying float diffuse;
varying vec3 place;
varying vec2 corner;
uniform vec3 right;

void main() {
    float beside = dot(corner, corner);
    if (beside > 1.0) {
        discard;
    }
    float value = clamp((voltage - limits.x) / (limits.y - limits.x), 0.0, 1.0);
    vec4 colour = texture2D(colours, vec2((value * (COLOURS - 1.0) + 0.5) / COLOURS, 0.5));
    if (voltage < -1e29) {
        colour = vec4(0.5, 0.5, 0.5, 1.0);
    }
    float amount = diffuse;
    if (beside > 0.0) {  // as a sphere
        vec3 normal = corner.x * right + corner.y * cross(right, eye) - sqrt(1.0 - beside) * eye;
        amount = max(dot(normal, light), 0.0);
    } else if (shading > 1.5) {
        vec3 normal = normalize(cross(dFdx(place), dFdy(place)));
        normal = dot(normal, eye) > 0.0 ? -normal : normal;
        amount = max(dot(normal, light), 0.0);
    }
    if (shading > 0.5 && flat_view < 0.5) {
        colour.rgb *= 0.45 + 0.6 * amount;
    }
    if (flat_view > 0.5 && place.z > 0.0) {  // near the slice, not in it
        colour.a *= 0.6 * max(1.0 - place.z / max(reach, 1e-6), 0.0);
    }
    gl_FragColor = colour;
}
""".replace("COLOURS", f"{N_COLOURS}.0")


@dataclass
class _Buffers:
    """A level on the graphics card."""

    centre_radius: VertexBuffer
    direction_compartment: VertexBuffer
    other_weight_extra: VertexBuffer
    faces: IndexBuffer


class VoltageVisual(Visual):
    """Tubes whose colours come from a texture with one value per compartment."""

    def __init__(self) -> None:
        Visual.__init__(self, vcode=_VERTEX, fcode=_FRAGMENT)
        self._draw_mode = "triangles"
        self._choice = LevelChoice((0.0,), (0,))
        self._level: int | None = None
        self._levels: list[PackedMesh | None] = []
        self._buffers: list[_Buffers | None] = []
        self._rest = Timer(STILL_AFTER, connect=self._on_rest, start=False)
        self._bounds: np.ndarray | None = None
        self._texels = np.full((1, _TEXTURE_WIDTH, 1), _NO_VOLTAGE, dtype=np.float32)
        self._texture: Texture2D | None = None
        self._clip_filter = PlanesClipper()
        self.attach(self._clip_filter)
        program = self.shared_program
        program["eye"] = program["light"] = (0.0, 0.0, 1.0)
        program["minimum_radius"] = program["minimum_pixels"] = 0.0
        program["half_canvas"] = (1.0, 1.0)
        program["to_render"] = np.eye(4)
        program["right"] = (1.0, 0.0, 0.0)
        program["flat_view"] = 0.0
        program["reach"] = 0.0
        program["farthest"] = 1.0
        program["limits"] = (0.0, 1.0)
        program["shading"] = 1.0
        self.set_frame(np.zeros(0, dtype=np.float32))
        self.set_colours(np.ones((N_COLOURS, 4), dtype=np.float32))

    @property
    def clipping_planes(self) -> Any:
        """Planes that cut the mesh, in the coordinates of the mesh."""
        return self._clip_filter.clipping_planes

    @clipping_planes.setter
    def clipping_planes(self, planes: Any) -> None:
        self._clip_filter.clipping_planes = planes

    def set_levels(
        self, levels: Sequence[PackedMesh], tolerances: Sequence[float] = (0.0,)
    ) -> None:
        """Take a mesh in several levels of detail, the finest first.

        Parameters
        ----------
        tolerances
            Tolerance of each, in the unit of the mesh; 0 for the first.
        """
        detail, is_live = self._choice.detail, self._choice.is_live
        self._levels = [mesh if len(mesh.faces) else None for mesh in levels]
        self._buffers = [None] * len(levels)
        self._choice = LevelChoice(tolerances, [len(mesh.faces) for mesh in levels])
        self._choice.detail, self._choice.is_live = detail, is_live
        self._level = None
        self._bounds = levels[0].bounds if len(levels[0].faces) else None
        if self._bounds is None:
            self._index_buffer = None
        else:
            self._show_level(len(levels) - 1)  # the minimum it needs to be complete
        self._bounds_changed()
        self.update()

    def set_detail(self, detail: Detail, *, live: bool = False) -> None:
        """Say how fine to draw, and whether a run is followed."""
        self._choice.detail, self._choice.is_live = detail, live
        self.update()

    @property
    def level(self) -> int:
        """Which level was drawn last, 0 for the finest."""
        return self._level or 0

    def _show_level(self, level: int) -> None:
        if level == self._level:
            return
        buffers = self._buffers[level]
        if buffers is None:
            mesh = self._levels[level]
            assert mesh is not None
            buffers = self._buffers[level] = _Buffers(
                VertexBuffer(mesh.centre_radius),
                VertexBuffer(mesh.direction_compartment),
                VertexBuffer(mesh.other_weight_extra),
                IndexBuffer(mesh.faces),
            )
            self._levels[level] = None  # it is on the card now
        self.shared_program["centre_radius"] = buffers.centre_radius
        self.shared_program["direction_compartment"] = buffers.direction_compartment
        self.shared_program["other_weight_extra"] = buffers.other_weight_extra
        self._index_buffer = buffers.faces
        self._level = level

    def draw(self) -> None:
        """Draw the level that is right for this picture."""
        began = perf_counter()
        super().draw()
        if self._choice.wants_time:
            gl.glFinish()
            self._choice.took(perf_counter() - began)
        if self._choice.is_coarser and not self._rest.running:
            self._rest.start(iterations=1)

    def stop(self) -> None:
        """Stop waiting for the camera."""
        self._rest.stop()

    def _on_rest(self, event: Any = None) -> None:
        self.update()

    def set_frame(self, voltage: np.ndarray, hidden: np.ndarray | None = None) -> None:
        """Upload one value per compartment.

        Parameters
        ----------
        voltage : (n_compartments,)
            In any unit; NaN is grey.
        hidden : (n,) int
            Compartments that are not drawn.
        """
        rows = max(1, -(-len(voltage) // _TEXTURE_WIDTH))
        if self._texture is None or len(self._texels) != rows:
            self._texels = np.full((rows, _TEXTURE_WIDTH, 1), _NO_VOLTAGE, dtype=np.float32)
            self._texture = Texture2D(
                self._texels,
                internalformat="r32f",
                interpolation="nearest",
                wrapping="clamp_to_edge",
            )
            self.shared_program["voltages"] = self._texture
            self.shared_program["voltages_shape"] = (float(_TEXTURE_WIDTH), float(rows))
        texels = self._texels.reshape(-1)[: len(voltage)]
        np.copyto(texels, voltage)
        np.nan_to_num(texels, copy=False, nan=_NO_VOLTAGE)
        if hidden is not None and len(hidden):
            texels[hidden] = _HIDDEN
        self._texture.set_data(self._texels)
        self.update()

    def set_colours(self, colours: np.ndarray) -> None:
        """Upload the colour map, (1024, 4) RGBA from 0 to 1."""
        self.shared_program["colours"] = Texture2D(
            np.ascontiguousarray(colours, dtype=np.float32)[None],
            internalformat="rgba32f",
            interpolation="linear",
            wrapping="clamp_to_edge",
        )
        self.update()

    def set_uniform(self, name: str, value: Any) -> None:
        """Set one of the shader's numbers."""
        self.shared_program[name] = value
        self.update()

    def _prepare_transforms(self, view: Any) -> None:
        pass  # vispy asks once, when the visual is made: see _prepare_draw

    def _prepare_draw(self, view: Any) -> bool | None:
        if self._bounds is None:
            return False
        # how x, y, z of the mesh run on the canvas: which way it looks, and where light comes from
        middle = self._bounds.mean(axis=1)
        step = max(float(np.ptp(self._bounds)), 1e-3)
        points = middle + step * np.vstack([np.zeros(3), np.eye(3)])
        mapped = view.transforms.get_transform("visual", "canvas").map(points)
        mapped = mapped[:, :2] / mapped[:, 3:]
        right, down = (mapped[1:] - mapped[0]).T
        pixels = max(np.linalg.norm(right), np.linalg.norm(down)) / step
        # where the middle is and what the axes look like there: that is the camera
        level = self._choice.choose(pixels, mapped.round(4).tobytes(), perf_counter())
        self._show_level(level)
        right, down = (
            right / max(np.linalg.norm(right), 1e-12),
            down / max(np.linalg.norm(down), 1e-12),
        )
        eye = np.cross(right, down)
        far = view.transforms.get_transform("visual", "render").map(
            np.vstack([middle, middle + step * eye])
        )
        if far[1, 2] / far[1, 3] < far[0, 2] / far[0, 3]:
            eye = -eye
        light = -eye - 0.5 * down - 0.3 * right
        # One matrix for all that lies between mesh and screen, which vispy would have the card
        # multiply one after the other, for every vertex.
        view.view_program["to_render"] = view.transforms.get_transform().map(np.eye(4))
        view.view_program["eye"] = eye
        view.view_program["right"] = right
        corners = view.transforms.get_transform("canvas", "render").map(
            np.array([[0.0, 0, 0, 1], [1.0, 1, 0, 1]])
        )
        view.view_program["half_canvas"] = 1 / np.abs(corners[1, :2] - corners[0, :2])
        view.view_program["light"] = light / max(np.linalg.norm(light), 1e-12)
        return None

    def _compute_bounds(self, axis: int, view: Any) -> tuple[float, float] | None:
        if self._bounds is None:
            return None
        return tuple(self._bounds[axis]) if axis < 3 else (0.0, 0.0)
