// The page: polls the state of the call, shows what changed, and takes the keyboard's keys.

import { showMessages, showPath, showSummary } from "./server_panel.js";
import { fill, find, make } from "./dom.js";
import { dialled, flash, showAgent, showDial, showHandset, showKeys, showTimer } from "./handset.js";
import { RECORDS, showRecords } from "./records.js";
import { setScene, showScene, showSceneLine, whenSceneChanges } from "./scene.js";
import * as sound from "./sound.js";
import * as demoCalls from "./demo_calls.js";
import { isMusic, markSpeaking, showTranscript, whenChosen } from "./transcript.js";
import * as api from "./api.js";
import { applyWords, known, speak, speaks, words } from "./words.js";

const PANELS = {
  path: () => showPath(report),
  summary: () => showSummary(report),
  messages: () => showMessages(texts, call?.state === "listening" ? press : null),
  cases: () => showRecords(lists, call?.sid, setting.customers, talks, endTalk),
  scene: () => showScene(setting),
};
const TABS = Object.keys(PANELS);
const AT_ONCE = 150;
const SOON = 600;
const LATER = 3000;

let setting = {
  wallets: [],
  customers: [],
  calls: [],
  scene: {
    clock: { now: null, runs: false },
    agents: { available: 1, answers: "accept" },
    wallet: { mode: "ok" },
    sms: { mode: "ok" },
    line: { state: "open", own: [] },
  },
};
let call = null;
let spokenTo = 0;
let report = null;
let texts = [];
let lists = {};
let talks = [];
let tab = "path";
let trouble = null;
let chain = Promise.resolve();
let readingServer = false;
let serverSeen = "";
let timer = 0;
let peopleSeen = "";
let placing = false;

function show() {
  applyWords();
  showDial(
    setting,
    setting.calls.filter(one => one.sid !== call?.sid),
    join,
  );
  showKeys(press);
  showHandset(call, setting);
  showAgent(call, decide);
  showTranscript(call);
  showSceneLine(setting);
  PANELS[tab](); // the others are drawn when they are opened
  demoCalls.showHint(demoCalls.step(call, report, texts), follow, leaveDemoCall);
  showTabs();
  showBanner();
  const label = sound.hasVoice() ? words(sound.isMuted() ? "soundOff" : "soundOn") : words("textOnly");
  find("mute").textContent = label;
  find("mute").disabled = !sound.hasVoice();
}

function showTabs() {
  const counts = { messages: texts.length, cases: RECORDS.reduce((sum, name) => sum + (lists[name]?.length ?? 0), 0) };
  const label = name => words(`tab-${name}`) + (counts[name] ? ` ${counts[name]}` : "");
  const at = document.activeElement?.id;
  const drawn = fill(
    find("tabs"),
    JSON.stringify([speaks(), tab, counts]),
    TABS.map(name =>
      make(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": `panel-${name}`,
          "aria-selected": String(name === tab),
          tabindex: name === tab ? 0 : -1,
          onclick: () => open(name),
          onkeydown: moveTab,
        },
        label(name),
      ),
    ),
  );
  if (drawn && at?.startsWith("tab-")) find(at).focus(); // keep the focus on the redrawn tab
  const view = document.body.dataset.view;
  fill(
    find("views"),
    JSON.stringify([speaks(), view, counts]),
    ["call", ...TABS].map(name =>
      make(
        "button",
        {
          type: "button",
          "aria-current": name === view ? "page" : null,
          onclick: () => open(name),
        },
        label(name),
      ),
    ),
  );
  for (const name of TABS) find(`panel-${name}`).hidden = name !== tab;
}

function open(name) {
  document.body.dataset.view = name;
  if (name !== "call") tab = name;
  show();
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  open(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]);
  find(`tab-${tab}`).focus();
}

function showBanner() {
  const lack = !setting.loaded
    ? ""
    : !setting.wallets.length
      ? words("noLine")
      : !setting.customers.length
        ? words("nobody")
        : "";
  const down = setting.error
    ? words(`error-${setting.error}`)
    : setting.up === false
      ? words("error-server-down", setting.server)
      : "";
  const name = trouble && `error-${trouble.code}`;
  const text = trouble ? (known(name) ? words(name, trouble.detail) : trouble.code) : down || (call ? "" : lack);
  find("banner").hidden = !text;
  if (find("banner").textContent !== text) find("banner").textContent = text;
}

