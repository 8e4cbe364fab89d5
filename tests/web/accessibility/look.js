// What axe does not look at: reflow, text spacing, focus, names. Each function returns sentences; none means all is well.
window.look = (() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const REGIONS = "main, header, footer, nav, section, aside, form, fieldset, article, tr, [role=region], [role=search]";
  const squeezed = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const isHidden = (element) => Boolean(element.closest(".visually-hidden, [hidden]")) || !element.checkVisibility({ visibilityProperty: true });
  const show = (element) => `<${element.tagName.toLowerCase()}${element.id ? ` id=${element.id}` : ""}${element.className ? ` class="${element.className}"` : ""}> “${squeezed(element.textContent).slice(0, 50)}”`;
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;

  function reflow() {
    const found = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} pixels wide in a window of ${innerWidth}`);
    for (const element of document.body.querySelectorAll("*")) {
      if (!scrolls(element) || isHidden(element) || element.matches("input, textarea, select")) continue;
      const isNamed = element.matches("[role=region]") && (element.getAttribute("aria-label") || element.getAttribute("aria-labelledby"));
      if (!isNamed || element.tabIndex !== 0) found.push(`scrolls sideways, but has no name or cannot be focused: ${show(element)}`);
    }
    return found;
  }

  // Text that a box cuts off, or that leaves the window where nothing scrolls.
  function clipped() {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!squeezed(node.data) || isHidden(parent) || parent.closest("svg, option, datalist, script, .skip")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width < 1 || box.height < 1) continue;
        for (let around = parent; around && around !== document.body; around = around.parentElement) {
          const style = getComputedStyle(around);
          if (/auto|scroll/.test(style.overflowX + style.overflowY)) break;
          if (style.clipPath !== "none") break;
          const edge = around.getBoundingClientRect();
          if (/hidden|clip/.test(style.overflowX) && (box.right > edge.right + 1 || box.left < edge.left - 1)) found.add(`cut off: ${show(parent)}`);
          if (/hidden|clip/.test(style.overflowY) && (box.bottom > edge.bottom + 4 || box.top < edge.top - 4)) found.add(`cut off: ${show(parent)}`);
        }
        if (!parent.closest(".scroller") && (box.right > innerWidth + 1 || box.left < -1)) found.add(`leaves the window: ${show(parent)}`);
      }
    }
    return [...found];
  }

  let added = null;
  function restyle(css) {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== added);
    added = new CSSStyleSheet();
    added.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, added];
  }

  function under(css) {
    restyle(css);
    const found = [...reflow(), ...clipped()];
    restyle("");
    return found;
  }

  // WCAG 1.4.12, and 1.4.4 as a reader sets it: larger letters, the same window.
  const spacing = () => under("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
  const doubled = () => under("html { font-size: 200% !important }");

  function nameOf(element) {
    return squeezed(axe.commons.text.accessibleText(element));
  }

  const aim = (element) => element.href ?? `${element.form?.action ?? ""} ${element.name ?? ""} ${element.value ?? ""} ${element.id}`;

  // Two controls of one region under one name must lead to the same place.
  function names() {
    const found = [];
    const seen = new Map();
    axe.setup(document);
    for (const control of document.querySelectorAll(CONTROLS)) {
      if (!control.checkVisibility({ visibilityProperty: true })) continue;
      const name = nameOf(control);
      if (!name) found.push(`has no name: ${show(control)}`);
      const region = control.closest(REGIONS) ?? document.body;
      const group = seen.get(region) ?? new Map();
      seen.set(region, group);
      const key = `${control.tagName} ${control.type ?? ""} ${name}`;
      if (group.has(key) && group.get(key) !== aim(control)) found.push(`two controls are called “${name}” in one region: ${show(control)}`);
      group.set(key, aim(control));
    }
    axe.teardown();
    for (const element of document.querySelectorAll("[onpaste], [oncopy], [accesskey]")) found.push(`hinders a hand: ${show(element)}`);
    return found;
  }

  let first = null;
  let last = null;
  function start() {
    first = last = null;
    getSelection().removeAllRanges();
    // The body takes the focus for a moment, so that the next Tab begins at the top whatever the page has focused.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
  }

  const lookOf = (style) => [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor].join(" ");

  function isSeen(element) {
    const inset = 2;
    for (const box of element.getClientRects()) {
      const points = [[(box.left + box.right) / 2, (box.top + box.bottom) / 2], [box.left + inset, box.top + inset], [box.right - inset, box.bottom - inset], [box.left + inset, box.bottom - inset], [box.right - inset, box.top + inset]];
      for (const [x, y] of points) {
        const there = document.elementFromPoint(x, y);
        if (there && (element.contains(there) || there.contains(element))) return true;
      }
    }
    return false;
  }

  // After a Tab: where the focus is, and what is wrong with it. “end” where the tour is over.
  function stop() {
    const element = document.activeElement;
    // At its end the tour leaves for the browser's own bar, or, where there is none, begins again.
    if (!element || element === document.body || (last && last !== element && element === first)) return { end: true, found: [] };
    if (element === last) return { end: false, found: [] };
    const found = [];
    if (last && !(last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) found.push(`the focus jumps back to ${show(element)}`);
    if (!last && !element.matches(".skip")) found.push(`the first stop is not the skip link: ${show(element)}`);
    first ??= element;
    last = element;
    const focused = getComputedStyle(element);
    const drawn = focused.outlineStyle !== "none" && parseFloat(focused.outlineWidth) >= 2 && !/, 0\)$|transparent/.test(focused.outlineColor);
    if (!drawn) found.push(`the focus cannot be seen: ${show(element)} ${lookOf(focused)}`);
    if (!isSeen(element)) found.push(`the focus is out of sight or covered: ${show(element)}`);
    return { end: false, found };
  }

  return { reflow, spacing, doubled, names, restyle, start, stop };
})();
