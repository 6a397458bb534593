"""`python -m audio "text" --lang zh -o file.wav`: hear how it sounds on a telephone, and read its measurements."""

import sys
from importlib.util import find_spec

if find_spec("numpy") is None:
    sys.exit("audio: sound needs packages that production does not; run: make install-lab")
else:
    from audio.command import main

    sys.exit(main())
