// The transcript: who said what, in which language; the options of the open prompt are buttons.

import { fill, find, make, telephone } from "./dom.js";
import { shelf, shelfKey } from "./demo_calls.js";
import { intro } from "./intro.js";
import { known, words } from "./words.js";

let shown = [];
let sidShown = "";
let press = () => {};
let begin = () => {};
let following = true;
let speaking = -1;

// Scroll to the newest line, unless the reader has scrolled back.
find("transcript").addEventListener("scroll", ({ target }) => {
  if (target.clientHeight) following = target.scrollHeight - target.scrollTop - target.clientHeight < 140;
});
// The focus ring is for Tab navigation; a focus that the page sets by itself shows none.
let walking = false;
document.addEventListener(
  "keydown",
  event => {
    walking = event.key === "Tab";
  },
  true,
);
document.addEventListener(
  "pointerdown",
  () => {
    walking = false;
  },
  true,
);
find("transcript").addEventListener("focus", ({ target }) => target.classList.toggle("walked-to", walking));
new ResizeObserver(follow).observe(find("transcript"));

function follow() {
  const place = find("transcript");
  if (following && sidShown) place.scrollTop = place.scrollHeight;
}

export function whenChosen(tell, tellDemoCall) {
  press = tell;
  begin = tellDemoCall;
}

export function showTranscript(call) {
  const place = find("transcript");
  if (!call) return empty(place);
  if (sidShown !== call.sid) {
    fill(place, call.sid);
    shown = [];
    sidShown = call.sid;
    following = true;
  }
  const open = openFrom(call);
  call.lines.forEach((line, number) => {
    const options = number >= open ? call.options : [];
    const key = JSON.stringify([line.text, line.code, options, document.documentElement.lang]);
    if (shown[number]?.key === key) return;
    const element = lineOf(line, number, options);
    if (shown[number]) shown[number].element.replaceWith(element);
    else place.append(element);
    shown[number] = { key, element };
  });
  markSpeaking(speaking);
  follow();
}

// What is played is shown as its address.
export const isMusic = line => /^\[https?:\/\/\S+\]$/.test(line.text);

export function markSpeaking(number) {
  speaking = number;
  for (const one of document.querySelectorAll(".line.speaking")) one.classList.remove("speaking");
  if (number >= 0) shown[number]?.element.classList.add("speaking");
}

function empty(place) {
  shown = [];
  sidShown = "";
  fill(place, document.documentElement.lang + shelfKey(), intro(), shelf(begin));
}

// The open prompt began after the caller's last action.
function openFrom(call) {
  if (call.state !== "listening") return Infinity;
  let number = call.lines.length;
  while (
    number > 0 &&
    call.lines[number - 1].who !== "caller" &&
    !["silence", "over"].includes(call.lines[number - 1].code)
  )
    number -= 1;
  if (number < call.lines.length) return number;
  number = call.lines.length - 1;
  while (number > 0 && call.lines[number - 1].who === "line") number -= 1;
  return number;
}

function lineOf(line, number, options) {
  if (line.who === "note") return make("p", { class: `note note-${line.code}`, "data-number": number }, noteText(line));
  if (line.who === "caller") {
    return make(
      "div",
      { class: "line caller" },
      make("span", { class: "who" }, words("you")),
      make("p", { class: "pressed" }, ...[...line.text].map(key => make("kbd", {}, key))),
    );
  }
  if (isMusic(line)) return make("p", { class: "note", "data-number": number }, words("music"));
  const language = line.language === "zh" ? "zh-CN" : "en";
  const name = words({ whisper: "whisper", agent: "agentSays" }[line.who] ?? "robot");
  const badge = make("span", { class: "badge" }, line.language === "zh" ? "中" : "EN");
  return make(
    "div",
    { class: `line ${line.who}`, "data-number": number },
    make("span", { class: "who" }, name, badge),
    make("div", { class: "words", lang: language }, ...sentences(line.text, [...options])),
  );
}

function noteText(line) {
  const name = `note-${line.code}`;
  return known(name)
    ? words(name, line.code.startsWith("agent-") ? telephone(line.text) : line.text)
    : `${line.code} ${line.text}`;
}

function sentences(text, options) {
  return text
    .split("\n")
    .filter(Boolean)
    .map(sentence => {
      const place = options.findIndex(option => option.label && sentence.includes(option.label));
      if (place < 0) return make("p", {}, sentence);
      const [option] = options.splice(place, 1);
      return make(
        "button",
        { class: "option", type: "button", onclick: event => press(option.key, event) },
        make("kbd", {}, option.key),
        make("span", {}, sentence),
      );
    });
}