function showError(found) {
  trouble = found.code ? found : null;
  if (!found.code) throw found;
  if (found.code === "unknown-call") lose();
  show();
}

// The simulator was restarted: the transcript stays, and the call is over.
function lose() {
  sound.bargeIn();
  sound.ring(false);
  if (!call) leave();
  else if (call.state !== "over") {
    const note = { who: "note", code: "lost", text: "", turn: call.turn };
    call = { ...call, state: "over", agent: { ...call.agent, choices: [] }, options: [], lines: [...call.lines, note] };
  }
}

async function take(picture) {
  if (!picture) return;
  if (call?.sid === picture.sid && picture.version < call.version) return;
  call = picture;
  picture.lines.forEach((line, number) => {
    if (number >= spokenTo && line.who !== "note" && line.who !== "caller") sound.say(picture.sid, number, isMusic(line));
  });
  spokenTo = Math.max(spokenTo, picture.lines.length);
  sound.ring(picture.state === "agent-rings");
  if (picture.state === "over" && picture.lines.some(line => line.code === "hung-up")) sound.bargeIn();
  show();
  readServer();
}

async function readServer() {
  const wanted = `${call?.sid} ${call?.turn} ${call?.state}`; // keys inside an entry do not change it
  if (readingServer || serverSeen === wanted || call?.state === "working" || call?.state === "ringing") return;
  readingServer = true;
  try {
    const sid = call?.sid;
    const settled = await Promise.allSettled([
      sid ? api.report(sid) : null,
      api.talks(),
      api.lab("records"), // all lists in one request: this runs after each turn
    ]);
    const [told, talking, found] = settled.map(one => one.value);
    if (sid === call?.sid) report = told ?? (sid ? report : null);
    talks = talking ?? talks;
    lists = found ?? lists;
    texts = lists.sms ?? [];
    serverSeen = wanted;
    show();
  } finally {
    readingServer = false;
  }
}

async function endTalk(sid) {
  await api.endTalk(sid);
  serverSeen = "";
  await readServer();
}

async function readSetting() {
  try {
    setting = { ...(await api.setting()), loaded: true };
    sound.setVoice(setting.voice);
    await readDemoCalls();
    if (trouble?.code === "phone-down" || (trouble?.code === "server-down" && setting.up)) trouble = null;
    show();
  } catch (found) {
    showError(found);
  }
}

// Read again when the customers of the world changed.
async function readDemoCalls() {
  const people = JSON.stringify([setting.customers, setting.wallets]);
  if (people === peopleSeen) return;
  demoCalls.load(await api.demoCalls());
  peopleSeen = people;
}

async function watch() {
  try {
    if (call && call.state !== "over") await take(await api.look(call.sid, call.version));
    if (trouble?.code === "phone-down") trouble = null;
    if (!call || setting.up === false || trouble?.code === "server-down") await readSetting();
    if (!call || call.state === "over") serverSeen = ""; // deliveries and attempts arrive by themselves
    readServer();
  } catch (found) {
    showError(found);
  }
  showBanner();
  watchAgain(
    ["ringing", "working"].includes(call?.state)
      ? AT_ONCE
      : document.hidden || !call || call.state === "over"
        ? LATER
        : SOON,
  );
}

function watchAgain(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(watch, milliseconds);
}

function ring(event) {
  event.preventDefault();
  once(() => {
    demoCalls.choose(null);
    return place(...dialled());
  });
}

// A double click places one call.
async function once(action) {
  if (placing) return;
  placing = true;
  try {
    await action();
  } finally {
    placing = false;
  }
}

// Afresh: the line forgets which language this number chose before.
async function place(line, caller, agents, afresh = false) {
  trouble = null;
  try {
    if (afresh && caller) await api.lab("forget", "POST", { caller });
    const placed = await api.place(line, caller, agents);
    begin(placed.sid);
    await take(placed);
    watchAgain(AT_ONCE);
    find("transcript").focus({ preventScroll: true });
  } catch (found) {
    showError(found);
  }
}

// Sets the scene of a demo call and places it; a part without keys only shows a panel.
async function playDemoCall(one, part = 0) {
  const now = demoCalls.choose(one, part);
  try {
    await readSetting(); // the current setting, not the one shown last
    await setScene(now.scene ?? {}, setting, part > 0);
    await readSetting();
    if (now.keys) await place(one.line, one.caller, "by-hand", part === 0);
    if (now.looks) open(now.looks);
    else if (now.keys) open("call");
  } catch (found) {
    showError(found);
  }
}

