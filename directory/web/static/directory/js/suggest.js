// Suggestions below a search box: the combobox pattern of the ARIA Authoring Practices, the list as a help
// only. Without this file the box is a plain one. What is typed is kept nowhere.
(() => {
  "use strict";
  const PAUSE = 120, SHORTEST = 2;

  const element = (name, attributes, text = "") => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };

  const attach = (box) => {
    const input = box.querySelector("input");
    const list = element("ul", { id: `${input.id}-list`, role: "listbox", "aria-label": box.dataset.label, class: "suggestions" });
    const said = element("p", { role: "status", class: "hidden" });
    list.hidden = true;
    box.append(list, said);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
    let found = [], active = -1, timer = 0, asked = null;

    const mark = (place) => {
      active = place;
      [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
      if (active < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    };
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      mark(-1);
    };
    const stop = () => {
      window.clearTimeout(timer);
      if (asked) asked.abort();
      show(false);
      said.textContent = "";
    };
    const draw = (answer) => {
      found = answer.found;
      list.replaceChildren(...found.map((one, at) => {
        const option = element("li", { id: `${list.id}-${at}`, role: "option", "aria-selected": "false" });
        if (one.mark) {
          option.append(element("span", { class: `status ${one.mark}`, "aria-hidden": "true" }));
          option.lastChild.append(element("span", { class: "dot" }));
        }
        option.append(element("span", { class: "suggested" }, one.label), " ", element("span", { class: "note" }, [one.kind, one.detail].filter(Boolean).join(" · ")));
        return option;
      }));
      show(found.length > 0);
      said.textContent = answer.said;
    };
    const ask = async () => {
      if (asked) asked.abort();
      const mine = asked = new AbortController();
      try {
        const typed = new URLSearchParams({ q: input.value });
        const how = { signal: mine.signal, cache: "no-store", headers: { Accept: "application/json" } };
        if (box.dataset.fill) typed.set("kind", box.dataset.fill);
        // What is said of a patient stands in no address.
        const answer = await (box.dataset.fill
          ? fetch(box.dataset.suggest, { ...how, method: "POST", body: typed })
          : fetch(`${box.dataset.suggest}?${typed}`, how));
        if (answer.ok) {
          const read = await answer.json();
          if (mine === asked && !mine.signal.aborted && document.activeElement === input) draw(read);
        }
      } catch {
        // Aborted, or the network is away: the box still searches.
      }
    };
    const choose = (place) => {
      const one = found[place];
      stop();
      if (one.text) return void (input.value = one.text);
      if (one.url) return window.location.assign(one.url);
      input.value = one.label;
      input.form.requestSubmit();
    };

    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      if (input.value.trim().length < SHORTEST) return stop();
      timer = window.setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      const last = list.children.length - 1;
      if (event.isComposing) return;
      if (event.key === "Enter" && active < 0) return stop();
      if (list.hidden) {
        if (event.key === "ArrowDown" && input.value.trim().length >= SHORTEST) { event.preventDefault(); ask(); }
        return;
      }
      const moves = { ArrowDown: active >= last ? -1 : active + 1, ArrowUp: active < 0 ? last : active - 1 };
      if (event.key in moves) mark(moves[event.key]);
      else if (event.key === "Enter") choose(active);
      else if (event.key === "Escape") stop();
      else return;
      event.preventDefault();
    });
    // The pointer must not take the focus from the box before its click is done.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose([...list.children].indexOf(option));
    });
    input.addEventListener("blur", stop);
    window.addEventListener("pagehide", stop);
  };

  const attachAll = () => document.querySelectorAll("[data-suggest]").forEach((box) => {
    if (!box.querySelector("[role=listbox]")) attach(box);
  });
  attachAll();
  // A form that was drawn anew has new boxes.
  document.addEventListener("directory:drawn", attachAll);
})();
