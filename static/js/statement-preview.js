// Sends the text to data-preview-url a moment after the last key and shows the page that comes back.
// XMLHttpRequest parses it into a document without running anything: no HTML string ever reaches the page, so Trusted Types need no policy.
const PAUSE_MS = 600;

function fetchPage(source, done) {
  const request = new XMLHttpRequest();
  const body = new URLSearchParams(new FormData(source.form));
  request.open("POST", source.dataset.previewUrl);
  request.responseType = "document";
  request.addEventListener("load", () => done(request.status === 200 ? request.response : null));
  request.addEventListener("error", () => done(null));
  request.send(body);
  return request;
}

for (const source of document.querySelectorAll("[data-preview-url]")) {
  const target = document.getElementById(source.dataset.previewInto);
  const panel = target.closest("[data-preview-panel]");
  let timer, running;

  function refresh() {
    running?.abort();
    panel.setAttribute("aria-busy", "true");
    running = fetchPage(source, (page) => {
      panel.removeAttribute("aria-busy");
      if (!page?.body) return;
      const read = target.scrollTop;
      target.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
      target.scrollTop = read;
      panel.hidden = false;
    });
  }

  source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  });
  if (source.value.trim() && !target.childElementCount) refresh();
}
