"""Pure rules about reports: states, adoption, numbers, text kept verbatim."""
