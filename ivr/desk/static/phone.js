// The browser's telephone: sends its forms without a reload, and looks when the live page has changed. In the lab, where
// the server operates the telephone, every open page keeps it registered, and shows what is said while a call goes on.

const BEAT = 25000; // a registration lasts for 70 seconds, and browsers hold the timers of hidden pages back to a minute
const IN_A_CALL = 1500;
const LONGEST_RING = 120;
const LOUDNESS = 0.05;
const described = document.querySelector('meta[name="desk-phone"]');
let follow = () => {};
let ringing = null;
let pace = BEAT;
let next = null;

export const panel = () => document.querySelector("[data-phone-panel]");

// What is told after each look: the offer and its state, empty when there is none.
export function whenSeen(tell) {
  follow = tell;
}

export async function post(url, form = new FormData()) {
  if (!form.has("csrf_token")) form.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  return fetch(url, { method: "POST", body: form, headers: { "X-Desk-Script": "1" }, redirect: "manual" });
}

function say(text) {
  let place = document.getElementById("phone-says");
  if (!place) {
    place = document.createElement("p");
    place.id = "phone-says";
    place.className = "wrong";
    place.setAttribute("role", "alert");
    document.getElementById("main").prepend(place);
  }
  place.textContent = text;
  place.hidden = !text;
}

export async function look() {
  try {
    await seeNow();
  } finally {
    clearTimeout(next);
    if (described.dataset.kind === "lab") next = setTimeout(look, pace);
  }
}

async function seeNow() {
  const answer = await post(described.content).catch(() => null);
  if (answer?.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = page.querySelector("[data-phone-panel]");
  pace = seen.dataset.offer ? IN_A_CALL : BEAT;
  show(seen);
  ring(Boolean(panel()) && seen.dataset.kind === "lab" && seen.dataset.state === "ringing");
  follow(seen.dataset);
}

function show(seen) {
  if (!panel()) return;
  for (const part of seen.querySelectorAll("[data-part]")) {
    const mine = panel().querySelector(`[data-part="${part.dataset.part}"]`);
    if (mine.dataset.key === part.dataset.key) continue;
    mine.dataset.key = part.dataset.key;
    mine.replaceChildren(...part.childNodes);
    mine.querySelector("ol")?.lastElementChild.scrollIntoView({ block: "nearest" });
    mine.querySelector("input[name=words]")?.focus();
  }
}

// Where the server operates the telephone, the page rings: a second of tone, two of silence.
function ring(on) {
  if (on === Boolean(ringing)) return;
  if (!on) {
    ringing.close();
    ringing = null;
    return;
  }
  ringing = new AudioContext();
  const level = ringing.createGain();
  level.gain.value = 0;
  for (let at = ringing.currentTime; at < LONGEST_RING; at += 3) {
    level.gain.setValueAtTime(LOUDNESS, at);
    level.gain.setValueAtTime(0, at + 1);
  }
  level.connect(ringing.destination);
  for (const hertz of [440, 480]) {
    const tone = ringing.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(level);
    tone.start();
  }
}

document.addEventListener("submit", async event => {
  if (event.target.action.endsWith("/desk/sign-out")) new BroadcastChannel("desk-phone").postMessage("signed-out");
  const form = event.target.closest("form[data-phone]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true; // one press, one request
  try {
    const answer = await post(form.action, new FormData(form));
    if (answer.type === "opaqueredirect") return void location.reload(); // signed out
    say(answer.ok ? "" : (await answer.text()).trim());
    if (answer.ok && form.dataset.phone === "say") form.reset();
    if (answer.ok) new BroadcastChannel("desk-phone").postMessage(form.dataset.phone);
  } catch {
    say(described.dataset.lost);
  } finally {
    button.disabled = false;
    await look();
  }
});

document.addEventListener("desk:region", ({ detail }) => described && ["work", "bar"].includes(detail) && look());
if (described?.dataset.kind === "lab") look();
