"""Sound for the line: words, keys, ringing and music, as a telephone carries them.

A voice speaks a script (sentences and pauses), and the result gets the band and the level of a telephone.
The line itself speaks with Twilio's voices and needs nothing of this; the lab's phone and the measurements do.
The hold music is made from the same parts; callers hear it while they wait in the queue or are on hold.
"""
