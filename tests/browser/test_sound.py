"""Sound of the browser phone: speech, key tones, ringing; and what stops them."""

from __future__ import annotations

import pytest

KEEP_WATCH = """
() => {
  window.played = [];
  const Real = window.Audio;
  window.Audio = function (address) { const made = new Real(address); window.played.push(made); return made; };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode && !(this instanceof AnalyserNode)) {
      window.context = this.context;
      window.ear ??= new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
      connect.call(this, window.ear);
    }
    return connect.call(this, to, ...more);
  };
}
"""
LOUDEST = """
() => {
  const peaks = () => {
    const levels = new Float32Array(ear.frequencyBinCount), width = context.sampleRate / ear.fftSize;
    ear.getFloatFrequencyData(levels);
    const peak = (low, high) => {
      let best = Math.round(low / width);
      for (let bin = best; bin < high / width; bin += 1) if (levels[bin] > levels[best]) best = bin;
      return [best * width, levels[best]];
    };
    return [peak(600, 1050), peak(1100, 1600)];
  };
  window.heard = new Promise(tell => {
    const until = performance.now() + 3000;
    const listen = () => {
      const found = window.ear ? peaks() : [[0, -Infinity]];
      if (found.every(([, level]) => level > -45) || performance.now() > until) tell(found.map(([hertz]) => hertz));
      else setTimeout(listen, 5);
    };
    listen();
  });
}
"""
DECODED = """
address => fetch(address).then(async answer => {
  const bytes = await answer.arrayBuffer();
  const sound = await new OfflineAudioContext(1, 8000, 8000).decodeAudioData(bytes.slice(0));
  const loudest = sound.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return { type: answer.headers.get("Content-Type"), bytes: bytes.byteLength, seconds: sound.duration, loudest };
})
"""


@pytest.fixture
def listening(opens):
    """A window that records what it plays."""
    window = opens(sound=True)
    window.page.add_init_script(f"({KEEP_WATCH})()")
    return window.opens()


def test_the_prompt_is_played_from_a_file_that_decodes(listening):
    """Bytes come, time passes in the element, and it is not silence."""
    listening.rings()
    listening.page.wait_for_function("() => played[0] && !played[0].paused && played[0].currentTime > 0.2")
    address = listening.asks("() => played[0].src")
    assert address.endswith("/lines/0.wav")
    sound = listening.asks(DECODED, address)
    assert sound["type"] == "audio/wav" and sound["bytes"] > 8000
    assert sound["seconds"] > 1 and sound["loudest"] > 0.05


def test_the_line_that_is_spoken_is_marked_in_the_transcript(listening):
    """The line that is playing is highlighted; the mark moves, unless the user wants no motion."""
    listening.rings()
    listening.page.wait_for_selector(".line.speaking[data-number='0']")
    moves = "() => getComputedStyle(document.querySelector('.line.speaking'), '::before').animationName"
    assert listening.asks(moves) == "none"
    listening.page.emulate_media(reduced_motion="no-preference")
    assert listening.asks(moves) == "breathe"


def test_a_key_sounds_as_its_two_tones(listening):
    """ITU-T Q.23, heard through an analyser on the way to the loudspeaker, in a running audio context."""
    listening.rings()
    for key, low, high in (("1", 697, 1209), ("5", 770, 1336), ("9", 852, 1477), ("*", 941, 1209), ("#", 941, 1477)):
        listening.page.evaluate(f"() => {{ ({LOUDEST})(); }}")  # before the key: the tone is short
        listening.page.keyboard.press(key)
        assert listening.asks("() => heard") == pytest.approx([low, high], abs=15), key
        listening.page.wait_for_timeout(250)  # until it has died away
    assert listening.asks("() => context.state") == "running"


def test_a_key_stops_the_speech(listening):
    """Barge-in: what was playing stops at once, what was waiting is not played, the next prompt is."""
    listening.rings()
    listening.page.wait_for_function("() => played[0] && played[0].currentTime > 0")
    listening.page.keyboard.press("2")
    assert listening.asks("() => played[0].paused && !played[0].ended")
    listening.is_told("For account security").page.wait_for_function(
        "() => played.length > 1 && played.at(-1).currentTime > 0"
    )
    assert listening.asks("() => played.filter(one => !one.paused).length") == 1
    assert not listening.asks("() => played.some(one => one.src.endsWith('/lines/1.wav'))")


def test_hanging_up_stops_the_speech(listening):
    """Nothing is played after hanging up."""
    listening.rings()
    listening.page.wait_for_function("() => played[0] && played[0].currentTime > 0")
    listening.clicks("#hang-up").is_told("The call is over.")
    assert listening.asks("() => played.every(one => one.paused)")


def test_sound_can_be_switched_off_and_stays_off(listening):
    """Also after the page is loaded again."""
    listening.clicks("#mute").rings()
    listening.page.wait_for_function("() => played[0] && played[0].muted")
    listening.page.reload()
    assert listening.page.locator("#mute").inner_text() == "Sound off"


def test_the_page_plays_the_ringing_that_a_caller_hears_while_an_agent_is_called(listening):
    """Ringback, not music; it stops when the agent answers."""
    listening.rings().presses("2").hears_a_question().presses("0")
    ringing = "() => played.find(one => one.src.endsWith('/ringing.wav'))"
    listening.page.wait_for_function(f"() => ({ringing})()?.currentTime > 0")
    listening.clicks("#agent .answer").is_told("Whisper to the agent")
    listening.page.wait_for_function(f"() => ({ringing})().paused")
