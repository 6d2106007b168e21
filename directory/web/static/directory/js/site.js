// Everything works without this file; it only saves clicks.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const narrow = window.matchMedia("(max-width: 50rem)");
  const filters = document.getElementById("filters");
  if (filters && narrow.matches) filters.open = false;

  // Fields left empty do not belong in the address.
  const tidy = (form) => {
    for (const field of form.querySelectorAll("input[name], select[name]")) {
      const idle = field.name === "ordering" && field.value === "relevance";
      if (field.type !== "checkbox" && (!field.value.trim() || idle)) field.disabled = true;
    }
    // The answer may be a page from the browser's memory: leave the form as it was.
    window.setTimeout(() => form.querySelectorAll(":disabled").forEach((field) => { field.disabled = false; }), 0);
  };
  document.addEventListener("submit", (event) => tidy(event.target));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    const field = copy && document.getElementById(copy.dataset.copy);
    if (field) {
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => { copy.textContent = copy.dataset.done; }, () => {});
    }
  });

  // A fold that the reader opened stays open when the results change under it.
  let folds = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    folds = new Map([...event.detail.target.querySelectorAll("details[id]")].map((fold) => [fold.id, fold.open]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of folds) {
      const fold = document.getElementById(id);
      if (fold) fold.open = open;
    }
    // Whoever ticks a box goes on from there; else the results begin where the reader sees them begin.
    const list = document.getElementById("filters"), found = document.querySelector(".found");
    if (list && list.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
    else if (found && found.getBoundingClientRect().top < 0) found.scrollIntoView({ block: "start" });
    const said = document.getElementById("announce"), count = document.getElementById("count");
    if (said && count) said.textContent = count.textContent;
  });
  document.addEventListener("htmx:configRequest", (event) => {
    for (const [name, value] of Object.entries(event.detail.parameters)) {
      if (value === "") delete event.detail.parameters[name];
    }
  });
  // htmx remembers where the reader is, words included; the address bar does that already.
  const forget = () => window.sessionStorage.removeItem("htmx-current-path-for-history");
  document.addEventListener("htmx:pushedIntoHistory", forget);
  document.addEventListener("htmx:replacedInHistory", forget);
  // A server that cannot answer in part may answer in whole.
  const whole = (event) => { if (event.detail.pathInfo) window.location.assign(event.detail.pathInfo.finalRequestPath); };
  document.addEventListener("htmx:responseError", whole);
})();
