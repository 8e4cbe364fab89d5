// Saves the text of a form with data-keep-url a moment after the last key, and says how it stands. Until it is saved a copy stays in
// this browser, so that neither a lost connection nor a shut desk nor a closed window takes what was typed.
const PAUSE_MS = 1500;
const AGAIN_MS = 10_000;
const CLOSED = "This page has closed, or you are signed out. Your text stays here and in this browser. Sign in in another window, then load this page again.";
const SAID = {
  413: "This is too large to be sent. Your text stays here: shorten it.",
  429: "Too often for now. It is tried again by itself.",
  503: "Nothing can be stored just now. Your text stays here, and it is tried again by itself.",
};
const same = (one, other) => one.replace(/\r\n?/g, "\n").trim() === other.replace(/\r\n?/g, "\n").trim();
const clock = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);

function button(text, kind, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button--${kind} button--compact`;
  made.append(text);
  made.addEventListener("click", press);
  return made;
}

// A browser may refuse to keep anything: then only the page holds the text.
function copies(key) {
  const guarded = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    read: () => guarded(() => JSON.parse(localStorage.getItem(key))),
    write: (copy) => guarded(() => localStorage.setItem(key, JSON.stringify(copy))),
    drop: () => guarded(() => localStorage.removeItem(key)),
  };
}

function keep(form) {
  const source = form.querySelector("[name=body]");
  const edition = form.querySelector("[name=edition]");
  const state = form.querySelector("[data-keep-state]");
  const problem = form.querySelector("[data-keep-problem]");
  const copy = copies(`undersigned text ${location.pathname}`);
  // What was not saved on an earlier visit: it stays, whatever is typed meanwhile, until a person has chosen.
  const earlier = copies(`undersigned earlier text ${location.pathname}`);
  const offers = document.createElement("div");
  let stored = "keepUnsaved" in form.dataset ? null : source.defaultValue;
  let stopped = false; // until a person has chosen between two texts, or has come in again
  let leaving = false;
  let timer, running;

  const isSaved = () => source.value === stored;
  const note = () => (isSaved() ? copy.drop() : copy.write({ body: source.value, edition: edition.value, at: Date.now() }));

  function say(words, ...more) {
    state.textContent = words;
    const told = more.map((part) => (part instanceof Node ? part : Object.assign(document.createElement("p"), { textContent: part })));
    problem.replaceChildren(...told, ...(offers.childElementCount ? [offers] : []));
  }

  function refuse(status, said) {
    stopped = status === 409 || (status < 500 && ![413, 422, 429].includes(status));
    say("Not saved", said.problem ?? SAID[status] ?? (status < 500 ? CLOSED : SAID[503]));
    if (status === 409 && said.changed) problem.append(button("See both, and choose", "primary", () => form.requestSubmit()));
    if (status === 409 && !said.changed) problem.append(button("Load the page again", "secondary", () => location.reload()));
    if (status >= 500 || status === 429) later(AGAIN_MS);
  }

  async function save() {
    clearTimeout(timer);
    if (running || stopped || isSaved()) return;
    const sent = source.value;
    state.textContent = "Saving…";
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.keepUrl, { method: "POST", body: new FormData(form), redirect: "manual", signal: running.signal });
      const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok) {
        stored = sent;
        edition.value = said.edition;
        say(isSaved() ? `Saved ${clock(new Date())}` : "Not saved yet");
        if (!isSaved()) later(PAUSE_MS);
      } else refuse(answer.status || 403, said);
    } catch {
      say("Not saved", "There is no connection. Your text stays here and in this browser, and it is tried again by itself.");
      later(AGAIN_MS);
    } finally {
      running = null;
      note();
    }
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  function offer(held) {
    const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(new Date(held.at));
    const words = document.createElement("p");
    const acts = document.createElement("p");
    words.append(`This browser holds a text of ${when} that was not saved.`);
    acts.className = "actions";
    acts.append(
      button("Bring it back", "primary", () => {
        choose(isSaved() ? [] : [{ body: source.value, edition: edition.value, at: Date.now() }]);
        source.value = held.body;
        edition.value = held.edition; // so that what others saved since is not written over unseen
        if (!stopped) say("Not saved yet"); // why it is not saved, and what to do, stays in sight
        source.dispatchEvent(new Event("input", { bubbles: true }));
        source.dispatchEvent(new Event("replaced"));
        source.focus();
      }),
      button("Throw it away", "quiet", () => {
        choose([]);
        if (!stopped) say(isSaved() ? "" : "Not saved yet");
        source.focus();
      }),
    );
    const choose = (instead) => {
      remember([...(earlier.read() ?? []).filter((one) => !same(one.body, held.body)), ...instead]);
    };
    offers.append(words, acts);
  }

  function remember(held) {
    held.length ? earlier.write(held) : earlier.drop();
    offers.replaceChildren();
    held.forEach(offer);
  }

  source.addEventListener("input", () => {
    note();
    if (stopped) return;
    if (!running) state.textContent = isSaved() ? "" : "Not saved yet";
    later(PAUSE_MS);
  });
  addEventListener("online", save);
  addEventListener("beforeunload", (event) => {
    if (!leaving && !isSaved()) event.preventDefault();
  });
  // Before the form’s own listeners: what is under way ends first, or the form would name an edition that is just passing.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      clearTimeout(timer);
      if (!running) return void (leaving = true);
      event.preventDefault();
      event.stopImmediatePropagation();
      const wait = setInterval(() => {
        if (running) return;
        clearInterval(wait);
        clearTimeout(timer);
        form.requestSubmit(event.submitter);
      }, 50);
    },
    true,
  );
  addEventListener("pageshow", () => (leaving = false));

  const before = [...(earlier.read() ?? []), ...(copy.read() ? [copy.read()] : [])];
  remember(before.filter((one, at) => !same(one.body, source.value) && !before.slice(0, at).some((other) => same(one.body, other.body))));
  note();
  say("");
  if (!isSaved()) later(PAUSE_MS);
}

document.querySelectorAll("form[data-keep-url]").forEach(keep);
