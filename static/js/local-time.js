// Adds the reader's own time to moments announced in another zone.
function clock(instant) {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(instant)
    .reduce((parts, { type, value }) => ({ ...parts, [type]: value }), {});
}

for (const time of document.querySelectorAll("time[data-local-time]")) {
  const instant = new Date(time.dateTime);
  if (Number.isNaN(instant.getTime())) continue;
  const { day, month, year, hour, minute } = clock(instant);
  const shown = time.textContent;
  const date = `${day} ${month} ${year}`;
  if (shown.includes(date) && shown.includes(`${hour}:${minute}`)) continue;
  const yours = document.createElement("span");
  yours.className = "when__yours";
  yours.textContent = `· ${shown.includes(date) ? "" : `${date}, `}${hour}:${minute} your time`;
  time.parentElement.append(" ", yours);
}
