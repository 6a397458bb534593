"""The verbs of TwiML at which somebody may have to act, and what executes each; a leg is given this table."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.simulator.dialling import dial
from ivr.simulator.executor import Verb
from ivr.simulator.gathering import gather
from ivr.simulator.queueing import enqueue
from ivr.simulator.recording import record

VERBS: Mapping[str, Verb] = {"Gather": gather, "Dial": dial, "Enqueue": enqueue, "Record": record}
