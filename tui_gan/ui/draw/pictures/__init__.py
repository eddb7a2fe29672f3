"""Pictures of what is real and what is generated: on a line, in a plane, as images; and what the user paints."""
