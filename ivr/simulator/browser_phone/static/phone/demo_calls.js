// Ready-made calls: the list of them, and the hint with the next key at each prompt.

import { fill, find, make } from "./dom.js";
import { known, speaks, words } from "./words.js";

const BRANCHES = ["security", "top-up", "transactions", "promotions", "information", "person"];
const KEYED = ["value", "secret", "sealed"];
const ENTRIES = ["amount", "date", "time", "number", "tail", "pin", "code", "reference"];

let demoCalls = [];
let chosen = null;
let part = 0;

export function load(list) {
  demoCalls = list;
}

export function choose(demoCall, from = 0) {
  chosen = demoCall;
  part = from;
  return chosen?.calls[part];
}

export const currentPart = () => part;
export const current = () => chosen;

// All demo calls, branch by branch.
export function shelf(begin) {
  const rows = BRANCHES.map(branch => [branch, demoCalls.filter(one => one.branch === branch)]).filter(
    ([, ones]) => ones.length,
  );
  if (!rows.length) return null;
  return make(
    "section",
    { class: "shelf", "aria-label": words("demoCalls") },
    make("h3", {}, words("demoCalls")),
    make("p", { class: "hint" }, words("demoCallsAbout")),
    ...rows.map(([branch, ones]) => rowOf(branch, ones, begin)),
  );
}

function rowOf(branch, ones, begin) {
  return make(
    "section",
    { class: "branch" },
    make("h4", {}, words(`branch-${branch}`)),
    make(
      "div",
      { class: "cards" },
      ...ones.map(one =>
        make(
          "button",
          { type: "button", class: "card", "data-demo-call": one.id, onclick: () => begin(one) },
          make("b", {}, one.title[speaks()]),
          make("span", {}, one.about[speaks()]),
        ),
      ),
    ),
  );
}

export const shelfKey = () =>
  demoCalls.map(one => one.id).join() + demoCalls.map(one => one.calls[0].keys?.["identify-tail"]).join();

// The next step: {what: "press", keys} and the like; null while it is not known what the line asks.
export function step(call, report, texts) {
  if (!chosen || !call) return null;
  if (call.state === "over") return chosen.calls[part + 1] ? { what: "next" } : { what: "end" };
  if (call.state === "agent-rings") return { what: "decide", choice: "answer" };
  if (call.state === "agent-hears") return { what: "decide", choice: "accept" };
  if (call.state === "talking") return { what: "leave" };
  const turn = report?.turns?.at(-1);
  if (call.state !== "listening" || report?.call !== call.sid || turn?.turn !== call.turn || !turn.wait) return null;
  return press(turn.wait.name, call, report, texts);
}

function press(name, call, report, texts) {
  const answers = name === "choose-language" ? (speaks() === "zh" ? "1" : "2") : chosen.calls[part].keys?.[name];
  const before = report.turns
    .flatMap(turn => turn.steps)
    .filter(([kind, of, how]) => kind === "answer" && of === name && KEYED.includes(how)).length;
  const keys = Array.isArray(answers) ? answers[Math.min(before, answers.length - 1)] : answers;
  if (!keys) return { what: "free" };
  if (keys === "hang-up") return { what: "hang-up" };
  if (keys !== "{code}") return { what: "press", keys, means: meaning(name, keys, call), turn: call.turn };
  const code = /(?<!\d)\d{6}(?!\d)/.exec(texts?.at(-1)?.body ?? "")?.[0];
  return code ? { what: "press", keys: code, means: words("entry-code"), turn: call.turn } : null;
}

function meaning(name, keys, call) {
  const option = keys.length === 1 && call.options.find(one => one.key === keys);
  if (option) return option.label;
  if (keys === "0") return words("hint-0");
  if (keys === "#") return words("entry-empty");
  const entry = ENTRIES.find(kind => name.includes(kind)) ?? (name.endsWith("day") ? "date" : "");
  return entry ? words(`entry-${entry}`) : "";
}

export function showHint(now, act, leave) {
  const place = find("hint");
  place.hidden = !chosen || !now;
  document.body.dataset.hint = String(!place.hidden);
  fill(place, JSON.stringify([chosen?.id, part, now, speaks()]), chosen && now ? hintOf(now, act, leave) : []);
  mark(now?.what === "press" ? now.keys[0] : null);
}

function hintOf(now, act, leave) {
  const does = known(`do-${now.what}`) ? words(`do-${now.what}`) : "";
  const label =
    {
      press: now.means,
      decide: words(now.choice ?? "idle"),
      next: words(chosen.calls[part + 1]?.keys ? "do-again" : "do-clock"),
    }[now.what] ?? does;
  const keys = now.what === "press" ? [...now.keys].map(key => make("kbd", {}, key)) : [];
  const button =
    now.what === "free"
      ? make("p", { class: "free" }, words("do-free"))
      : make(
          "button",
          { type: "button", class: "do", "aria-keyshortcuts": "n", onclick: event => act(now, event) },
          make("span", { class: "unseen" }, words("hintNext")),
          make("span", { class: "caps" }, ...keys),
          make("span", {}, label),
        );
  return [
    make(
      "p",
      { class: "demo-title" },
      make("b", {}, chosen.title[speaks()]),
      make(
        "button",
        {
          type: "button",
          class: "leave",
          "aria-label": words("leaveDemoCall"),
          title: words("leaveDemoCall"),
          onclick: leave,
        },
        "×",
      ),
    ),
    button,
  ];
}

// The next key stands out on the keypad and in the transcript.
function mark(key) {
  for (const one of document.querySelectorAll(".key")) one.classList.toggle("next", one.dataset.key === key);
  const options = [...document.querySelectorAll("button.option")];
  for (const one of options) one.classList.toggle("next", one.querySelector("kbd").textContent === key);
}
