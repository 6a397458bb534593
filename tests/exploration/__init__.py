"""The explorer: every key, silence and outcome at every place of the real flows, and what must hold there.

It lives among the tests because it stubs every effect; the flows, the Player, the Call and the prompts
are the real ones. `python -m tests.exploration` runs it.
"""
