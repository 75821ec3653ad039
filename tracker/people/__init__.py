"""People, departments, roles, deputies, and how a person comes in."""
