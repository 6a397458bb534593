// Requests to the page's own origin.

export class ApiError extends Error {
  constructor(code, detail = "") {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

const WINDOW = crypto.randomUUID();

export async function ask(path, method = "GET", body = undefined) {
  let answer;
  try {
    answer = await fetch(`/phone/api/${path}`, {
      method,
      headers: method === "GET" ? {} : { "Content-Type": "application/json", "X-Phone": "1" },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("phone-down");
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({ error: "phone-down" }));
  if (!answer.ok) throw new ApiError(said.error ?? "phone-down", said.server ?? "");
  return said;
}

// Conversations of agents and customers in calls that the line placed.
export async function talks() {
  const answer = await fetch("/simulator/calls");
  const calls = answer.ok ? await answer.json() : [];
  return calls
    .filter(one => !one.over && one.direction === "outbound-api" && one.talking_to)
    .map(one => ({ sid: one.sid, agent: one.line, customer: one.talking_to }));
}

export const endTalk = sid => fetch(`/simulator/calls/${sid}/wait`, { method: "POST" });
export const demoCalls = () => ask("demo-calls");
export const setting = () => ask("setting");
export const place = (line, caller, agents) => ask("calls", "POST", { line, caller, agents });
export const look = (sid, seen) => ask(`calls/${sid}?seen=${seen}`);
export const act = (sid, kind, seen, keys) => ask(`calls/${sid}/actions`, "POST", { kind, keys, seen, window: WINDOW });
export const choose = (sid, choice) => ask(`calls/${sid}/agent`, "POST", { choice });
export const report = sid => ask(`calls/${sid}/server`);
export const lab = (what, method = "GET", body = undefined) => ask(`lab/${what}`, method, body);
export const soundOf = (sid, number) => `/phone/api/calls/${sid}/lines/${number}.wav`;
export const RINGING = "/phone/api/ringing.wav";
