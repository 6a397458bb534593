// The Scene panel: the scene in one sentence, and the controls that change it.

import { fill, find, make } from "./dom.js";
import { lab, ApiError } from "./api.js";
import { speaks, words } from "./words.js";

const WALLET = ["ok", "slow", "error", "down"];
const SMS = ["ok", "reject", "unreachable"];
const ANSWERS = ["accept", "decline", "no-answer", "busy"];
const LINE = ["open", "person", "closed"];
const REASON = { zh: "系统正在维护", en: "we are doing maintenance" };
const ZONE = "Asia/Shanghai";
const OFFSET = "+08:00";
const PRESETS = {
  morning: "2026-11-23T10:00:00+08:00",
  eve: "2026-02-16T23:59:00+08:00",
  night: "2026-11-24T03:00:00+08:00",
};

let changed = async () => {};
let failed = () => {};

export function whenSceneChanges(tell, fail) {
  changed = tell;
  failed = fail;
}

export function showSceneLine({ scene }) {
  find("scene-line").textContent = inWords(scene);
}

export function showScene({ scene }) {
  const panel = find("panel-scene");
  const editing =
    panel.contains(document.activeElement) && document.activeElement.matches("[type=number], [type=datetime-local]");
  if (editing) return; // do not overwrite a field that is being edited
  const place = controlsIn(panel).indexOf(document.activeElement);
  const minute = scene.clock.now?.slice(0, 16);
  fill(
    panel,
    JSON.stringify([scene.agents, scene.wallet, scene.sms, scene.line, minute, scene.clock.runs, speaks()]),
    controls(scene),
  );
  if (place >= 0) controlsIn(panel)[place]?.focus();
}

const controlsIn = panel => [...panel.querySelectorAll("button, input")];

function inWords(scene) {
  const now = scene.clock.now ? new Date(scene.clock.now) : null;
  const locale = speaks() === "zh" ? "zh-CN" : "en-GB";
  const when = now
    ? words(
        "it",
        new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", timeZone: ZONE }).format(now),
      )
    : words("realNow");
  return words(
    "scene",
    when,
    scene.agents.available,
    words(`answers-${scene.agents.available === 1 ? "one-" : ""}${scene.agents.answers}`),
    words(`wallet-${scene.wallet.mode}`),
    words(`sms-${scene.sms.mode}`),
    scene.line.state === "open" ? "" : words(`told-${scene.line.state}`),
  );
}

function controls(scene) {
  const shown = scene.clock.now ? local(scene.clock.now) : local(new Date().toISOString());
  const at = make("input", { type: "datetime-local", id: "clock-at", value: shown, "aria-label": words("standsAt") });
  const runs = make("input", { type: "checkbox", id: "clock-runs" });
  runs.checked = scene.clock.runs;
  const setClock = now => {
    keep(null);
    return put("clock", { now, runs: now !== null && runs.checked });
  };
  const presets = Object.entries(PRESETS).map(([name, now]) => button(words(name), () => setClock(now)));
  const count = make("input", {
    type: "number",
    min: 0,
    max: 99,
    value: scene.agents.available,
    "aria-label": words("onDuty"),
    onchange: event => put("agents", { available: Number(event.target.value) }),
  });
  return [
    group(
      "clock",
      make(
        "div",
        { class: "row" },
        at,
        button(words("set"), () => at.value && setClock(`${at.value}:00${OFFSET}`)),
        button(words("realTime"), () => setClock(null)),
      ),
      make("label", { class: "check" }, runs, words("runs")),
      make("div", { class: "presets" }, ...presets),
    ),
    group(
      "onDuty",
      make("div", { class: "row" }, count, make("span", {}, words("theyAnswer"))),
      choice("agents", "answers", ANSWERS, scene.agents.answers, "answers"),
    ),
    group("walletApi", choice("wallet", "mode", WALLET, scene.wallet.mode, "wallet")),
    group("smsProvider", choice("sms", "mode", SMS, scene.sms.mode, "sms")),
    group(
      "lineState",
      make(
        "div",
        { class: "row segments" },
        ...LINE.map(state =>
          make(
            "button",
            {
              type: "button",
              class: "action",
              "aria-pressed": String(state === scene.line.state),
              onclick: () => switchLine(state, scene.line.own),
            },
            words(`line-${state}`),
          ),
        ),
      ),
    ),
    group(
      "world",
      make(
        "div",
        { class: "row" },
        button(words("demo"), () => send("demo", "POST", {})),
      ),
      make("p", { class: "hint" }, words("demoHint")),
      make(
        "label",
        { class: "file" },
        make("span", {}, words("load")),
        make("input", { type: "file", id: "world-file", accept: ".json,application/json", onchange: load }),
      ),
      make(
        "div",
        { class: "row" },
        button(words("reset"), () => send("reset", "POST", {})),
      ),
      make("p", { class: "hint" }, words("resetHint")),
    ),
  ];
}

