"""Words that ask for something: how strongly, of whom, until when; and words that only seem to.

Rules here read one sentence, without blanks between Chinese characters, and never more than its first 1,500 characters.
"""
