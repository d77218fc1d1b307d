"""Moving articles from one store to another: `moving` does it, `resuming` finds where it was cut short."""
