// The words of the page in the chosen language: `words("name", …)` gives the text; functions take values.

import { EN } from "./words.en.js";
import { ZH } from "./words.zh.js";

const STORED_AS = "phone-language";
let language = localStorage.getItem(STORED_AS) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

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
  localStorage.setItem(STORED_AS, chosen);
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
