// What the page says, in both languages. `words("name", …)` gives the text; functions take values.

const COUNT = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
  "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"];

const EN = {
  title: "Browser phone", language: "Language", handset: "Telephone", transcript: "Transcript", server: "What the server did",
  keypad: "Keypad", views: "Views", place: "Place a call", who: "Who calls", number: "Number, with + and country code",
  line: "The line that is dialled", agents: "Agents", call: "Call", other: "Another number …", withheld: "Number withheld",
  knows: "What a sample customer knows by heart (ID tail, PIN) stands in the README. The ready-made calls key it for you.",
  nobody: "This world has no customers. Any number may call, or load a world under Scene.",
  noLine: "This world has no line. Dial any number, or load a world under Scene.",
  "mode-by-hand": "I answer for them", "mode-scene": "As the scene says", "mode-accept": "Accept", "mode-decline": "Decline",
  "mode-no-answer": "Let it ring", "mode-busy": "Are busy", soundOn: "Sound on", soundOff: "Sound off", textOnly: "Text only",
  goingOn: "A call is going on", join: who => `Join the call of ${who}`, again: "New call",
  ringing: "Ringing …", working: "One moment …", listening: turn => `Your answer · turn ${turn}`,
  talking: number => `Talking to agent ${number}`, "agent-rings": "An agent's telephone rings", "agent-hears": "The agent hears a whisper",
  over: "The call is over", idle: "Nobody is calling",
  answer: "Answer", "no-answer": "No answer", busy: "Busy", accept: "Accept", decline: "Decline",
  silence: seconds => (seconds ? `Say nothing · ${seconds}\u00a0s` : "Say nothing"), agentLeaves: "Agent hangs up", repeat: "Last webhook again", hangUp: "Hang up",
  you: "Caller", robot: "Line", whisper: "Whisper to the agent",
  toSay: "What is said after the tone", speakNote: "Say it", "note-spoke": t => `After the tone, the caller says: ${t}`,
  "note-silence": "The caller says nothing.", "note-hung-up": "The caller hangs up.", "note-agent-left": "The agent hangs up.",
  "note-over": "The call is over.", "note-lost": "The telephone was started again, and the call ended with it.", "note-abandoned": "Nobody did anything for an hour; the receiver was put down.",
  "note-agent-rung": t => `An agent's telephone rings: ${t}`, "note-agent-accept": "The agent accepts.", "note-agent-decline": "The agent declines.",
  "note-agent-busy": "The agent is busy.", "note-agent-no-answer": "The agent does not answer.",
  "note-repeat-same": t => `The last webhook was sent again; the answer is the same, byte for byte (${t}).`,
  "note-repeat-other": t => `The last webhook was sent again; the answer is DIFFERENT (${t}).`,
  "note-repeat-failed": t => `The last webhook could not be sent again. ${t}`,
  "note-fault": t => `A webhook failed: ${t}`, "note-broken": t => `The phone could not play this. ${t}`,
  "hint-0": "person", "hint-8": "slower", "hint-9": "language", "hint-*": "back", "hint-#": "end · repeat",
  "tab-path": "Path", "tab-summary": "Summary", "tab-messages": "Texts", "tab-cases": "Records", "tab-scene": "Scene", "tab-call": "Call",
  welcome: "A support line, seen from both ends", "step-speaks": "The line speaks", "step-answers": "You answer with keys", "step-turns": "Every answer is a turn",
  "about-speaks": "Each prompt is heard, and written here.",
  "about-answers": "Keypad, keyboard, or the option where it stands.",
  "about-turns": "Beside it: what was decided, looked up and done, and how long it took.",
  keysHelp: "Keys 0–9 * # · Enter is # · Space says nothing · Esc hangs up",
  noPath: "When a call begins, each of its turns appears here: what the caller decided, what the server looked up or did, and how long that took.",
  noSummary: "The agent's summary grows with the call.", noMessages: "No text messages yet.", noCases: "No records yet: cases, disputes, freezes, callbacks, consents.",
  turn: n => `Turn ${n}`, waitsFor: "waits for", thisCall: "this call", keyCode: code => `Key ${code}`,
  graph: (turns, level, slowest) => `The call's path: ${turns} turns, verification level ${level}, the slowest turn took ${slowest} milliseconds`,
  "kind-silence": "silence", "kind-wrong": "not understood", "kind-secret": "keyed in secret", "kind-sealed": "keyed, sealed",
  "kind-gave-up": "gave up", "kind-agent": "a person", "kind-back": "back", "kind-main": "main menu", "kind-repeat": "again", "kind-value": "",
  unavailable: "not available", everything: "Everything that is kept", "status-received": "received", "status-in-review": "being handled", "status-done": "settled",
  "status-delivered": "delivered", "status-failed": "failed", "status-sent": "sent", "status-queued": "queued", "status-dropped": "dropped", "status-requested": "requested",
  cases: "Case", disputes: "Dispute", freezes: "Freeze", callbacks: "Callback", consents: "Consent",
  "voice-notes": "Voice note", due: "due", clock: "Clock", standsAt: "It is", runs: "and the clock runs on", set: "Set", realTime: "Real time",
  onDuty: "Agents on duty", theyAnswer: "and they", walletApi: "The wallet's API", smsProvider: "Text messages", world: "World",
  "wallet-ok": "answers", "wallet-slow": "is slow", "wallet-error": "fails", "wallet-down": "is down",
  "sms-ok": "arrive", "sms-reject": "are rejected", "sms-unreachable": "cannot be delivered",
  "answers-accept": "accept", "answers-decline": "decline", "answers-no-answer": "let it ring", "answers-busy": "are busy",
  "answers-one-accept": "accepts", "answers-one-decline": "declines", "answers-one-no-answer": "lets it ring", "answers-one-busy": "is busy",
  morning: "A Monday morning, ten o'clock", eve: "23:59 on the eve of Spring Festival", night: "Three o'clock at night",
  reset: "Start the world again", resetHint: "Forgets calls, cases and messages; keeps the clock, the agents and the faults.",
  load: "Load a world from a file", loaded: (c, w) => `Loaded: ${c} customers, ${w} wallets.`, done: "Done.",
  scene: (when, agents, answers, wallet, sms, line) => `${when} · ${COUNT[agents] ?? agents} agent${agents === 1 ? "" : "s"} on duty${agents ? `, who ${answers}` : ""} · the wallet's API ${wallet} · texts ${sms}${line}`,
  realNow: "It is now", it: when => `It is ${when}`,
  "error-server-down": s => `The main server at ${s || "its port"} does not answer. Start it with make run; the call waits here.`,
  "error-no-lab": "The main server has no lab. Start it with LAB=1.",
  "error-no-database": "The database cannot be read, so people and scene are unknown. Is the main server set up? make run",
  "error-phone-down": "This phone's own process does not answer. The page tries again by itself.",
  "error-unknown-call": "The telephone was started again, and calls end with it. What the server did is kept in its journal. Place a new call.",
  "error-other-window": "Another window pressed first. What came of it is shown; nothing was sent from here.",
  "error-over": "The call is over; nobody takes keys.", "error-no-choice": "The agent has already decided.",
  "error-too-many": "Twenty calls are going on. Hang one up first.", "error-no-key": "Keys are 0–9 * #.",
  "error-no-number": "A number begins with + and its country code and has digits only, such as +8613900000001.",
  "error-no-file": "This file is not JSON.", "error-no-deed": "The phone does not know this request.",
  stories: "Or choose a call that is ready", storiesAbout: "One click sets the scene and rings. From then on the next key is shown; N presses it, and you may press others.",
  "branch-security": "Account security", "branch-top-up": "Top-ups and payments", "branch-transactions": "Transactions and disputes",
  "branch-promotions": "Promotions and rewards", "branch-information": "Information", "branch-person": "A person, and when something fails",
  story: "The chosen call", hintNext: "Next:", leaveStory: "Go on without hints", "do-free": "Any key you like.", "do-hang-up": "Hang up, as if cut off",
  "do-leave": "The agent hangs up", "do-again": "Call again", "do-clock": "On to the next morning", "do-end": "Back to all calls",
  "entry-amount": "the amount", "entry-date": "the day", "entry-time": "the time", "entry-empty": "leave it open", "entry-number": "the number", "entry-tail": "the document's tail",
  "entry-pin": "the phone PIN", "entry-code": "the code by text", "entry-reference": "the reference",
  rings: "Ring", deliveries: "Delivery to the CRM", before: "Before", frozenNow: "The account was frozen.", pushOn: "Messages about offers: on", pushOff: "Messages about offers: off",
  dueOn: at => `due ${at}`, ringsFrom: at => `to be rung from ${at}`, ringsSoon: "to be rung as soon as somebody is there", rang: (agent, how) => `${agent}: ${how}`, nextTry: at => `next try ${at}`,
  answered: answer => `last answer ${answer}`, lasts: seconds => `${seconds} seconds`,
  "event-case.opened": "case opened", "event-case.overdue": "promised date has passed",
  "ended-now": "rings just now", "ended-reached": "joined with the customer", "ended-busy": "busy", "ended-no-answer": "no answer", "ended-declined": "declined", "ended-failed": "failed",
  "ended-not placed": "could not be rung", "ended-completed": "over, not joined",
  "status-ringing": "ringing", "status-reached": "reached", "status-missed": "missed", "status-by-hand": "left to people", "status-dead": "given up", "status-erased": "erased",
  "status-decided-refund": "decided: refund", "status-decided-rejected": "decided: rejected", "status-refunded": "refunded",
  "reason-unknown": "outcome unknown", "reason-system-fault": "fault of the wallet", "reason-security": "security", "reason-reward": "reward", "reason-not-me": "not mine", "reason-duplicate": "charged twice",
  "reason-wrong-amount": "wrong amount", "reason-not-received": "nothing received", "reason-refund-missing": "refund missing", "reason-wrong-payee": "wrong payee", "reason-cancelled-subscription": "cancelled subscription",
  lineState: "The line", "line-open": "is open", "line-person": "puts everybody through", "line-closed": "is closed",
  "told-person": " · the line puts everybody through to a person", "told-closed": " · the line is closed by operations",
  demo: "The demo world, as of yesterday", demoHint: "Loads the demo world anew; its newest records are of the day before the clock. Calls and records are forgotten.",
};

