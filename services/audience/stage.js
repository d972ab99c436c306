// On the presenter's screen: a dialog is typed into at once, no shortcut reaches behind it, F fills the screen, P the
// screen with the item's picture or video.
"use strict";
if (!window.fortnightStage) {
  window.fortnightStage = true;
  const dialog = () => document.querySelector("[role=dialog]");
  const isField = (one) => one.matches?.("input, textarea, select, [contenteditable=true]");
  const isStage = () => document.querySelector(".fn-stage-line") !== null;
  const fill = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  const filled = () => document.querySelector(".fn-stage-filled");
  const enlarge = () => (filled() ?? document.querySelector(".fn-stage-media"))?.classList.toggle("fn-stage-filled");
  let seen = null;
  new MutationObserver(() => {
    const open = isStage() ? dialog() : null, field = open?.querySelector("textarea");
    if (!open) seen = null;
    else if (field && seen !== open) { seen = open; field.focus(); }
  }).observe(document.body, { childList: true, subtree: true });
  window.addEventListener("keydown", (event) => {
    if (!isStage() || isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const isPlain = event.key.length === 1 || event.key.startsWith("Arrow");
    if (isPlain && dialog()) event.stopImmediatePropagation();
    else if (event.key.toLowerCase() === "f") fill();
    else if (event.key.toLowerCase() === "p" || (event.key === "Escape" && filled())) enlarge();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".fn-stage-full")) fill();
    if (event.target.closest?.("img.fn-stage-media")) enlarge();
  });
}