function group(name, ...children) {
  return make("fieldset", {}, make("legend", {}, words(name)), ...children);
}

function button(text, act) {
  return make("button", { type: "button", class: "action", onclick: act }, text);
}

function choice(what, field, values, now, prefix) {
  return make(
    "div",
    { class: "row segments" },
    ...values.map(value =>
      make(
        "button",
        {
          type: "button",
          class: "action",
          "aria-pressed": String(value === now),
          onclick: () => put(what, { [field]: value }),
        },
        words(`${prefix}-${value}`),
      ),
    ),
  );
}

const put = (what, document) => send(what, "PUT", document);

async function switchLine(state, own) {
  try {
    await switchAll(state, own);
    find("said").textContent = words("done");
    await changed("line");
  } catch (trouble) {
    failed(trouble);
  }
}

async function send(what, method, document) {
  try {
    const answer = await lab(what, method, document);
    find("said").textContent = ["world", "demo"].includes(what)
      ? words("loaded", answer.customers, answer.wallets)
      : words("done");
    await changed(what);
  } catch (trouble) {
    failed(trouble);
  }
}

async function load(event) {
  const text = await event.target.files[0]?.text();
  if (!text) return;
  try {
    JSON.parse(text);
  } catch {
    failed(new ApiError("no-file"));
    return;
  }
  await send("world", "PUT", text);
  event.target.value = "";
}

// Sets the scene of a demo call: defaults, except for what the call names. A clock that another demo call set is first
// put back to what it was before; a later part of the same call keeps its own clock.
export async function setScene(wanted, { scene }, goesOn = false) {
  const clock = goesOn ? scene.clock : ownClock(scene.clock);
  const when = hour(clock, wanted.clock);
  const changes = [
    (when || clock !== scene.clock) && ["clock", when ? { now: when, runs: true } : clock],
    (scene.agents.available !== (wanted.agents ?? 1) || scene.agents.answers !== "accept") && [
      "agents",
      { available: wanted.agents ?? 1, answers: "accept" },
    ],
    ...["wallet", "sms"].map(
      what => scene[what].mode !== (wanted[what] ?? "ok") && [what, { mode: wanted[what] ?? "ok" }],
    ),
  ].filter(Boolean);
  for (const [what, document] of changes) await lab(what, "PUT", document);
  if (when) keep(goesOn ? { ...kept(), set: when } : { own: clock, set: when });
  else if (!goesOn) keep(null);
  const state = wanted.line ?? "open";
  if (scene.line.state !== state || scene.line.own.length) await switchAll(state, scene.line.own);
}

// The switch for all wallets, and the wallets with a switch of their own: the stricter one applies.
async function switchAll(state, own) {
  const order = state === "open" ? { state } : { state, reason: REASON };
  for (const wallet of [null, ...own]) await lab("line", "PUT", { ...order, wallet });
}

const KEPT = "phone-clock";
const DEMO_CALL_LASTS = 12 * 3600 * 1000;
const kept = () => JSON.parse(localStorage.getItem(KEPT) ?? "null");
const keep = clock => (clock ? localStorage.setItem(KEPT, JSON.stringify(clock)) : localStorage.removeItem(KEPT));

// The clock as it would be if no demo call had set it; unchanged when none has, or when it was set by hand since.
function ownClock(clock) {
  const last = kept();
  if (!last || !clock.now) return clock;
  const passed = new Date(clock.now) - new Date(last.set);
  if (!(passed >= 0 && passed < DEMO_CALL_LASTS)) return clock;
  return last.own.now && last.own.runs
    ? { ...last.own, now: `${local(new Date(last.own.now).getTime() + passed, "medium")}${OFFSET}` }
    : last.own;
}

const HOURS = { day: [10, 17, "10:30"], night: [0, 6, "03:00"], opening: [24, 24, "10:05"] };

// The next time in such hours; null when it is within them already.
function hour(clock, wanted) {
  if (!HOURS[wanted]) return null;
  const now = clock.now ? new Date(clock.now) : new Date();
  const [from, until, at] = HOURS[wanted];
  const today = local(now);
  if (Number(today.slice(11, 13)) >= from && Number(today.slice(11, 13)) < until) return null;
  const tomorrow = local(new Date(now.getTime() + 24 * 3600 * 1000));
  return `${(today.slice(11) < at ? today : tomorrow).slice(0, 10)}T${at}:00${OFFSET}`;
}

function local(at, timeStyle = "short") {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle }).format(
    new Date(at),
  );
  return parts.replace(" ", "T");
}
