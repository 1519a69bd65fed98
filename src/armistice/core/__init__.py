"""The ground floor: every noun that crosses a wall of the house, and nothing that computes."""
