// Moves the focus to what the page has to say first: the error summary, the word that something was done, or the heading of a form.
// The attribute alone does it too, but only when the page is first drawn; a key that is pressed before would begin at the top.
const place = document.querySelector("[autofocus]");
if (place && !location.hash) place.focus({ preventScroll: place.matches("h1") });
