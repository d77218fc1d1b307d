"""`textkin-service doctor`: looks for what would keep a service from running well, and changes nothing."""
