// Where a person chooses between two texts: the copy in this browser follows what is typed here, until it is saved.
for (const form of document.querySelectorAll("form[data-keep-copy]")) {
  const key = `undersigned text ${location.pathname}`;
  const body = form.querySelector("[name=body]");
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ body: body.value, edition: form.querySelector("[name=edition]").value, at: Date.now() }));
    } catch {
      // A browser may refuse to keep anything: then only the page holds the text.
    }
  };
  body.addEventListener("input", keep);
  keep();
}
