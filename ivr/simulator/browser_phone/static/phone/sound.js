// Sound: key tones (ITU-T Q.23), the speech of the line, and ringing.

import { RINGING, soundOf } from "./api.js";

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
const ROWS = ["123", "456", "789", "*0#"];
const KEPT = "phone-muted";
const TONE_SECONDS = 0.14;

let context = null;
let muted = localStorage.getItem(KEPT) === "yes";
let voice = true;
let playing = null;
let waiting = [];
let ringing = null;
let onLine = () => {};

export const isMuted = () => muted;
export const hasVoice = () => voice;
export const toneOf = key => {
  const row = ROWS.findIndex(keys => keys.includes(key));
  return row < 0 ? null : [LOW[row], HIGH[ROWS[row].indexOf(key)]];
};

export function setVoice(there) {
  voice = there;
}

export function whenSpeaking(tell) {
  onLine = tell;
}

export function mute(yes) {
  muted = yes;
  localStorage.setItem(KEPT, yes ? "yes" : "no");
  if (playing) playing.muted = yes;
  if (ringing) ringing.muted = yes;
}

export function tone(key, place = 0) {
  const pair = toneOf(key);
  if (!pair || muted) return;
  context ??= new AudioContext();
  context.resume();
  const level = context.createGain();
  const begin = context.currentTime + place * (TONE_SECONDS + 0.04);
  const end = begin + TONE_SECONDS;
  level.gain.setValueAtTime(0, begin);
  level.gain.linearRampToValueAtTime(0.1, begin + 0.004);
  level.gain.setValueAtTime(0.1, end - 0.01);
  level.gain.linearRampToValueAtTime(0, end);
  level.connect(context.destination);
  for (const frequency of pair) {
    const wave = context.createOscillator();
    wave.frequency.value = frequency;
    wave.connect(level);
    wave.start(begin);
    wave.stop(end);
  }
}

// Music ends as soon as there are words.
export function say(sid, number, music = false) {
  if (!voice) return;
  if (playing?.dataset.music) bargeIn();
  waiting.push([sid, number, music]);
  if (!playing) next();
}

// Barge-in: a key stops the prompt and drops what was not spoken yet.
export function bargeIn() {
  waiting = [];
  if (playing) {
    playing.pause();
    playing = null;
  }
  onLine(-1);
}

function next() {
  const entry = waiting.shift();
  if (!entry) {
    playing = null;
    onLine(-1);
    return;
  }
  const [sid, number, music] = entry;
  const sound = new Audio(soundOf(sid, number));
  if (music) sound.dataset.music = "yes";
  playing = sound;
  sound.muted = muted;
  const go = () => playing === sound && next();
  sound.addEventListener("ended", go);
  sound.addEventListener("error", go);
  onLine(number);
  sound.play().catch(go);
}

export function ring(on) {
  if (on && !ringing) {
    ringing = new Audio(RINGING);
    ringing.loop = true;
    ringing.muted = muted;
    ringing.play().catch(() => {});
  } else if (!on && ringing) {
    ringing.pause();
    ringing = null;
  }
}
