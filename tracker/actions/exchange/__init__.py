"""Items as tables: the filtered list written to a file, and a table brought in, looked at first and then applied."""
