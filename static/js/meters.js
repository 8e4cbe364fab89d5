// Sends the text to data-meters-url a moment after the last key and shows the meters that come back, as statement-preview does.
const PAUSE_MS = 1000;

for (const panel of document.querySelectorAll("[data-meters-url]")) {
  const source = document.getElementById(panel.dataset.metersOf);
  if (!source?.form) continue;
  let timer, running;

  function refresh() {
    running?.abort();
    running = new XMLHttpRequest();
    running.open("POST", panel.dataset.metersUrl);
    running.responseType = "document";
    panel.setAttribute("aria-busy", "true");
    running.addEventListener("loadend", () => panel.removeAttribute("aria-busy"));
    running.addEventListener("load", (event) => {
      const page = event.target.status === 200 ? event.target.response : null;
      if (page?.body) panel.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
    });
    running.send(new URLSearchParams(new FormData(source.form)));
  }

  source.form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  });
}
