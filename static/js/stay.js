// A page that is used stays open; one that is not says so five minutes before it closes, and any key keeps it (WCAG 2.2.1).
const MINUTE = 60_000;
const WARNED_MINUTES = 5;
const TOLD_EVERY = 5 * MINUTE;
const LOOKS_EVERY = 20_000;

function paragraph(text) {
  const made = document.createElement("p");
  made.append(text);
  return made;
}

function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--secondary button--compact";
  made.append(text);
  made.addEventListener("click", press);
  return made;
}

for (const box of document.querySelectorAll("[data-stay]")) {
  const life = Number(box.dataset.stayMinutes) * MINUTE;
  let heard = Date.now();
  let used = false;
  let isWarned = false;
  let isClosed = false;
  let isAsking = false;

  function say(...nodes) {
    box.replaceChildren(...nodes);
  }

  function close() {
    isClosed = true;
    say(paragraph("This page has closed. When you send it, nothing is stored, but what you typed is shown again, to be copied."));
  }

  // A press of the button is a use of the page as well, and asks once.
  async function stay() {
    if (isAsking) return;
    const asked = Date.now();
    isAsking = true;
    used = false;
    try {
      // Asked for by its head alone: enough for the server to see that somebody is here. A page that leads elsewhere has closed.
      const answer = await fetch(box.dataset.stay, { method: "HEAD", redirect: "manual" });
      if (!answer.ok) return close();
      heard = asked;
      isWarned = false;
      say();
    } catch {
      used = true; // No network for now: the next look tries again.
    } finally {
      isAsking = false;
    }
  }

  function look() {
    if (isClosed) return;
    const idle = Date.now() - heard;
    if (idle >= life) close();
    else if (used && idle >= TOLD_EVERY) stay();
    else if (idle >= life - WARNED_MINUTES * MINUTE && !isWarned) {
      isWarned = true;
      say(paragraph(`This page closes in ${WARNED_MINUTES} minutes, because it was not used. Press any key to stay.`), button("Stay on this page", stay));
    }
  }

  function use() {
    used = true;
    if (isWarned && !isClosed) stay();
  }

  for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, use, { passive: true });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOKS_EVERY);
}
