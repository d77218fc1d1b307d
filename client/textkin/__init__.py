"""Textkin client."""
