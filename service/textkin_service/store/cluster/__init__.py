"""Articles in a cluster: `store`."""