// What the hint's button does.
function follow(now, event) {
  if (now.what === "press") press(now.keys, event);
  else if (now.what === "decide") decide(now.choice);
  else if (now.what === "leave") act("wait");
  else if (now.what === "hang-up") act("hang-up");
  else if (now.what === "next") once(() => playDemoCall(demoCalls.current(), demoCalls.currentPart() + 1));
  else leave();
}

function leaveDemoCall() {
  demoCalls.choose(null);
  show();
}

function begin(sid) {
  history.replaceState(null, "", `#${sid}`);
  call = null;
  report = null;
  spokenTo = 0;
}

async function join(sid) {
  try {
    begin(sid);
    const picture = await api.look(sid, -1);
    spokenTo = picture.lines.length; // what was said before is shown, not played again
    await take(picture);
    watchAgain(SOON);
  } catch (found) {
    showError(found);
  }
}

function leave() {
  sound.bargeIn();
  sound.ring(false);
  begin("");
  history.replaceState(null, "", location.pathname);
  const played = demoCalls.current()?.id;
  demoCalls.choose(null);
  readSetting().then(() => (document.querySelector(`[data-demo-call="${played}"]`) ?? find("who")).focus());
}

// Actions are sent one after the other, so that keys arrive in the order in which they were pressed.
function act(kind, keys = "") {
  if (!call) return;
  const sid = call.sid;
  sound.bargeIn();
  chain = chain.then(async () => {
    try {
      trouble = null;
      await take(await api.act(sid, kind, call?.version ?? 0, keys));
    } catch (found) {
      if (found.code === "other-window") await take(await api.look(sid, -1));
      showError(found);
    }
  });
}

function press(keys, event) {
  if (!call || call.state === "over") return;
  [...keys].forEach((key, place) => {
    sound.tone(key, place);
    flash(key);
  });
  act("press", keys);
  // After a click, Enter and Space belong to the telephone again.
  if (event?.detail > 0) find("transcript").focus({ preventScroll: true });
}

async function decide(choice) {
  try {
    sound.bargeIn();
    await take(await api.choose(call.sid, choice));
    find("transcript").focus({ preventScroll: true });
  } catch (found) {
    showError(found);
  }
}

function hangUp() {
  if (!call) return;
  if (call.state !== "over") return act("hang-up");
  trouble = null;
  leave();
}

function keyboard(event) {
  if (!call || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at.closest("input, select, textarea")) return;
  const heldDown = event.repeat && /^([0-9*#n ]|Enter|Escape)$/.test(event.key); // counts as one key
  if (heldDown) return void event.preventDefault();
  if (event.key === "Escape") return void (call.state !== "over" && hangUp());
  if (/^[0-9*#]$/.test(event.key)) press(event.key);
  else if (event.key === "n" && document.querySelector("#hint .do")) find("hint").querySelector(".do").click();
  else if (at.closest("button, summary, a")) return;
  else if (event.key === "Enter") press("#");
  else if (event.key === " ") act("wait");
  else return;
  event.preventDefault();
}

find("dial").addEventListener("submit", ring);
find("dial").addEventListener("change", show);
find("hang-up").addEventListener("click", hangUp);
find("silence").addEventListener("click", () => act("wait"));
find("repeat").addEventListener("click", () => act("repeat"));
find("speak").addEventListener("submit", event => {
  event.preventDefault();
  act("speak", find("words").value);
  find("words").value = "";
  find("transcript").focus({ preventScroll: true });
});
find("scene-line").addEventListener("click", () => open("scene"));
find("mute").addEventListener("click", () => {
  sound.mute(!sound.isMuted());
  show();
});
document.addEventListener("keydown", keyboard);
for (const one of document.querySelectorAll("[data-language]")) {
  one.addEventListener("click", () => {
    speak(one.dataset.language);
    show();
  });
}
whenChosen(press, one => once(() => playDemoCall(one)));
sound.whenSpeaking(markSpeaking);
whenSceneChanges(async what => {
  trouble = null;
  await readSetting();
  serverSeen = "";
  if (["reset", "world", "demo"].includes(what)) report = null;
  await readServer();
}, showError);
setInterval(() => showTimer(call), 500);
show();
await readSetting();
if (/^#CA[0-9a-f]{32}$/.test(location.hash)) await join(location.hash.slice(1));
else readServer();
watch();
