// Loads [data-sealing] anew every two seconds, and goes where the page leads once the letter is sealed, or was not.
const PAUSE_MS = 2000;

function look() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.addEventListener("loadend", () => {
    const page = request.status === 200 ? request.response : null;
    const made = page?.querySelector("[data-sealing]");
    if (page && !made) {
      location.replace(request.responseURL);
      return;
    }
    const shown = document.querySelector("[data-sealing]");
    if (made && shown.textContent !== made.textContent) {
      shown.replaceChildren(...[...made.childNodes].map((node) => document.importNode(node, true)));
    }
    setTimeout(look, PAUSE_MS);
  });
  request.send();
}

setTimeout(look, PAUSE_MS);
