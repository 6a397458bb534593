// Twilio's Voice SDK in the one window that is the telephone: it rings here, and follows what the server says.

import { look, post, whenSeen } from "./phone.js";

const place = document.getElementById("voice");
const KNOWN_FIRST = 400;  // milliseconds in which the desk learns that the end of the leg is meant
const channel = new BroadcastChannel("desk-phone");
let device = null;
let call = null;
let unknown = 0;
const EVERY = 1000;
const LONGEST_START = 15000;

function show(state) {
  for (const one of place.querySelectorAll("[data-voice]")) one.hidden = one.dataset.voice !== state;
  document.getElementById("voice-on").hidden = !["off", "no-microphone", "no-connection"].includes(state);
  document.getElementById("voice-mute").hidden = state !== "talks";
}

async function token() {
  const answer = await post(place.dataset.token);
  if (!answer.ok) throw new Error(`token ${answer.status}`);
  return (await answer.json()).token;
}

// A registration belongs to one window: with two, both would ring.
const holds = () =>
  new Promise(resolve => {
    if (!navigator.locks) return resolve(false);
    navigator.locks.request("desk-phone", { ifAvailable: true }, lock => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : null;
    });
  });

async function microphone() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of stream.getTracks()) track.stop();
}

async function begin() {
  show("starting");
  try {
    await microphone();
  } catch {
    return show("no-microphone");
  }
  try {
    device = new window.Twilio.Device(await token(), { edge: place.dataset.edge, closeProtection: true });
    device.on("registered", () => show(call ? "talks" : "ready"));
    device.on("unregistered", () => show("no-connection"));
    device.on("error", () => call || show("no-connection"));
    device.on("tokenWillExpire", async () => device.updateToken(await token()));
    device.on("incoming", rings);
    const late = new Promise((_, refuse) => setTimeout(refuse, LONGEST_START));
    await Promise.race([device.register(), late]);
  } catch {
    end();
    show("no-connection");
  }
}

function rings(incoming) {
  call = incoming;
  unknown = 0;
  show("rings");
  for (const ended of ["cancel", "reject", "disconnect", "error"]) {
    incoming.on(ended, () => {
      if (call === incoming) call = null;
      show("ready");
      look();
    });
  }
  look();
}

// The offer was accepted, in whichever window: answer. It is over: stop ringing; one look may be older than the ring.
whenSeen(({ offer, state }) => {
  if (call?.status() !== "pending") return;
  if (["claimed", "connected"].includes(state)) {
    call.accept();
    show("talks");
  } else if (!offer && ++unknown > 1) call.reject();
});

function hangUp() {
  const ended = call;
  setTimeout(() => ended?.disconnect(), KNOWN_FIRST);
}

function end() {
  device?.destroy();
  device = null;
}

channel.addEventListener("message", ({ data }) => {
  if (data === "hang-up") hangUp();
  else if (data === "signed-out") end();
  else look();
});
setInterval(() => call?.status() === "pending" && look(), EVERY);
document.addEventListener("submit", ({ target }) => {
  if (target.dataset.phone === "hang-up") hangUp();
  if (target.action.endsWith("/desk/sign-out")) end();
});
document.getElementById("voice-on").addEventListener("click", begin);
document.getElementById("voice-mute").addEventListener("click", ({ target }) => {
  const muted = target.getAttribute("aria-pressed") !== "true";
  call?.mute(muted);
  target.setAttribute("aria-pressed", String(muted));
});
if (!(await holds())) {
  show("other-window");
  document.getElementById("voice-on").hidden = true;
}
