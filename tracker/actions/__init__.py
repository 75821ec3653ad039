"""Action items: from a confirmed recommendation to its release."""
