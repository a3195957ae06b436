"""HTTP in and out: one file per resource, each owning its routes."""
