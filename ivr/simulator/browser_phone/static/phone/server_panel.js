// The panels beside the call: what the server did, the agent's summary, text messages.

import { draw, fill, find, make, telephone } from "./dom.js";
import { known, speaks, words } from "./words.js";

const WIDTH = 400;
const ROW = 22;
const WATCH = 26;
const LEFT = 34;

// Fields of these names are amounts, as integers in fen.
const MONEY = /(^|[-_])(amount|balance|limit|used|remaining|total|single|daily|monthly|annual|fee)$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

// Formats what is kept of a call for reading: yuan, local time of the wallet, a description for the id of a record.
class Reading {
  constructor(report) {
    const timeZone = report.summary?.timezone ?? "Asia/Shanghai";
    this.clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
    this.records = new Map();
    this.learn(
      (report.turns ?? [])
        .flatMap(turn => turn.steps)
        .filter(([kind]) => kind === "did")
        .map(step => step[3]),
    );
  }

  learn(value) {
    if (value === null || typeof value !== "object") return;
    if (typeof value.id === "string" && (value.at || value.name)) this.records.set(value.id, value);
    Object.values(value).forEach(one => this.learn(one));
  }

  money(fen) {
    return words("yuan", (fen / 100).toFixed(2));
  }

  moment(at) {
    return this.clock.format(new Date(at));
  }

  // The value of a prompt or of a field, by its name.
  value(name, value) {
    if (Number.isInteger(value) && MONEY.test(name)) return this.money(value);
    if (typeof value === "string" && MOMENT.test(value)) return this.moment(value);
    const record = typeof value === "string" && name !== "id" ? this.records.get(value) : null;
    return record ? this.record(record) : plain(value);
  }

  record({ at, amount, name, payee }) {
    const who = (name ?? payee)?.[speaks()];
    return [at && this.moment(at), Number.isInteger(amount) && this.money(amount), who].filter(Boolean).join(" · ");
  }
}

export function showPath(report) {
  const key = JSON.stringify([report, speaks()]);
  if (!report?.turns?.length) {
    fill(find("panel-path"), key, nothing("noPath"));
    return;
  }
  const reading = new Reading({ summary: report.summary }); // an id means what the caller had heard by then
  const turns = report.turns
    .map(turn => {
      const shown = turnOf(turn, reading);
      reading.learn(turn.steps.filter(([kind]) => kind === "did").map(step => step[3]));
      return shown;
    })
    .reverse();
  fill(find("panel-path"), key, graph(report), make("ol", { class: "turns", reversed: true }, ...turns));
}

