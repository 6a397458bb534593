"""Sound for the line: words, keys and hold music, as a telephone carries them.

A script (sentences and pauses) is spoken by a voice, produced to telephone grade and kept on a shelf
by its content. The line itself speaks with Twilio's voices and needs nothing of this; the lab's phone,
the hold music and the measurements do.
"""
