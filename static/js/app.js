// Everything works without this file. It adds: the print button, menus that close, one submission per press, choices that
// apply as they are made, the page in hand scrolled into its row of pages, dates that do not break.
document.documentElement.classList.add("js");

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const menus = document.querySelectorAll("details.menu");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    // a page taken back from the browser's memory may be sent again
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}

for (const select of document.querySelectorAll("select[data-apply]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const here of document.querySelectorAll(".parts-nav [aria-current]")) {
  here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft;
}

// a browser would break a date at its hyphen
const DAY = /[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?/;
const told = document.createTreeWalker(document.querySelector("main") || document.body, NodeFilter.SHOW_TEXT);
const dated = [];
while (told.nextNode()) {
  const held = told.currentNode.parentElement;
  if (!DAY.test(told.currentNode.data) || held.closest("svg, script, option, textarea, .nw, .mono")) continue;
  if (!/flex|grid/.test(getComputedStyle(held).display)) dated.push(told.currentNode);
}
for (const node of dated) {
  const parts = node.data.split(/([0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)/);
  node.replaceWith(...parts.map((part, place) => {
    if (place % 2 === 0) return part;
    const whole = document.createElement("time");
    whole.className = "nw";
    whole.textContent = part;
    return whole;
  }));
}

const summary = document.getElementById("errors");
if (summary) summary.focus();
