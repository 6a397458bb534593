"""Sound for the line: words, keys, ringing and music, as a telephone carries them.

A voice speaks a script (sentences and pauses), and the result gets the band and the level of a telephone.
The line itself speaks with Twilio's voices and needs nothing of this; the lab's phone and the measurements do.
The hold music is for a queue: the line has none yet, so no caller hears it.
"""
