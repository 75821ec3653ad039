"""The demonstration city: reports, people and a past, told through the services and dated from the day of loading."""
