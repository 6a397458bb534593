// Every visible text and how it stands out from what is behind it, by WCAG 2.2 (1.4.3); disabled controls are exempt.
() => {
  const parse = colour => {
    const found = colour.match(/[\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found[3] ?? 1 };
  };
  const over = (top, alpha, under) => top.map((one, n) => one * alpha + under[n] * (1 - alpha));
  const channel = one => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((under, { rgb, alpha }) => over(rgb, alpha, under), [255, 255, 255]);
  };
  const opacity = element => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    const ignored = ":disabled, script, noscript, option, .unseen, title";
    if (!text || !element.checkVisibility() || element.closest(ignored)) continue;
    const style = getComputedStyle(element);
    const svg = element.closest("svg");
    const badge = element.matches("svg .badge"); // on the disc that is drawn before it
    const ground = badge ? parse(getComputedStyle(element.previousElementSibling).fill).rgb : behind(svg ?? element);
    const ink = parse(svg ? style.fill : style.color);
    const seen = over(ink.rgb, ink.alpha * opacity(element), ground);
    const [a, b] = [light(seen), light(ground)];
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    found.push({ text, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), needs: large ? 3 : 4.5 });
  }
  return found;
}
