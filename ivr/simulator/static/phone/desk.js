// Beside the call: what the server did, the agent's summary, text messages.

import { draw, fill, find, make, telephone } from "./dom.js";
import { known, speaks, words } from "./words.js";

const WIDTH = 400;
const ROW = 22;
const WATCH = 26;
const LEFT = 34;

export function showPath(report) {
  const key = JSON.stringify([report, speaks()]);
  if (!report?.turns?.length) {
    fill(find("panel-path"), key, nothing("noPath"));
    return;
  }
  const turns = report.turns.map(turnOf).reverse();
  fill(find("panel-path"), key, graph(report), make("ol", { class: "turns", reversed: true }, ...turns));
}

// Time runs to the right, the level of verification upwards; a square is something that was looked up or done,
// a bar below is how long the turn took. The whole call is in sight, however long it is.
function graph(report) {
  const turns = report.turns;
  const step = Math.min(46, (WIDTH - LEFT - 12) / Math.max(1, turns.length - 1));
  const height = 4 * ROW + WATCH + 34;
  const slowest = Math.max(1, ...turns.map(turn => turn.milliseconds ?? 0));
  const points = turns.map((turn, number) => ({ x: LEFT + number * step, y: 24 + (3 - Number(turn.level.slice(1))) * ROW, turn }));
  const rows = [0, 1, 2, 3].flatMap(row => [
    draw("line", { x1: 24, x2: WIDTH, y1: 24 + (3 - row) * ROW, y2: 24 + (3 - row) * ROW, class: "rule" }),
    draw("text", { x: 0, y: 28 + (3 - row) * ROW, class: "axis" }, `L${row}`),
  ]);
  const path = points.map((p, n) => (n ? `H${p.x}V${p.y}` : `M${p.x} ${p.y}`)).join("");
  const often = Math.ceil(18 / step);
  const marks = points.flatMap((point, number) => markOf(point, number === points.length - 1, Math.min(4.5, step / 3)));
  const watch = points.flatMap((point, number) => watchOf(point, slowest, number % often === 0));
  return make("div", { class: "graph-place" }, draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", class: "graph",
    "aria-label": words("graph", turns.length, report.level, Math.round(slowest)) },
    ...rows, draw("path", { d: path, class: "trail" }), ...marks, draw("text", { x: 0, y: 4 * ROW + WATCH + 10, class: "axis" }, "ms"), ...watch));
}

function watchOf({ x, turn }, slowest, numbered) {
  const long = Math.max(1.5, ((turn.milliseconds ?? 0) / slowest) * (WATCH - 6));
  const foot = 4 * ROW + WATCH + 12;
  const bar = draw("rect", { x: x - 2, y: foot - long, width: 4, height: long, rx: 1, class: "took" },
    draw("title", {}, `${words("turn", turn.turn)} · ${turn.milliseconds ?? "—"} ms`));
  return numbered ? [bar, draw("text", { x, y: foot + 16, class: "axis", "text-anchor": "middle" }, String(turn.turn))] : [bar];
}

function markOf({ x, y, turn }, last, radius) {
  const answer = turn.steps.find(step => step[0] === "answer");
  const bad = answer && ["wrong", "gave-up", "silence"].includes(answer[2]);
  const effects = turn.steps.filter(step => step[0] === "did").map((step, n) =>
    draw("rect", { x: x - 3, y: y - 16 - n * 8, width: 6, height: 6, rx: 1, class: step[2] === "ok" ? "effect" : "effect failed" },
      draw("title", {}, step[1])));
  const dot = draw("circle", { cx: x, cy: y, r: last ? 6 : radius, class: `stop${bad ? " bad" : ""}${last ? " now" : ""}` });
  return [...effects, dot];
}

function turnOf(turn) {
  const facts = [turn.level, typeof turn.milliseconds === "number" ? `${turn.milliseconds} ms` : null];
  return make("li", { class: "turn" },
    make("p", { class: "turn-head" }, make("b", {}, words("turn", turn.turn)), ...facts.filter(Boolean).map(fact => make("span", {}, fact))),
    ...turn.steps.map(stepOf),
    turn.wait ? make("p", { class: "wait" }, `${words("waitsFor")} `, make("code", {}, turn.wait.name ?? turn.wait.kind)) : null);
}

function stepOf([kind, name, how, value]) {
  if (kind === "answer") {
    const said = known(`kind-${how}`) ? words(`kind-${how}`) : how;
    const shown = how === "value" ? plain(value) : "";
    return make("p", { class: `decision is-${how}` }, make("code", {}, name), " → ", make("b", {}, [said, shown].filter(Boolean).join(" ")));
  }
  const result = how === "ok" ? value : words("unavailable");
  const head = [make("code", {}, name), how === "ok" ? null : make("span", { class: "bad" }, ` ${words("unavailable")}`)];
  if (result === null || how !== "ok") return make("p", { class: "did" }, ...head.filter(Boolean));
  return make("details", { class: "did" }, make("summary", {}, ...head.filter(Boolean)), tree(result));
}

export function tree(value) {
  if (value === null || typeof value !== "object") return make("span", {}, plain(value));
  const entries = Array.isArray(value) ? value.map((one, n) => [String(n + 1), one]) : Object.entries(value);
  return make("dl", { class: "tree" }, ...entries.flatMap(([name, one]) => [make("dt", {}, name), make("dd", {}, tree(one))]));
}

function plain(value) {
  if (value === null || value === undefined || value === "") return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function showSummary(report) {
  const summary = report?.summary;
  const key = JSON.stringify([summary, speaks()]);
  if (!summary) {
    fill(find("panel-summary"), key, nothing("noSummary"));
    return;
  }
  const { written, ...fields } = summary;
  const sentences = (written?.[speaks()] ?? []).map(line => {
    const [name, ...rest] = line.split(": ");
    return make("p", {}, make("b", {}, name), rest.join(": "));
  });
  const whole = make("details", { open: sentences.length === 0 }, make("summary", {}, words("everything")), tree(fields));
  fill(find("panel-summary"), key, make("div", { class: "written" }, ...sentences), whole);
}

export function showMessages(messages, press) {
  const key = JSON.stringify([messages, speaks(), press !== null]);
  if (!messages?.length) {
    fill(find("panel-messages"), key, nothing("noMessages"));
    return;
  }
  fill(find("panel-messages"), key, ...messages.toReversed().map(message => messageOf(message, press)));
}

function messageOf(message, press) {
  const code = /(?<!\d)\d{6}(?!\d)/.exec(message.body)?.[0];
  return make("article", { class: "message" },
    make("p", { class: "turn-head" }, make("b", {}, telephone(message.to)), make("span", {}, time(message.at)), make("span", { class: "status" }, named("status", message.status))),
    make("p", { class: "body" }, message.body),
    code && press ? make("button", { type: "button", class: "deed", onclick: event => press(code, event) }, words("keyCode", code)) : null);
}

export function named(kind, value) {
  return known(`${kind}-${value}`) ? words(`${kind}-${value}`) : value;
}

export function time(at) {
  return at ? at.replace("T", " ").slice(0, 16) : "";
}

export function nothing(name) {
  return make("p", { class: "nothing" }, words(name));
}
