// Keeps a page live: swaps regions that have changed, counts waiting times by the server's clock, says when the page is
// not live, and does what keys do. Without it every page works by its links, its forms and a reload.
(() => {
  "use strict";
  const body = document.body;
  const news = document.getElementById("news");
  const notLive = document.getElementById("not-live");
  const DEAD = 5000, AGAIN = 3000;
  const shown = new Map(); // region → the HTML that it shows
  const due = new Map(); // region → newer HTML, while somebody types there
  let offset = null; // server's clock − this one's, once it is known
  let heard = Date.now(), waiting = null, rung = null, source = null, title = document.title;

  // Regions

  const region = (name) => document.querySelector(`[data-region="${name}"]`);
  const isTypedIn = (place) =>
    place.querySelector("[data-typed], :is(input, textarea, select):focus, dialog[open]") !== null;

  function show(name, html) {
    const place = region(name);
    if (!place || shown.get(name) === html) return due.delete(name);
    if (isTypedIn(place)) return due.set(name, html);
    const focused = place.contains(document.activeElement) ? nameOf(document.activeElement) : null;
    const scrolled = place.querySelector(".tall")?.scrollTop ?? 0;
    place.innerHTML = html;
    for (const link of place.querySelectorAll("a")) link.hidden = link.pathname === location.pathname; // we are there
    if (scrolled) place.querySelector(".tall")?.scrollTo(0, scrolled);
    shown.set(name, html);
    due.delete(name);
    if (focused) place.querySelector(focused)?.focus();
    document.dispatchEvent(new CustomEvent("desk:region", { detail: name }));
    return count();
  }

  function nameOf(element) {
    if (element.id) return `#${CSS.escape(element.id)}`;
    for (const name of ["data-key", "value", "href"]) {
      const value = element.getAttribute(name);
      if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
    }
    return null;
  }

  document.addEventListener("input", (event) => event.target.closest("[data-region] form")?.setAttribute("data-typed", ""));
  document.addEventListener("reset", (event) => event.target.removeAttribute("data-typed"));

  // Clocks

  const two = (number) => String(number).padStart(2, "0");
  const written = (seconds) => `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;

  function count() {
    if (offset === null) return; // until then the times of the page stand
    const now = Date.now() + offset;
    for (const clock of document.querySelectorAll(".clock")) {
      const { since, until, limit } = clock.dataset;
      const seconds = Math.max(0, Math.floor((until ? Date.parse(until) - now : now - Date.parse(since)) / 1000));
      if (clock.textContent !== written(seconds)) clock.textContent = written(seconds);
      if (limit) clock.classList.toggle("late", seconds > Number(limit));
    }
  }

  // The stream

  function listen() {
    source = new EventSource(body.dataset.live);
    source.addEventListener("state", (event) => {
      const state = JSON.parse(event.data);
      isHeard(state);
      for (const [name, html] of Object.entries(state.regions)) show(name, html);
      say(state);
    });
    source.addEventListener("beat", (event) => isHeard(JSON.parse(event.data)));
    source.addEventListener("ended", () => {
      source.close();
      location.reload();
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(again, AGAIN);
    });
  }

  async function again() { // the browser gives up after an answer that is no stream: a proxy's error, or the sign-in page
    const answer = await fetch(body.dataset.own, { redirect: "manual" }).catch(() => null);
    return answer?.type === "opaqueredirect" ? location.reload() : listen();
  }

  function isHeard(event) {
    heard = Date.now();
    offset = Date.parse(event.now) - heard;
    notLive.hidden = true;
  }

  function say(state) {
    if (state.rung && state.rung !== rung) announce(news.dataset.rung);
    else if (waiting !== null && state.waiting > waiting) announce(news.dataset.more);
    ({ waiting, rung } = state);
    document.title = rung ? `☎ ${title}` : title;
  }

  function announce(words) { // the same words twice are news only if they were away in between
    news.textContent = "";
    setTimeout(() => (news.textContent = words), 100);
  }

  function everySecond() {
    count();
    for (const [name, html] of due) show(name, html);
    if (Date.now() - heard > DEAD && notLive.hidden) {
      const at = new Date(heard);
      const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
      notLive.textContent = notLive.dataset.words.replace("{time}", time);
      notLive.hidden = false;
    }
  }

  // Forms that only change a state need no reload while the stream shows what they did

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-quiet]") || !notLive.hidden) return;
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(form, event.submitter));
    event.submitter?.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "manual" }).catch(() => null);
    event.submitter?.removeAttribute("aria-busy");
    if (answer?.type !== "opaqueredirect") location.reload();
  });

  if (body.dataset.live) {
    listen();
    setInterval(everySecond, 1000);
  }
})();
