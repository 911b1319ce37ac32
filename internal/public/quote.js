// Runs after page.js where promoters are asked whether they may be quoted: once all is said, and that with a 9 or 10 and a comment.
// What has just been said of it stays shown.
(() => {
"use strict";
var at = id => document.getElementById(id), end = at("end"), form = at("answer"), quote = at("quote");
function look() {
	var score = form.querySelector("input[name=score]:checked");
	if (!("said" in quote.dataset)) quote.hidden = end.hidden || !score || score.value < 9 || !form.elements.why.value;
}
if (quote) {
	new MutationObserver(look).observe(end, {attributes: true});
	look();
}
})();
