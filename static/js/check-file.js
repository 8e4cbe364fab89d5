// Takes the SHA-256 of a chosen or dropped file here, in the browser, and sends that alone. Where it cannot, the file itself is sent.
const hexadecimal = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function watch(form) {
  const input = form.querySelector("input[type=file]");
  const hidden = form.querySelector("input[name=sha256]");
  const status = form.querySelector("[data-check-status]");
  const name = input.name;
  let reading = null;
  let sends = false;

  function say(words) {
    status.textContent = words;
    status.hidden = !words;
  }

  async function read(file) {
    hidden.value = "";
    input.removeAttribute("name");
    say("Reading the file on your own machine …");
    try {
      hidden.value = hexadecimal(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      say("The file stays on your machine: only its SHA-256 is sent.");
    } catch {
      input.name = name;
      say("");
    }
    reading = null;
    if (sends) form.requestSubmit();
  }

  input.addEventListener("change", () => {
    const [file] = input.files;
    // Only a page that came encrypted, or from this machine, may take a SHA-256.
    if (!file || !globalThis.crypto?.subtle) {
      hidden.value = "";
      input.name = name;
      return say("");
    }
    // A receipt is read by the site: what it quotes is in its words.
    if (/\.(eml|txt)$/i.test(file.name) && file.size <= 1_000_000) {
      hidden.value = "";
      input.name = name;
      return say("A saved mail or a text is read by this site, and is not kept.");
    }
    reading = read(file);
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  form.addEventListener(
    "submit",
    (event) => {
      if (!reading) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      sends = true;
    },
    { capture: true },
  );
}

document.querySelectorAll("form[data-check-file]").forEach(watch);
