"""pydub's AudioSegment, imported without the warnings of pydub itself.

They are of no concern to us: it looks for ffmpeg, which PCM WAV files do not need, imports the standard library's
deprecated audioop (from Python 3.13 on, a package stands in for it), and has string escapes that Python 3.12 objects
to.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", module=".*pydub")
    from pydub import AudioSegment
    from pydub.silence import detect_nonsilent

__all__ = ["AudioSegment", "detect_nonsilent"]
