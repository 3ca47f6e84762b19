"""The Connections tab: synapses and gap junctions between cells."""
