"""Reports, the drafts that extraction proposes, and the recommendations that a person confirmed."""
