// The preview beside the text or below it: a press changes it, and this browser remembers. Narrow windows have no beside.
const KEY = "undersigned preview";

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(place) {
  try {
    localStorage.setItem(KEY, place);
  } catch {
    // It is remembered as long as the page is open.
  }
}

for (const editor of document.querySelectorAll(".editor")) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--quiet button--compact";
  const set = (place) => {
    editor.classList.toggle("editor--stacked", place === "below");
    made.textContent = place === "below" ? "Show it beside the text" : "Show it below the text";
  };
  made.addEventListener("click", () => {
    const place = editor.classList.contains("editor--stacked") ? "beside" : "below";
    set(place);
    remember(place);
  });
  const line = document.createElement("p");
  line.className = "editor__place";
  line.append(made);
  editor.querySelector(".editor__title").after(line);
  set(remembered());
}
