"""Pure rules of the figures and tables that are handed up."""