// The graph of the whole call: turns to the right, verification level upwards, a square for each effect, and a bar
// below for the duration of the turn.
function graph(report) {
  const turns = report.turns;
  const step = Math.min(46, (WIDTH - LEFT - 12) / Math.max(1, turns.length - 1));
  const height = 4 * ROW + WATCH + 34;
  const slowest = Math.max(1, ...turns.map(turn => turn.milliseconds ?? 0));
  const points = turns.map((turn, number) => ({
    x: LEFT + number * step,
    y: 24 + (3 - Number(turn.level.slice(1))) * ROW,
    turn,
  }));
  const rows = [0, 1, 2, 3].flatMap(row => [
    draw("line", { x1: 24, x2: WIDTH, y1: 24 + (3 - row) * ROW, y2: 24 + (3 - row) * ROW, class: "rule" }),
    draw("text", { x: 0, y: 28 + (3 - row) * ROW, class: "axis" }, `L${row}`),
  ]);
  const path = points.map((p, n) => (n ? `H${p.x}V${p.y}` : `M${p.x} ${p.y}`)).join("");
  const often = Math.ceil(18 / step);
  const marks = points.flatMap((point, number) => markOf(point, number === points.length - 1, Math.min(4.5, step / 3)));
  const watch = points.flatMap((point, number) => watchOf(point, slowest, number % often === 0));
  return make(
    "div",
    { class: "graph-place" },
    draw(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${height}`,
        role: "img",
        class: "graph",
        "aria-label": words("graph", turns.length, report.level, Math.round(slowest)),
      },
      ...rows,
      draw("path", { d: path, class: "trail" }),
      ...marks,
      draw("text", { x: 0, y: 4 * ROW + WATCH + 10, class: "axis" }, "ms"),
      ...watch,
    ),
  );
}

function watchOf({ x, turn }, slowest, numbered) {
  const long = Math.max(1.5, ((turn.milliseconds ?? 0) / slowest) * (WATCH - 6));
  const foot = 4 * ROW + WATCH + 12;
  const bar = draw(
    "rect",
    { x: x - 2, y: foot - long, width: 4, height: long, rx: 1, class: "took" },
    draw("title", {}, `${words("turn", turn.turn)} · ${turn.milliseconds ?? "—"} ms`),
  );
  return numbered
    ? [bar, draw("text", { x, y: foot + 16, class: "axis", "text-anchor": "middle" }, String(turn.turn))]
    : [bar];
}

function markOf({ x, y, turn }, last, radius) {
  const answer = turn.steps.find(step => step[0] === "answer");
  const bad = answer && ["wrong", "gave-up", "silence"].includes(answer[2]);
  const effects = turn.steps
    .filter(step => step[0] === "did")
    .map((step, n) =>
      draw(
        "rect",
        {
          x: x - 3,
          y: y - 16 - n * 8,
          width: 6,
          height: 6,
          rx: 1,
          class: step[2] === "ok" ? "effect" : "effect failed",
        },
        draw("title", {}, step[1]),
      ),
    );
  const dot = draw("circle", {
    cx: x,
    cy: y,
    r: last ? 6 : radius,
    class: `stop${bad ? " bad" : ""}${last ? " now" : ""}`,
  });
  return [...effects, dot];
}

function turnOf(turn, reading) {
  const facts = [turn.level, typeof turn.milliseconds === "number" ? `${turn.milliseconds} ms` : null];
  return make(
    "li",
    { class: "turn" },
    make(
      "p",
      { class: "turn-head" },
      make("b", {}, words("turn", turn.turn)),
      ...facts.filter(Boolean).map(fact => make("span", {}, fact)),
    ),
    ...turn.steps.map(step => stepOf(step, reading)),
    turn.wait
      ? make("p", { class: "wait" }, `${words("waitsFor")} `, make("code", {}, turn.wait.name ?? turn.wait.kind))
      : null,
  );
}

function stepOf([kind, name, how, value], reading) {
  if (kind === "answer") {
    const said = known(`kind-${how}`) ? words(`kind-${how}`) : how;
    const shown = how === "value" ? reading.value(name, value) : "";
    return make(
      "p",
      { class: `decision is-${how}` },
      make("code", {}, name),
      " → ",
      make("b", {}, [said, shown].filter(Boolean).join(" ")),
    );
  }
  const result = how === "ok" ? value : words("unavailable");
  const head = [
    make("code", {}, name),
    how === "ok" ? null : make("span", { class: "bad" }, ` ${words("unavailable")}`),
  ];
  if (result === null || how !== "ok") return make("p", { class: "did" }, ...head.filter(Boolean));
  return make("details", { class: "did" }, make("summary", {}, ...head.filter(Boolean)), tree(result, reading));
}

export function tree(value, reading = new Reading({}), name = "") {
  if (value === null || typeof value !== "object") return make("span", {}, reading.value(name, value));
  const entries = Array.isArray(value) ? value.map((one, n) => [String(n + 1), one]) : Object.entries(value);
  const named = one =>
    one === "value" && typeof value.prompt === "string" ? value.prompt : Array.isArray(value) ? name : one;
  return make(
    "dl",
    { class: "tree" },
    ...entries.flatMap(([one, inner]) => [make("dt", {}, one), make("dd", {}, tree(inner, reading, named(one)))]),
  );
}

function plain(value) {
  if (value === null || value === undefined || value === "") return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function showSummary(report) {
  const summary = report?.summary;
  const key = JSON.stringify([summary, report?.turns?.length, speaks()]);
  if (!summary) {
    fill(find("panel-summary"), key, nothing("noSummary"));
    return;
  }
  const { written, ...fields } = summary;
  const sentences = (written?.[speaks()] ?? []).map(line => {
    const [name, ...rest] = line.split(": ");
    return make("p", {}, make("b", {}, name), rest.join(": "));
  });
  const whole = make(
    "details",
    { open: sentences.length === 0 },
    make("summary", {}, words("everything")),
    tree(fields, new Reading(report)),
  );
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
  return make(
    "article",
    { class: "message" },
    make(
      "p",
      { class: "turn-head" },
      make("b", {}, telephone(message.to)),
      make("span", {}, time(message.at)),
      make("span", { class: "status" }, named("status", message.status)),
    ),
    make("p", { class: "body" }, message.body),
    code && press
      ? make(
          "button",
          { type: "button", class: "action", onclick: event => press(code, event) },
          words("keyCode", code),
        )
      : null,
  );
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
