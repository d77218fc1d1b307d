"""What the service tells of itself while it runs: metrics, and traces. No text, title or id is in either."""
