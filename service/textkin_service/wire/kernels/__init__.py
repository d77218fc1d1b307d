"""The kernel of the wire format."""
