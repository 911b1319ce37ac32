// Runs after page.js where promoters are asked whether they may be quoted, or offered a link to hand on: once all is said, and that with a 9 or 10; the former with
// a comment alone. What has just been said of it stays shown.
(() => {
"use strict";
var at = id => document.getElementById(id), end = at("end"), form = at("answer"), quote = at("quote"), hand = at("recommend"), mine = at("mine");
function look() {
	var score = form.querySelector("input[name=score]:checked"), no = end.hidden || !score || score.value < 9;
	if (quote && !("said" in quote.dataset)) quote.hidden = no || !form.elements.why.value;
	if (hand && !mine) hand.hidden = no;
}
function offer(id, can, does) {
	var b = at(id);
	b.hidden = !can;
	b.onclick = () => does().then(() => { if (b.dataset.done) b.textContent = b.dataset.done; }).catch(() => mine.select());
}
if (mine) {
	var n = navigator, what = {url: mine.value};
	if (mine.dataset.text) what.text = mine.dataset.text;
	mine.onfocus = () => mine.select();
	offer("copy", n.clipboard, () => n.clipboard.writeText(mine.value));
	offer("share", n.share, () => n.share(what));
}
new MutationObserver(look).observe(end, {attributes: true});
look();
})();
