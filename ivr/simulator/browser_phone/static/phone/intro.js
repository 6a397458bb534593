// The page before the first call: what a call looks like here, in a picture and three steps.

import { draw, make } from "./dom.js";
import { words } from "./words.js";

const WAVE = [8, 18, 34, 22, 44, 58, 30, 48, 64, 40, 54, 26, 38, 16, 24, 10];
const KEYS = ["2", "1", "#"];
const STOPS = [
  [424, 92],
  [462, 92],
  [500, 92],
  [500, 62],
  [538, 62],
  [538, 32],
  [576, 32],
];
const LOOKED_UP = [
  [462, 76],
  [538, 16],
  [576, 16],
  [576, 7],
];

export function intro() {
  return make(
    "div",
    { class: "intro" },
    make("h2", {}, words("intro")),
    picture(),
    make(
      "ol",
      { class: "steps" },
      ...["speaks", "answers", "turns"].map(step =>
        make("li", {}, make("b", {}, words(`step-${step}`)), make("p", {}, words(`about-${step}`))),
      ),
    ),
    make("p", { class: "hint" }, words("keysHelp")),
  );
}

function picture() {
  const bars = WAVE.map((height, n) =>
    draw("rect", { x: 2 + n * 10, y: 60 - height / 2, width: 4, height, rx: 2, class: "wave" }),
  );
  const caps = KEYS.flatMap((key, n) => [
    draw("rect", { x: 210 + n * 52, y: 38, width: 42, height: 44, rx: 10, class: "cap" }),
    draw("text", { x: 231 + n * 52, y: 67, class: "cap-text", "text-anchor": "middle" }, key),
  ]);
  const trail = draw("path", { d: STOPS.map(([x, y], n) => `${n ? "L" : "M"}${x} ${y}`).join(""), class: "trail" });
  const dots = STOPS.filter(([x], n) => n === 0 || x !== STOPS[n - 1][0]).map(([x, y], n, all) =>
    draw("circle", {
      cx: x,
      cy: y,
      r: n === all.length - 1 ? 6 : 4.5,
      class: n === all.length - 1 ? "stop now" : "stop",
    }),
  );
  const squares = LOOKED_UP.map(([x, y]) =>
    draw("rect", { x: x - 3, y: y - 3, width: 6, height: 6, rx: 1, class: "effect" }),
  );
  return draw(
    "svg",
    { viewBox: "0 0 600 116", class: "graph picture", "aria-hidden": "true" },
    ...bars,
    ...caps,
    trail,
    ...dots,
    ...squares,
  );
}
