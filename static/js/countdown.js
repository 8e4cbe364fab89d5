// Keeps “6 days 4 hours left” true while the page is open. data-countdown-now is the server's clock: the reader's may be wrong.
const MINUTE = 60_000;
const loaded = Date.now();

const counted = (number, unit) => (number ? [`${number} ${unit}${number === 1 ? "" : "s"}`] : []);

function words(left) {
  const minutes = Math.floor(left / MINUTE);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const parts = days ? [...counted(days, "day"), ...counted(hours, "hour")] : [...counted(hours, "hour"), ...counted(minutes % 60, "minute")];
  return `${parts.join(" ") || "less than a minute"} left`;
}

function show(element) {
  const began = element.dataset.countdownNow ? Date.parse(element.dataset.countdownNow) : loaded;
  const left = Date.parse(element.dateTime) - began - (Date.now() - loaded);
  if (Number.isNaN(left)) return;
  const text = left > 0 ? words(left) : element.dataset.countdownPast;
  if (element.textContent !== text) element.textContent = text;
}

const elements = document.querySelectorAll("time[data-countdown]");
const showAll = () => elements.forEach(show);
if (elements.length) {
  setInterval(showAll, MINUTE);
  document.addEventListener("visibilitychange", showAll);
}
