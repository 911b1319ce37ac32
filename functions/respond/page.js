// Runs in the survey page. Without it the page's forms do the same with buttons.
//
// A person is told from a mail scanner's browser by a trusted gesture on the visible page: pointer, touch, key or
// wheel. Not "scroll": a script that scrolls causes trusted scroll events. Until then the score is only chosen; after
// five seconds of being visible, or when the page goes away, it is posted as a script's, which counts for nothing.
//
// What is posted waits in localStorage until the server has it, each with its own digest, so that a repeated post
// is known to be one.
(function () {
"use strict";
var d = document, form = d.getElementById("score"), words = d.getElementById("words"), say = d.getElementById("say");
var action = form.getAttribute("action"), key = "onetap" + action.split("?")[0], memory = [];
var armed = form.hasAttribute("data-arm"), last = form.getAttribute("data-last"), scripted = false, touched = false, busy = false, wait = 0, timer, retry;

function load() {
	try { return JSON.parse(localStorage.getItem(key)) || memory; } catch (e) { return memory; }
}
function save(q) {
	memory = q;
	try { if (q.length) localStorage.setItem(key, JSON.stringify(q)); else localStorage.removeItem(key); } catch (e) {}
}
function tell(text, bad) {
	say.textContent = text;
	say.className = bad ? "bad" : "good";
}
function chosen() {
	var i = form.querySelector("input[name=score]:checked");
	return i && i.value;
}
function digest() {
	return Array.from(crypto.getRandomValues(new Uint8Array(12)), function (b) { return (b + 256).toString(16).slice(1); }).join("");
}
function post(fields) {
	fields.digest = digest();
	save(load().concat(fields));
	flush();
}
// Sends what waits, one after another and in order.
function flush() {
	var item = load()[0], status;
	if (busy || !item) return;
	busy = true;
	clearTimeout(retry);
	var body = new URLSearchParams(item);
	fetch(action, {method: "POST", headers: {Accept: "application/json"}, body: body, keepalive: String(body).length < 6e4})
	.then(function (r) {
		status = r.status;
		if (status >= 500 || status == 429 || status == 409) throw 0;
		return r.json();
	})
	.then(function (answer) {
		busy = false;
		wait = 0;
		save(load().filter(function (i) { return i.digest != item.digest; }));
		if (status >= 400) tell(answer.error.message, true);
		else if (item.gesture != "script") done(item, answer);
		flush();
	})
	.catch(function () {
		busy = false;
		wait = Math.min(wait * 2 || 4e3, 6e4);
		retry = setTimeout(flush, wait);
		if (item.gesture == "script") return;
		reveal(item.score);
		tell(form.getAttribute("data-unsent"), true);
	});
}
function reveal(score) {
	words.hidden = false;
	if (score == chosen()) form.querySelector("button").hidden = true; // what waited from an earlier visit is not this page's choice
	if (score) words.querySelector("div").hidden = score == "10";
}
function done(item, answer) {
	reveal(item.score);
	["why", "wish"].forEach(function (n) {
		if (n in item && words.elements[n + "_was"]) words.elements[n + "_was"].value = answer[n + "_was"];
	});
	tell(answer.message, answer.cut);
}
function send(gesture) {
	var score = chosen();
	if (!score || last == score) return;
	if (!touched) return script();
	armed = false;
	clearTimeout(timer);
	last = score;
	post({score: score, gesture: gesture});
}
function script() {
	if (!armed || scripted) return;
	scripted = true;
	post({score: chosen(), gesture: "script"});
}
// A submit or change that a script's click() caused is trusted too, so those count only once somebody has touched the page.
function gesture(e) {
	if (!e.isTrusted || d.visibilityState != "visible") return;
	touched = true;
	if (armed && !e.target.closest("#score label,#score button,#words button")) send("gesture");
}
function visible() {
	clearTimeout(timer);
	if (d.visibilityState == "visible") { timer = setTimeout(script, 5e3); flush(); }
	else if (scripted === false && seen) script();
	seen = seen || d.visibilityState == "visible";
}
var seen = false;

["pointerdown", "touchstart", "keydown", "wheel", "click"].forEach(function (n) { addEventListener(n, gesture, {capture: true, passive: true}); });
// A choice of another score, and a tap on the one already chosen.
form.addEventListener("change", function () { send("gesture"); });
form.addEventListener("click", function (e) { if (e.target.name == "score") send("gesture"); });
form.addEventListener("submit", function (e) {
	e.preventDefault();
	send("button");
});
words.addEventListener("submit", function (e) {
	e.preventDefault();
	if (!touched) return;
	var fields = {gesture: "button"};
	["why", "wish", "why_was", "wish_was"].forEach(function (n) {
		if (words.elements[n]) fields[n] = words.elements[n].value;
	});
	send("gesture");
	post(fields);
});
addEventListener("online", flush);
addEventListener("focus", flush);
addEventListener("pagehide", script);
d.addEventListener("visibilitychange", visible);
visible();
})();
