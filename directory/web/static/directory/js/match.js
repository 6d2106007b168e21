// The answer is drawn below the form without leaving the page: no address, no entry in the history, no copy.
// Without this file the form is sent and answered as a page. What is typed is kept nowhere.
(() => {
  "use strict";
  const place = document.getElementById("match"), failed = document.getElementById("not-sent"), said = document.getElementById("said");
  let asked = null;

  const filled = (form, button) => {
    const data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    return new URLSearchParams(data);
  };
  const draw = (html) => {
    place.innerHTML = html;
    document.dispatchEvent(new CustomEvent("directory:drawn"));
    const focus = document.getElementById(place.querySelector("[data-focus]").dataset.focus);
    if (!focus) return;
    reveal(focus);
    focus.focus({ preventScroll: true });
    focus.scrollIntoView({ block: focus.matches("input, a") ? "center" : "start" });
    if (focus.matches("input")) focus.select();
    said.textContent = focus.matches("h2") ? focus.textContent : "";
  };
  const send = async (form, button) => {
    if (asked) asked.abort();
    const mine = asked = new AbortController();
    place.setAttribute("aria-busy", "true");
    failed.hidden = true;
    try {
      const answer = await fetch(form.dataset.part, {
        method: "POST", body: filled(form, button), cache: "no-store", signal: mine.signal, headers: { "HX-Request": "true" },
      });
      if (!answer.ok && answer.status !== 503) throw new Error(String(answer.status));
      draw(await answer.text());
    } catch {
      if (!mine.signal.aborted) failed.hidden = false;
      if (!failed.hidden) failed.scrollIntoView({ block: "nearest" });
    } finally {
      if (mine === asked) place.removeAttribute("aria-busy");
    }
  };
  // A link to something in a fold opens the fold.
  const reveal = (element) => {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };

  // Paper has the reasons of each trial.
  window.addEventListener("beforeprint", () => place.querySelectorAll(".card-why").forEach((fold) => { fold.open = true; }));

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.id !== "profile" || (button && "whole" in button.dataset)) return;
    event.preventDefault();
    send(event.target, button);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#match a[href^='#']"), target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    reveal(target);
    if (target.matches("details")) target.open = true;
    const focus = target.matches("input, select") ? target : target.querySelector("input, select, h2, summary") || target;
    if (focus.matches("h2")) focus.tabIndex = -1;
    focus.focus();
    if (!target.matches("input, select")) target.scrollIntoView({ block: "start" });
  });
})();