const ZH = {
  title: "浏览器电话", language: "语言", handset: "电话", transcript: "通话记录", server: "服务器做了什么",
  keypad: "拨号键盘", views: "视图", place: "拨打电话", who: "来电人", number: "号码，以 + 和国家代码开头",
  line: "拨打的热线", agents: "人工客服", call: "拨打", other: "其他号码……", withheld: "隐藏号码",
  knows: "示例客户自己记得的信息（证件后六位、电话服务密码）写在 README 里。现成的电话会替您提示。",
  nobody: "这个世界里没有客户。可以用任意号码拨打，或在“场景”中载入一个世界。",
  noLine: "这个世界里没有热线。可以拨打任意号码，或在“场景”中载入一个世界。",
  "mode-by-hand": "由我来应答", "mode-scene": "按场景设定", "mode-accept": "接受", "mode-decline": "拒绝",
  "mode-no-answer": "不接听", "mode-busy": "占线", soundOn: "声音已开", soundOff: "声音已关", textOnly: "仅文字",
  goingOn: "有通话正在进行", join: who => `加入 ${who} 的通话`, again: "新的通话",
  ringing: "正在振铃……", working: "请稍候……", listening: turn => `请按键 · 第 ${turn} 轮`,
  talking: number => `正在与客服 ${number} 通话`, "agent-rings": "客服的电话在响", "agent-hears": "客服正在听来电摘要",
  over: "通话已结束", idle: "没有通话",
  answer: "接听", "no-answer": "无人接听", busy: "占线", accept: "接受", decline: "拒绝",
  silence: seconds => (seconds ? `不作声 · ${seconds}\u00a0秒` : "不作声"), agentLeaves: "客服挂断", repeat: "重发上一个请求", hangUp: "挂断",
  you: "来电人", robot: "热线", whisper: "给客服的摘要",
  toSay: "提示音后要说的话", speakNote: "说出来", "note-spoke": t => `提示音后，来电人说：${t}`,
  "note-silence": "来电人没有作声。", "note-hung-up": "来电人挂断了。", "note-agent-left": "客服挂断了。",
  "note-over": "通话结束。", "note-lost": "电话重新启动过，通话随之结束。", "note-abandoned": "一小时没有任何操作，电话已挂断。",
  "note-agent-rung": t => `客服的电话响了：${t}`, "note-agent-accept": "客服接受了。", "note-agent-decline": "客服拒绝了。",
  "note-agent-busy": "客服占线。", "note-agent-no-answer": "客服没有接听。",
  "note-repeat-same": t => `上一个请求又发了一次，答复逐字节相同（${t}）。`,
  "note-repeat-other": t => `上一个请求又发了一次，答复不同！（${t}）`,
  "note-repeat-failed": t => `上一个请求无法重发。${t}`,
  "note-fault": t => `请求失败：${t}`, "note-broken": t => `电话无法播放这段内容。${t}`,
  "hint-0": "人工", "hint-8": "慢一点", "hint-9": "语言", "hint-*": "返回", "hint-#": "结束 · 重听",
  "tab-path": "路径", "tab-summary": "摘要", "tab-messages": "短信", "tab-cases": "记录", "tab-scene": "场景", "tab-call": "通话",
  welcome: "一通客服电话，两头都看得见", "step-speaks": "热线说话", "step-answers": "您按键回答", "step-turns": "每次回答是一轮",
  "about-speaks": "每句提示都能听到，也写在这里。",
  "about-answers": "屏幕键盘、电脑键盘，或直接点选项。",
  "about-turns": "旁边看得到：选了什么、查了什么、做了什么、用了多久。",
  keysHelp: "按键 0–9 * # · 回车即 # · 空格不作声 · Esc 挂断",
  noPath: "通话开始后，每一轮都会出现在这里：来电人的选择、服务器查了什么、做了什么、用了多久。",
  noSummary: "客服看到的摘要会随通话增长。", noMessages: "还没有短信。", noCases: "还没有记录：服务单、争议、冻结、回电、授权。",
  turn: n => `第 ${n} 轮`, waitsFor: "等待", thisCall: "本次通话", keyCode: code => `输入 ${code}`,
  graph: (turns, level, slowest) => `通话路径：${turns} 轮，验证级别 ${level}，最慢的一轮用了 ${slowest} 毫秒`,
  "kind-silence": "静默", "kind-wrong": "没有听清", "kind-secret": "保密输入", "kind-sealed": "已输入，已加密",
  "kind-gave-up": "已放弃", "kind-agent": "人工", "kind-back": "返回", "kind-main": "主菜单", "kind-repeat": "重听", "kind-value": "",
  unavailable: "暂不可用", everything: "全部记录", "status-received": "已受理", "status-in-review": "处理中", "status-done": "已办结",
  "status-delivered": "已送达", "status-failed": "失败", "status-sent": "已发出", "status-queued": "排队中", "status-dropped": "已放弃", "status-requested": "已登记",
  cases: "服务单", disputes: "争议", freezes: "冻结", callbacks: "回电", consents: "授权",
  "voice-notes": "留言", due: "到期", clock: "时钟", standsAt: "现在是", runs: "并且时钟继续走", set: "设定", realTime: "真实时间",
  onDuty: "在岗客服人数", theyAnswer: "他们会", walletApi: "钱包接口", smsProvider: "短信", world: "世界",
  "wallet-ok": "正常", "wallet-slow": "很慢", "wallet-error": "出错", "wallet-down": "不通",
  "sms-ok": "正常送达", "sms-reject": "被拒收", "sms-unreachable": "无法送达",
  "answers-accept": "接受来电", "answers-decline": "拒绝来电", "answers-no-answer": "不接听", "answers-busy": "占线",
  "answers-one-accept": "接受来电", "answers-one-decline": "拒绝来电", "answers-one-no-answer": "不接听", "answers-one-busy": "占线",
  morning: "周一上午十点", eve: "除夕夜 23:59", night: "凌晨三点",
  reset: "让世界重新开始", resetHint: "忘记通话、服务单和短信；时钟、客服和故障保持不变。",
  load: "从文件载入世界", loaded: (c, w) => `已载入：${c} 位客户，${w} 个钱包。`, done: "已完成。",
  scene: (when, agents, answers, wallet, sms, line) => `${when} · ${agents ? `${agents} 位客服在岗，${answers}` : "没有客服在岗"} · 钱包接口${wallet} · 短信${sms}${line}`,
  realNow: "现在是真实时间", it: when => when,
  "error-server-down": s => `主服务器 ${s} 没有应答。请用 make run 启动；通话会在这里等着。`,
  "error-no-lab": "主服务器没有开启实验室。请用 LAB=1 启动。",
  "error-no-database": "读不到数据库，所以不知道有哪些客户和什么场景。主服务器准备好了吗？make run",
  "error-phone-down": "这部电话自己的进程没有应答。页面会自动重试。",
  "error-unknown-call": "电话重新启动过，通话随进程结束了。服务器做过的事仍在它的日志里。请重新拨打。",
  "error-other-window": "另一个窗口先按了键。结果已显示；这里没有发送任何内容。",
  "error-over": "通话已结束，按键无人接收。", "error-no-choice": "客服已经作出了选择。",
  "error-too-many": "已有二十通电话。请先挂断一通。", "error-no-key": "按键只有 0–9 * #。",
  "error-no-number": "号码以 + 和国家代码开头，只含数字，例如 +8613900000001。",
  "error-no-file": "这个文件不是 JSON。", "error-no-deed": "电话不认识这个请求。",
  stories: "或者选一通现成的电话", storiesAbout: "点一下就布置场景并拨打。之后每一步都会提示该按什么；按 N 就替您按，也可以自己按别的。",
  "branch-security": "账户安全", "branch-top-up": "充值与付款", "branch-transactions": "交易与争议",
  "branch-promotions": "优惠与奖励", "branch-information": "信息查询", "branch-person": "找人工，以及出故障的时候",
  story: "选中的电话", hintNext: "下一步：", leaveStory: "不要提示，自己来", "do-free": "随您按。", "do-hang-up": "挂断，就像断线",
  "do-leave": "客服挂断", "do-again": "再打一次", "do-clock": "时钟走到第二天早上", "do-end": "回到全部电话",
  "entry-amount": "金额", "entry-date": "日期", "entry-time": "时间", "entry-empty": "不填", "entry-number": "号码", "entry-tail": "证件后六位",
  "entry-pin": "电话服务密码", "entry-code": "短信验证码", "entry-reference": "编号",
  rings: "回电过程", deliveries: "送往客户系统", before: "之前的", frozenNow: "账户已冻结。", pushOn: "优惠消息：开", pushOff: "优惠消息：关",
  dueOn: at => `${at} 之前答复`, ringsFrom: at => `${at} 起回电`, ringsSoon: "有人时立即回电", rang: (agent, how) => `${agent}：${how}`, nextTry: at => `下次 ${at}`,
  answered: answer => `最近答复 ${answer}`, lasts: seconds => `${seconds} 秒`,
  "event-case.opened": "服务单已开", "event-case.overdue": "承诺的日期已过",
  "ended-now": "正在响", "ended-reached": "已接通客户", "ended-busy": "占线", "ended-no-answer": "无人接听", "ended-declined": "拒绝", "ended-failed": "失败",
  "ended-not placed": "打不出去", "ended-completed": "已结束，未接通",
  "status-ringing": "正在响", "status-reached": "已接通", "status-missed": "未接通", "status-by-hand": "留给人工", "status-dead": "已放弃", "status-erased": "已清除",
  "status-decided-refund": "已决定退款", "status-decided-rejected": "已驳回", "status-refunded": "已退款",
  "reason-unknown": "结果未明", "reason-system-fault": "系统故障", "reason-security": "账户安全", "reason-reward": "奖励", "reason-not-me": "不是本人", "reason-duplicate": "重复扣款",
  "reason-wrong-amount": "金额不对", "reason-not-received": "没有收到", "reason-refund-missing": "退款未到", "reason-wrong-payee": "付错人", "reason-cancelled-subscription": "已取消的订阅",
  lineState: "热线", "line-open": "开放", "line-person": "全部转人工", "line-closed": "关闭",
  "told-person": " · 热线全部转人工", "told-closed": " · 热线已由运维关闭",
  demo: "演示世界，日期到昨天", demoHint: "重新载入演示世界，最新的记录是时钟前一天的。通话和记录会被忘记。",
};

const KEPT = "phone-language";
let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const speaks = () => language;

export function words(name, ...values) {
  const text = (language === "zh" ? ZH : EN)[name];
  if (text === undefined) return name;
  return typeof text === "function" ? text(...values) : text;
}

export function known(name) {
  return name in EN;
}

export function speak(chosen) {
  language = chosen;
  localStorage.setItem(KEPT, chosen);
  applyWords();
}

export function applyWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = words("title");
  for (const one of document.querySelectorAll("[data-words]")) one.textContent = words(one.dataset.words);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", words(one.dataset.label));
  for (const one of document.querySelectorAll("[data-language]")) {
    one.setAttribute("aria-pressed", String(one.dataset.language === language));
  }
}
