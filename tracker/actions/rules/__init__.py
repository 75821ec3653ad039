"""Pure rules of follow-up: workflow, deadlines, closing, the story a timeline tells."""
