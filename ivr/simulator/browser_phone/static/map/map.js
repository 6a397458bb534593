// The chosen box: its words in both languages, their duration, and where its keys lead.
const about = document.getElementById("about");
const map = await (await fetch("/phone/map/data.json")).json();

const make = (tag, text, attributes = {}) =>
  Object.assign(document.createElement(tag), { textContent: text, ...attributes });

function said(language, name, node) {
  const list = make("ul", "", { lang: language });
  node.words[language].forEach(sentence => list.append(make("li", sentence)));
  return node.words[language].length ? [make("h3", `${name} · ${node.seconds[language]} s`), list] : [];
}

function ways(title, edges, end) {
  if (!edges.length) return [];
  const list = make("ul", "");
  for (const edge of edges) {
    const item = make("li", "");
    edge.keys.filter(Boolean).forEach(key => item.append(make("kbd", key), " "));
    const other = make("button", edge[end], { type: "button", onclick: () => choose(edge[end], true) });
    item.append(other);
    if (edge.outcomes.length) item.append(make("p", edge.outcomes.join(" · "), { className: "fact" }));
    list.append(item);
  }
  return [make("h3", title), list];
}

function choose(name, reveal = false) {
  const node = map.nodes?.[name];
  if (!node) return;
  document.querySelectorAll(".node").forEach(box => {
    const mine = box.dataset.node === name;
    box.classList.toggle("chosen", mine);
    if (mine && reveal) box.scrollIntoView({ block: "center", inline: "center", behavior: "smooth" });
  });
  about.replaceChildren(
    make("h2", name),
    make("p", `${node.flow.replace("_", " ")} · ${node.kind}${node.level ? ` · level ${node.level}` : ""}`, {
      className: "fact",
    }),
    ...said("zh", "中文", node),
    ...said("en", "English", node),
    ...ways(
      "Leads to 通向",
      map.edges.filter(edge => edge.from === name),
      "to",
    ),
    ...ways(
      "Comes from 来自",
      map.edges.filter(edge => edge.to === name),
      "from",
    ),
  );
}

document.querySelectorAll(".node[data-node]").forEach(box => {
  box.addEventListener("click", () => choose(box.dataset.node));
  box.addEventListener("keydown", event => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(box.dataset.node);
    }
  });
});

// In a file of its own a drawing links to other files; here it links to this page.
document.querySelectorAll(".flow[data-flow]").forEach(box => box.setAttribute("href", `?flow=${box.dataset.flow}`));
document.getElementById("flows").addEventListener("change", event => {
  location.search = event.target.value;
});
const sheet = document.querySelector(".sheet-everything svg");
if (sheet) {
  sheet.style.width = `${sheet.viewBox.baseVal.width}px`; // at a readable size; the sheet scrolls
  document.querySelector(".node").scrollIntoView({ block: "nearest", inline: "center" });
}
