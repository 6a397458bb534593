// The Records panel: cases, disputes, freezes, callbacks and their attempts, consents, deliveries, voice notes.

import { fill, find, make, telephone } from "./dom.js";
import { named, nothing, time, tree } from "./server_panel.js";
import { speaks, words } from "./words.js";

export const RECORDS = ["cases", "disputes", "freezes", "callbacks", "rings", "consents", "voice-notes", "deliveries"];

export function showRecords(lists, sid, customers, talks, end) {
  const key = JSON.stringify([lists, sid, speaks(), talks, customers.map(one => one.name)]);
  const all = RECORDS.flatMap(name => (lists?.[name] ?? []).map(one => ({ name, one })));
  const mine = all.filter(({ one }) => sid && one.call === sid).sort(newest);
  const others = all.filter(({ one }) => !sid || one.call !== sid).sort(newest);
  fill(
    find("panel-cases"),
    key,
    ...talks.map(one => talkOf(one, end)),
    ...(all.length
      ? [group("thisCall", mine, customers, true), group(sid ? "before" : "", others, customers, false)]
      : [nothing("noCases")]),
  );
}

function talkOf(one, end) {
  return make(
    "article",
    { class: "message talking" },
    make("p", { class: "fact" }, words("theyTalk", telephone(one.agent), telephone(one.customer))),
    make("button", { type: "button", class: "action", onclick: () => end(one.sid) }, words("endTalk")),
  );
}

const newest = (a, b) => ((b.one.at ?? "") < (a.one.at ?? "") ? -1 : 1);

function group(title, found, customers, mine) {
  if (!found.length) return null;
  return make(
    "section",
    { class: "records" },
    title ? make("h3", {}, words(title)) : null,
    ...found.map(({ name, one }) => recordOf(name, one, customers, mine)),
  );
}

function recordOf(name, one, customers, mine) {
  const kept = Object.fromEntries(
    Object.entries(one).filter(([field, value]) => value !== null && !["call", "summary"].includes(field)),
  );
  const who = customers.find(customer => customer.id === one.customer)?.name ?? one.customer;
  return make(
    "article",
    { class: `message record-${name}${mine ? " mine" : ""}` },
    make(
      "p",
      { class: "turn-head" },
      make("b", {}, words(name)),
      one.status ? make("span", { class: "status" }, named("status", one.status)) : null,
    ),
    make("p", { class: "reference" }, one.reference ?? (one.number ? telephone(one.number) : "")),
    ...facts(name, one)
      .filter(Boolean)
      .map(fact => make("p", { class: "fact" }, fact)),
    make("p", { class: "hint" }, [who, time(one.at)].filter(Boolean).join(" · ")),
    make("details", {}, make("summary", {}, words("everything")), tree(kept)),
  );
}

// The one or two facts that matter about a record.
function facts(name, one) {
  const due =
    one.due && !(name === "disputes" && ["refunded", "decided-refund", "decided-rejected"].includes(one.status))
      ? words("dueOn", time(one.due))
      : "";
  if (name === "cases" || name === "disputes") return [named("reason", one.kind), due];
  if (name === "freezes") return [words("frozenNow")];
  if (name === "callbacks") return [one.slot ? words("ringsFrom", time(one.slot)) : words("ringsSoon")];
  if (name === "rings")
    return [
      ...one.attempts.map(attempt =>
        words("rang", telephone(attempt.agent), named("ended", (attempt.ended ?? "now").replace(/[: ]+/g, "-"))),
      ),
      one.next ? words("nextTry", time(one.next)) : "",
    ];
  if (name === "consents") return [words(one.push ? "pushOn" : "pushOff")];
  if (name === "deliveries") return [named("event", one.event), one.answer ? words("answered", one.answer) : ""];
  return [one.seconds || one.duration ? words("lasts", one.seconds ?? one.duration) : ""];
}
