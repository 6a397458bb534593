"""Who is calling: verification by keypad, one-time codes, limits on guesses, and the language of a known number."""
