// The browser's telephone: sends its forms without a reload. In the lab, where the server operates the telephone, every
// open page keeps it registered and shows what is said.

const EVERY = 1500;
const described = document.querySelector('meta[name="desk-phone"]');
let follow = () => {};
let strange = 0;

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
  const answer = await post(described.content).catch(() => null);
  if (answer?.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = page.querySelector("[data-phone-panel]");
  show(seen);
  await keepUp(seen.dataset);
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

// On a page without a stream: when it shows another call than the server knows, its regions are fetched again.
async function keepUp({ offer, state }) {
  if (document.body.dataset.live || !document.querySelector('[data-region="work"]')) return;
  const shown = document.querySelector('[data-region="work"] [data-offer]')?.dataset ?? { offer: "", state: "" };
  strange = shown.offer === offer && shown.state === state ? 0 : strange + 1;
  if (strange < 2) return;
  strange = 0;
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of page.querySelectorAll("[data-region]")) {
    document.querySelector(`[data-region="${region.dataset.region}"]`)?.replaceChildren(...region.childNodes);
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
    strange += 1;
    await look();
  }
});

if (described?.dataset.kind === "lab") {
  look();
  setInterval(look, EVERY);
}
