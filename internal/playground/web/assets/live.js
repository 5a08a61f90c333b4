// Fetches the page again under its ETag, and swaps the parts that have
// changed. What somebody is typing, selecting or has unfolded stays.
"use strict";

const pause = 800; // milliseconds between looks
const afterFailure = 3000;
const regions = () => document.querySelectorAll("[data-live]");
const last = new Map(); // what the server last said of each region
let tag = "";

for (const region of regions()) last.set(region.dataset.live, region.innerHTML);

function busy(region) {
  const at = document.activeElement;
  if (region.contains(at) && at.matches("input, textarea, select")) return true;
  if (region.querySelector(".carried")) return true; // is being dragged
  const chosen = document.getSelection();
  return Boolean(chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode));
}

// unfolded names each <details> by the element with an id that holds it.
function unfolded(region) {
  const seen = new Map();
  return [...region.querySelectorAll("details")].map((details) => {
    const home = details.id || details.closest("[id]")?.id || "";
    const nth = seen.get(home) ?? 0;
    seen.set(home, nth + 1);
    return [`${home} ${nth}`, details];
  });
}

function swap(region, fresh) {
  const open = new Map(unfolded(region).map(([name, details]) => [name, details.open]));
  const known = new Set([...region.querySelectorAll("[id]")].map((element) => element.id));
  region.replaceChildren(...fresh.childNodes);
  for (const [name, details] of unfolded(region)) {
    if (open.has(name)) details.open = open.get(name);
  }
  for (const element of region.querySelectorAll(".remark, .note")) {
    element.classList.toggle("fresh", !known.has(element.id));
  }
}

function compare(page) {
  let complete = true;
  for (const region of regions()) {
    const name = region.dataset.live;
    const fresh = page.querySelector(`[data-live="${name}"]`);
    if (!fresh) {
      location.reload(); // it has become another kind of page
      return false;
    }
    const html = fresh.innerHTML;
    if (html === last.get(name)) continue;
    if (busy(region)) {
      complete = false;
      continue;
    }
    swap(region, fresh);
    last.set(name, html);
  }
  return complete;
}

async function look() {
  const answer = await fetch(location.pathname + location.search, {
    headers: tag ? { "If-None-Match": tag } : {},
    cache: "no-store",
  });
  if (answer.status === 304) return;
  if (!answer.ok) {
    if (answer.status === 404 || answer.status === 410) location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  tag = compare(page) ? answer.headers.get("ETag") ?? "" : "";
}

async function watch() {
  let next = pause;
  try {
    if (!document.hidden) await look();
    document.querySelector(".gone").hidden = true;
  } catch {
    document.querySelector(".gone").hidden = false;
    next = afterFailure;
  }
  setTimeout(watch, next);
}

// Ticking a box leaves the page where it is. What is refused is sent again the
// plain way, which shows why.
document.addEventListener("submit", async (event) => {
  const box = event.submitter;
  if (!box?.matches(".tickbox") || box.dataset.plain) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target, box));
  box.disabled = true;
  const answer = await fetch(event.target.action, { method: "POST", body });
  if (answer.ok) {
    await look();
    return;
  }
  box.disabled = false;
  box.dataset.plain = "1";
  event.target.requestSubmit(box);
});

// Menus close when one clicks elsewhere or presses Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
});

if (last.size > 0) setTimeout(watch, pause);
