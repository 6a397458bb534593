// The telephone: caller and line, display, keypad, and the agent's phone.

import { fill, find, make, telephone } from "./dom.js";
import { known, speaks, words } from "./words.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const MODES = ["by-hand", "scene", "accept", "decline", "no-answer", "busy"];
const OTHER = "other";

export function showDial(setting, calls, join) {
  if (!setting.loaded) return; // the lists are not known yet
  const key = JSON.stringify([setting.customers, setting.wallets, speaks()]);
  const people = setting.customers.map(one =>
    make(
      "option",
      { value: one.mobile ?? "", "data-whose": one.id },
      `${one.name ?? one.id} · ${one.mobile ? telephone(one.mobile) : words("withheld")}`,
    ),
  );
  const other = () => make("option", { value: OTHER, "data-whose": " other" }, words("other"));
  const withheld = make("option", { value: "", "data-whose": " withheld" }, words("withheld"));
  keepChoice(find("who"), key, [...people, other(), withheld]);
  const lines = setting.wallets.map(one =>
    make(
      "option",
      { value: one.line, "data-whose": one.id },
      `${one.name[speaks()] ?? one.id} · ${telephone(one.line)}`,
    ),
  );
  keepChoice(find("line"), key, [...lines, other()]);
  keepChoice(
    find("agents"),
    speaks(),
    MODES.map(mode => make("option", { value: mode, "data-whose": mode }, words(`mode-${mode}`))),
  );
  find("other-number").hidden = find("who").value !== OTHER;
  find("other-line").hidden = find("line").value !== OTHER;
  const going = find("going-on");
  going.hidden = !calls.length;
  fill(
    going,
    JSON.stringify([calls, speaks()]),
    make("h3", {}, words("goingOn")),
    ...calls.map(one =>
      make(
        "button",
        { type: "button", class: "action", onclick: () => join(one.sid) },
        words("join", telephone(one.caller)),
      ),
    ),
  );
}

function keepChoice(select, key, options) {
  const before = select.selectedOptions[0]?.dataset.whose;
  if (!fill(select, key, options)) return;
  const same = options.find(option => option.dataset.whose === before);
  if (same) same.selected = true;
}

export function dialled() {
  const typed = input => find(input).value.replace(/[\s()-]/g, "") || null; // an empty field is not a withheld number
  const pick = (select, input) => (find(select).value === OTHER ? typed(input) : find(select).value);
  return [pick("line", "line-number"), pick("who", "number"), find("agents").value];
}

export function showKeys(press) {
  fill(
    find("keys"),
    speaks(),
    KEYS.map(key =>
      make(
        "button",
        { type: "button", class: "key", "data-key": key, onclick: event => press(key, event) },
        make("b", {}, key),
        "7890*#".includes(key) ? make("small", {}, known(`hint-${key}`) ? words(`hint-${key}`) : "\u00a0") : null,
      ),
    ),
  );
}

export function flash(key) {
  const button = document.querySelector(`.key[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  button.classList.add("pressed-now");
  setTimeout(() => button.classList.remove("pressed-now"), 140);
}

export function showHandset(call, setting) {
  document.body.dataset.state = call?.state ?? "idle";
  find("dial").hidden = Boolean(call);
  find("in-call").hidden = !call;
  if (!call) return;
  const wallet = setting.wallets.find(one => one.line === call.line);
  find("display-name").textContent = wallet ? (wallet.name[speaks()] ?? wallet.id) : telephone(call.line);
  find("state").textContent = stateText(call);
  find("keyed").textContent = keyedNow(call);
  const over = call.state === "over";
  find("silence").textContent =
    call.state === "talking" ? words("agentLeaves") : words("silence", Math.round(call.seconds));
  find("silence").disabled = !["listening", "talking", "working"].includes(call.state);
  find("repeat").textContent = words("repeat");
  find("speak").hidden = !call.records && !call.talks;
  find("words").setAttribute("aria-label", words(call.talks ? "toSayNow" : "toSay"));
  find("hang-up").textContent = words(over ? "again" : "hangUp");
  find("hang-up").classList.toggle("end", !over);
  for (const key of document.querySelectorAll(".key")) key.disabled = over;
}

function stateText(call) {
  return words(call.state, call.state === "talking" ? telephone(call.agent.number).replace("client:", "") : call.turn + 1);
}

// The keys pressed for the open prompt.
function keyedNow(call) {
  const last = call.lines.at(-1);
  return last?.who === "caller" ? last.text : "\u00a0";
}

export function showAgent(call, decide) {
  const place = find("agent");
  const choices = call?.agent.choices ?? [];
  place.hidden = !choices.length;
  const buttons = choices.map(choice =>
    make("button", { type: "button", class: `action ${choice}`, onclick: () => decide(choice) }, words(choice)),
  );
  fill(
    place,
    JSON.stringify([call?.agent, speaks()]),
    make("p", {}, make("b", {}, words(call?.state ?? "idle")), " ", telephone(call?.agent.number ?? "")),
    make("div", { class: "row" }, ...buttons),
  );
}

export function showTimer(call) {
  if (!call || call.state === "over") return;
  const seconds = Math.max(0, Math.floor(Date.now() / 1000 - call.started));
  find("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
