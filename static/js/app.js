// Everything works without this file. It adds: the print button, menus that close, one submission per press, choices that
// apply as they are made.
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

const summary = document.getElementById("errors");
if (summary) summary.focus();
