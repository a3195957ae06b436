"""What goes over the wire, in and out: frozen msgspec structs, from which the OpenAPI document is made."""
