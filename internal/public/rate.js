// Runs beside page.js where the page asks of touchpoints. Ratings go together, a moment after the last tap: those that were picked since.
(() => {
"use strict";
var form = document.getElementById("answer"), all = form.querySelectorAll(".rate input"), waits;
function send() {
	var said = {gesture: "gesture", last: (form.querySelector("input[name=score]:checked") || {}).value || 0}, any;
	clearTimeout(waits);
	all.forEach(e => {
		if (!e.checked || e.defaultChecked) return;
		any = said[e.name] = e.value;
		all.forEach(o => { if (o.name == e.name) o.defaultChecked = o == e; });
	});
	if (any) form.dispatchEvent(new CustomEvent("rated", {detail: said}));
}
// What was sent and has not arrived when the page was left.
try {
	JSON.parse(localStorage.getItem("onetap" + form.getAttribute("action").split("?")[0])).forEach(i => all.forEach(e => {
		if (i[e.name] == e.value) e.checked = e.defaultChecked = true;
	}));
} catch (e) {}
form.addEventListener("change", e => {
	if (!e.target.closest(".rate")) return;
	clearTimeout(waits);
	waits = setTimeout(send, 1e3);
});
addEventListener("pagehide", send, true);
document.addEventListener("visibilitychange", send, true);
form.addEventListener("submit", send, true);
})();
