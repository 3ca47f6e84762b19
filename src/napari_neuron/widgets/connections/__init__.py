"""The tab Connections: synapses and gap junctions between cells."""
