// Runs on the page that asks whether it is right now. A trusted gesture of a person on the visible page presses the button that the letter's link has
// chosen; what looks at links makes none. Without it the buttons do the same.
(() => {
"use strict";
var b = document.querySelector("#righted [data-chosen]"), done;
if (!b) return;
function press(e) {
	if (done || !e.isTrusted || document.visibilityState != "visible" || e.target.closest && e.target.closest("button, a")) return;
	if (e.type == "keydown" && (e.ctrlKey || e.altKey || e.metaKey || e.key == "Tab" || e.key == "Shift")) return;
	done = true;
	b.form.requestSubmit(b);
}
["pointerup", "touchend", "keydown", "wheel"].forEach(t => addEventListener(t, press, {passive: true}));
})();
