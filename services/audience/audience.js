// Asks every second and a half whether another item is on the screen, and opens it; what one is writing is kept.
"use strict";
const body = document.body, remark = document.querySelector("textarea[name=remark]"), kept = "fortnight.remark";
remark.value = remark.value || sessionStorage.getItem(kept) || "";
remark.addEventListener("input", () => sessionStorage.setItem(kept, remark.value));
document.querySelector("form").addEventListener("submit", () => sessionStorage.removeItem(kept));
const fresh = () => location.replace(body.dataset.path);  // without what the address said of the item before
async function look() {
  try {
    const answer = await fetch(body.dataset.path + "/state", { cache: "no-store" });
    if (answer.status === 404) return fresh();
    const state = await answer.json();
    if (`${state.item}|${state.place}` !== body.dataset.state && document.activeElement !== remark) return fresh();
  } catch (lost) {
    // The phone lost its connection for a moment: the next look tries again.
  }
  setTimeout(look, 1500);
}
setTimeout(look, 1500);
