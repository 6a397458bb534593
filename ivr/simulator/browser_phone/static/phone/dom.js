// Building blocks of the page. Text is always text, never markup.

export const find = id => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export function draw(tag, attributes = {}, ...children) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  drawn.append(...children);
  return drawn;
}

// Replaces the content of an element only when it changed, so that focus and selection stay.
export function fill(place, key, ...children) {
  if (place.dataset.key === key) return false;
  place.dataset.key = key;
  place.replaceChildren(...children.flat().filter(Boolean));
  return true;
}

export function telephone(number) {
  if (number === "+266696687") return "—";
  const parts = /^(\+86|\+1|\+\d{2})(\d+)$/.exec(number);
  if (!parts) return number;
  const rest = parts[2];
  const groups = parts[1] === "+86" && rest.length === 11 ? [3, 4, 4] : [3, 3, 4];
  let at = 0;
  const cut = groups
    .map(size => rest.slice(at, (at += size)))
    .concat(rest.slice(at))
    .filter(Boolean);
  return [parts[1], ...cut].join(" ");
}
