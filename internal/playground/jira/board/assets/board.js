// Cards are dragged between the columns. Where a card may go is the workflow's
// to say: the card names the columns, and the rest turn pale.
"use strict";

let carried = null; // the card that is being dragged

const columnOf = (event) => event.target.closest?.(".column");
// aim is the column's status to which the workflow lets the card go.
const aim = (column) => {
  const to = carried?.dataset.to.split(" ") ?? [];
  return column?.dataset.status.split(" ").find((status) => to.includes(status));
};

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(".ticket");
  if (!card) return;
  carried = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.key);
  closeMenus(null);
  // The browser takes its picture of the card before it turns pale.
  requestAnimationFrame(() => {
    if (carried !== card) return;
    card.classList.add("carried");
    card.closest(".board").classList.add("dragging");
    for (const column of document.querySelectorAll(".column")) {
      column.classList.toggle("open-to", Boolean(aim(column)));
      column.classList.toggle("closed-to", !aim(column) && column !== card.closest(".column"));
    }
  });
});

document.addEventListener("dragover", (event) => {
  const column = columnOf(event);
  for (const other of document.querySelectorAll(".under")) if (other !== column) other.classList.remove("under");
  if (!aim(column)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  column.classList.add("under");
});

document.addEventListener("drop", (event) => {
  const column = columnOf(event);
  const status = aim(column);
  if (!status) return;
  event.preventDefault();
  const card = carried;
  column.querySelector(".cards").prepend(card); // until the server has said so
  letGo();
  move(card, status);
});

document.addEventListener("dragend", letGo);

function letGo() {
  carried?.classList.remove("carried");
  carried = null;
  for (const board of document.querySelectorAll(".dragging")) board.classList.remove("dragging");
  for (const column of document.querySelectorAll(".column")) column.classList.remove("open-to", "closed-to", "under");
}

// move sends what the button in the card's menu would. A screen that asks for
// something is another page; a refusal puts the card back and says why.
async function move(card, status) {
  const answer = await fetch(card.dataset.act, { method: "POST", body: new URLSearchParams({ status, back: location.pathname }) });
  if (answer.ok && new URL(answer.url).pathname !== location.pathname) {
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) say(page.querySelector("[data-why]")?.textContent ?? "That didn’t work.");
  last.clear();
  tag = "";
  await look();
}

function say(why) {
  const said = document.querySelector(".said") ?? document.body.appendChild(document.createElement("p"));
  said.className = "said";
  said.setAttribute("role", "status");
  said.textContent = why.trim();
  clearTimeout(say.over);
  say.over = setTimeout(() => said.remove(), 7000);
}
