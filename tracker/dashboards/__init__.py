"""Figures for managers: read models, each from the conditions that the lists use, so that no two numbers differ."""
