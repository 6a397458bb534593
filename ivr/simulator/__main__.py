"""`python -m ivr.simulator`: the telephone in the terminal."""

import sys

from ivr.simulator.terminal import main

sys.exit(main())
