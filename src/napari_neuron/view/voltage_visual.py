"""Tubes on the graphics card: a vispy visual whose colours are one texel per compartment.

The mesh goes to the card once. Every vertex carries the index of its compartment; a small float
texture holds one value per compartment. A time step uploads that texture, and the shader does the
rest: position (centre, direction, radius), colour map and limits, shading. In 2D the mesh is the
cut of the slice, where z says how far from the slice something is: that fades.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy.gloo import IndexBuffer, Texture2D, VertexBuffer
from vispy.visuals import Visual
from vispy.visuals.filters.clipping_planes import PlanesClipper

from napari_neuron.view.cable_colours import Blend

_TEXTURE_WIDTH = 1024  # texels; every OpenGL of the last twenty years allows 2048
_NO_VOLTAGE = -1e30  # stands for NaN, which shaders may not test for
N_COLOURS = 1024
"""Entries of a colour map on the card."""

_VERTEX = """
attribute vec4 centre_radius;
attribute vec4 direction_compartment;
attribute vec2 other_weight;
uniform sampler2D voltages;
uniform vec2 voltages_shape;
uniform float minimum_radius;
uniform float flat_view;
uniform vec2 depth_range;
uniform vec3 eye;
uniform vec3 light;
varying float voltage;
varying float diffuse;
varying vec3 place;

float voltage_of(float compartment) {
    float row = floor((compartment + 0.5) / voltages_shape.x);
    float column = compartment - row * voltages_shape.x;
    return texture2D(voltages, (vec2(column, row) + 0.5) / voltages_shape).r;
}

void main() {
    float radius = max(centre_radius.w, minimum_radius);
    vec3 direction = direction_compartment.xyz;
    vec3 position = centre_radius.xyz + radius * direction;
    place = position;
    position.z *= 1.0 - flat_view;

    voltage = voltage_of(direction_compartment.w);
    float other = voltage_of(other_weight.x);
    if (voltage > -1e29 && other > -1e29) {
        voltage += other_weight.y * (other - voltage);
    }

    float facing = dot(direction, eye) > 0.0 ? -1.0 : 1.0;
    diffuse = max(dot(facing * direction, light), 0.0);
    gl_Position = $transform(vec4(position, 1.0));
    // in 2D all lies in one plane: tell what is farther from the slice by a hair
    gl_Position.z += flat_view * 1e-4 * gl_Position.w
                     * (place.z - depth_range.y) / (depth_range.y - depth_range.x);
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

void main() {
    float value = clamp((voltage - limits.x) / (limits.y - limits.x), 0.0, 1.0);
    vec4 colour = texture2D(colours, vec2((value * (COLOURS - 1.0) + 0.5) / COLOURS, 0.5));
    if (voltage < -1e29) {
        colour = vec4(0.5, 0.5, 0.5, 1.0);
    }
    float amount = diffuse;
    if (shading > 1.5) {
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


class VoltageVisual(Visual):
    """Tubes whose colours come from a texture with one value per compartment."""

    def __init__(self) -> None:
        Visual.__init__(self, vcode=_VERTEX, fcode=_FRAGMENT)
        self._draw_mode = "triangles"
        self._bounds: np.ndarray | None = None
        self._texels = np.full((1, _TEXTURE_WIDTH, 1), _NO_VOLTAGE, dtype=np.float32)
        self._texture: Texture2D | None = None
        self._clip_filter = PlanesClipper()
        self.attach(self._clip_filter)
        program = self.shared_program
        program["eye"] = program["light"] = (0.0, 0.0, 1.0)
        program["minimum_radius"] = 0.0
        program["flat_view"] = 0.0
        program["reach"] = 0.0
        program["depth_range"] = (0.0, 1.0)
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

    def set_mesh(
        self,
        centre: np.ndarray,
        direction: np.ndarray,
        radius: np.ndarray,
        blend: Blend,
        faces: np.ndarray,
    ) -> None:
        """Upload the mesh: x, y, z of (n, 3) centres and directions, (n,) radii and blends."""
        if not len(faces):
            self._bounds = None
            self._index_buffer = None
            return
        self.shared_program["centre_radius"] = VertexBuffer(
            np.ascontiguousarray(np.column_stack([centre, radius]), dtype=np.float32)
        )
        self.shared_program["direction_compartment"] = VertexBuffer(
            np.ascontiguousarray(np.column_stack([direction, blend.own]), dtype=np.float32)
        )
        self.shared_program["other_weight"] = VertexBuffer(
            np.ascontiguousarray(np.column_stack([blend.other, blend.weight]), dtype=np.float32)
        )
        self._index_buffer = IndexBuffer(np.ascontiguousarray(faces, dtype=np.uint32))
        self._bounds = np.stack([centre.min(axis=0), centre.max(axis=0)], axis=1)
        near, far = self._bounds[2]
        self.shared_program["depth_range"] = (near, max(far, near + 1.0))
        self._bounds_changed()
        self.update()

    def set_frame(self, voltage: np.ndarray) -> None:
        """Upload one value per compartment, (n_compartments,) mV."""
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
        view.view_program.vert["transform"] = view.transforms.get_transform()

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
        view.view_program["eye"] = eye
        view.view_program["light"] = light / max(np.linalg.norm(light), 1e-12)
        return None

    def _compute_bounds(self, axis: int, view: Any) -> tuple[float, float] | None:
        if self._bounds is None:
            return None
        return tuple(self._bounds[axis]) if axis < 3 else (0.0, 0.0)
