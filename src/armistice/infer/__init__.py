"""What the panel tells about movement to come."""
