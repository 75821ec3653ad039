"""The ground floor: clock, dates, language, database, files, letters, jobs. No feature words here."""
