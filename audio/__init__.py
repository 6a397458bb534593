"""Sound for the line: words, keys, ringing and music, as a telephone carries them.

A script (sentences and pauses) is spoken by a voice, produced to telephone grade and kept on a shelf
by its content. The line itself speaks with Twilio's voices and needs nothing of this; the lab's phone and
the measurements do. The music is for whoever waits in a queue: the line has none yet, so no caller hears it.
"""
