"""The table of verbs that may need input; every leg is given it, so that the executor imports no verb."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.simulator.twiml.dial import dial
from ivr.simulator.twiml.enqueue import enqueue
from ivr.simulator.twiml.executor import Verb
from ivr.simulator.twiml.gather import gather
from ivr.simulator.twiml.record import record

VERBS: Mapping[str, Verb] = {"Gather": gather, "Dial": dial, "Enqueue": enqueue, "Record": record}
