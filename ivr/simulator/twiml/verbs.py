"""The verbs of TwiML at which somebody may have to act, and what executes each; a leg is given this table."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.simulator.twiml.dial import dial
from ivr.simulator.twiml.enqueue import enqueue
from ivr.simulator.twiml.executor import Verb
from ivr.simulator.twiml.gather import gather
from ivr.simulator.twiml.record import record

VERBS: Mapping[str, Verb] = {"Gather": gather, "Dial": dial, "Enqueue": enqueue, "Record": record}
