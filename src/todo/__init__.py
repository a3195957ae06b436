"""A to-do service: one Tornado application for a laptop and for AWS Lambda."""

__version__ = "0.1.0"
