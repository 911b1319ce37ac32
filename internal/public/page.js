// Runs in the survey page. Without it the page's form does the same with buttons.
//
// A person is told from a mail scanner's browser by a trusted gesture on the visible page: pointer, touch, key or
// wheel. Not "scroll": a script that scrolls causes trusted scroll events. Until then the score is only chosen; after
// five seconds of being visible, or when the page goes away, it is posted as a script's, which counts for nothing.
//
// What is posted waits in localStorage until the server has it, each with its own digest, so that a repeated post
// is known to be one, and with the version of the answer that the page knew. All that the page says follows from what is
// recorded, what is chosen and what waits: view(), as screen.go has it.
(() => {
"use strict";
var d = document, at = id => d.getElementById(id), form = at("answer"), f = form.elements, text = form.dataset;
var action = form.getAttribute("action"), key = "onetap" + action.split("?")[0], memory = [], fields = ["why", "wish"], base = {};
var armed = "arm" in text, recorded = text.last || null, said = {text: at("say").textContent, bad: at("say").className == "bad"};
var scripted, touched, busy, failed, keys, seen, asked, over, wrote, wait = 0, timer, retry, pause;

function on(what, f) { form.addEventListener(what, f); }
function load() {
	try { return JSON.parse(localStorage.getItem(key)) || memory; } catch (e) { return memory; }
}
function save(q) {
	memory = q;
	try { if (q.length) localStorage.setItem(key, JSON.stringify(q)); else localStorage.removeItem(key); } catch (e) {}
}
// What is typed and not sent outlives a reload and a change of language.
function draft(v) {
	try {
		if (v) return sessionStorage.setItem(key, JSON.stringify(v));
		if (v === null) return sessionStorage.removeItem(key);
		return JSON.parse(sessionStorage.getItem(key)) || {};
	} catch (e) { return {}; }
}
function chosen() {
	var i = form.querySelector("input[name=score]:checked");
	return i && i.value;
}
function choose(score) {
	var i = form.querySelector('input[value="' + score + '"][name=score]');
	if (i) i.checked = true;
}
function people() { return load().filter(i => i.gesture != "script"); }
// The score that the person has sent last, whether it has arrived or not.
function last() {
	return people().reduce((l, i) => i.score || l, recorded);
}
function fill(t) { return t.replace("#", recorded).replace("@", chosen()); }
function view() {
	var l = last(), c = chosen(), differs = l && c && c != l, waits = people().length > 0, ask = asked = differs && recorded && !waits;
	var ended = said.end && !waits && !differs;
	var button = form.querySelector("#score button"), note = at("note"), keep = at("keep"), say = at("say");
	button.hidden = l && !differs;
	button.textContent = fill(differs ? text.change : !l && c ? text.confirm : text.send);
	form.className = !l && c && !over ? "half" : "";
	note.hidden = keep.hidden = !ask;
	note.textContent = ask ? fill(text.other) : "";
	keep.textContent = ask ? fill(text.keep) : "";
	say.textContent = waits ? failed ? text.unsent : text.sending : differs && !said.words ? "" : said.text || (recorded ? fill(text.thanks) : "");
	say.className = (waits ? failed : said.bad) ? "bad" : "good";
	at("score").hidden = over || ended;
	at("words").hidden = over || ended || !l;
	at("end").hidden = over || !ended;
	f.wish.parentNode.hidden = l == "10";
	// Opened again, it shows what the person has said.
	if (l && c == l) history.replaceState(null, "", action);
}
function digest() {
	return Array.from(crypto.getRandomValues(new Uint8Array(12)), b => (b + 256).toString(16).slice(1)).join("");
}
function post(item) {
	item.digest = digest();
	item.seen = f.seen.value;
	failed = false;
	save(load().concat(item));
	flush();
	view();
}
function put(item) {
	var body = new URLSearchParams(item);
	return fetch(action, {method: "POST", headers: {Accept: "application/json"}, body, keepalive: String(body).length < 6e4});
}
// Sends what waits, one after another and in order.
function flush() {
	var item = load()[0], status;
	if (busy || !item) return;
	busy = true;
	clearTimeout(retry);
	put(item).then(r => {
		status = r.status;
		if (status >= 500 || status == 409 || status == 429 && !r.headers.get("Content-Language")) throw 0;
		return r.json();
	})
	.then(answer => {
		busy = failed = false;
		wait = 0;
		save(load().filter(i => i.digest != item.digest).map(i => {
			// Sent after this one, and knowing it.
			if (i.seen == item.seen && status < 400 && !answer.asks) i.seen = answer.version;
			// Typed over these words.
			if (i.after == item.digest && status < 400) fields.forEach(n => { i[n + "_was"] = answer[n + "_was"]; });
			return i;
		}));
		over = over || status == 410;
		if (status >= 400) said = {text: answer.error.message, bad: true, words: true};
		else done(item, answer);
		view();
		flush();
	})
	.catch(() => {
		busy = false;
		wait = Math.min(wait * 2 || 4e3, 6e4);
		retry = setTimeout(flush, wait);
		failed = true;
		view();
	});
}
function done(item, a) {
	var c = chosen();
	f.seen.value = a.version;
	if (!a.verified) return;
	armed = false;
	if (a.asks) choose(item.score);
	else if (!c || c == recorded) choose(a.score);
	recorded = String(a.score);
	fields.forEach(n => {
		var e = f[n], mine = e.value == item[n];
		if (e.value == base[n] || mine && !a.cut) e.value = base[n] = a[n] || "";
		if (n in item || n in a) f[n + "_was"].value = a[n + "_was"];
	});
	at("kept").hidden = "why" in a && "wish" in a;
	if ("why" in item) keepDraft();
	if (item.gesture != "script") said = {text: a.asks && !("why" in item) ? "" : a.message, bad: a.cut, words: "why" in item, end: "why" in item && !a.cut};
}
function keepDraft() {
	var v = {}, any = null;
	fields.forEach(n => { if (f[n].value != base[n]) any = v[n] = f[n].value; });
	draft(any === null ? null : v);
}
function send(gesture) {
	var score = chosen();
	clearTimeout(pause);
	pause = 0;
	if (!score || last() == score) return;
	if (!touched) return script();
	armed = false;
	clearTimeout(timer);
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
	if (e.type != "click") keys = e.type == "keydown";
	if (armed && !e.target.closest("#score label,#score button,#words button")) send("gesture");
}
function leave() {
	if (pause) send("gesture");
	script();
	flush();
	// Nobody is there any more to wait for a reply: the rest goes at once, each saying which post it follows. A score that
	// another one follows need not be said again when the page opens next.
	save(load().filter((i, n, q) => {
		if (n) {
			i.follows = i.follows || q[n - 1].digest;
			put(i).catch(() => {});
		}
		return !i.score || !q.slice(n + 1).some(j => j.score);
	}));
}
function visible() {
	clearTimeout(timer);
	if (d.visibilityState == "visible") { timer = setTimeout(script, 5e3); flush(); }
	else if (seen) leave();
	seen = seen || d.visibilityState == "visible";
}
// A finger or a mouse sends the score that it chooses. Keys go over the others on their way: there Enter sends, the button,
// or a pause.
function picked(e) {
	if (e.target.name != "score") return;
	if (!keys) send("gesture");
	else if (touched) {
		armed = false;
		clearTimeout(pause);
		pause = setTimeout(send, 3e3, "gesture");
	}
	view();
}

fields.forEach(n => { base[n] = f[n + "_was"].value == "?" ? "" : f[n].defaultValue; });
// What was said last, an emptied field too.
var typed = Object.assign.apply(null, [{}].concat(people(), draft()));
people().forEach(i => { if ("why" in i) wrote = i.digest; });
fields.forEach(n => { if (n in typed && f[n].value == base[n]) f[n].value = typed[n]; });
// No link says another.
if (location.pathname == action.split("?")[0] && !/chosen=/.test(location.search)) choose(last());

["pointerdown", "touchstart", "keydown", "wheel", "click"].forEach(n => addEventListener(n, gesture, {capture: true, passive: true}));
on("change", picked);
on("click", e => {
	var look = e.target.name == "look" && e.target.getAttribute("formaction"), c = chosen();
	// A tap on the score already chosen.
	picked(e);
	if (e.target.id == "again") {
		e.preventDefault();
		said = {text: ""};
		view();
	}
	if (e.target.id == "keep") {
		e.preventDefault();
		choose(recorded);
		view();
	}
	if (look) {
		e.preventDefault();
		keepDraft();
		location.href = look + (c && c != recorded ? "&chosen=" + c : "");
	}
});
on("keydown", e => {
	var v = e.target.name == "score" && e.target.value;
	// The scale is no ring.
	if (v == "10" && /Right|Down/.test(e.key) || v === "0" && /Left|Up/.test(e.key)) e.preventDefault();
});
on("input", keepDraft);
// rate.js has something to send.
on("rated", e => touched && post(e.detail));
on("submit", e => {
	e.preventDefault();
	if (!touched) return;
	var words = e.submitter && e.submitter.parentNode.id == "words";
	// The words' button does not answer what the page asks about the score.
	if (!words || pause || !asked) send("button");
	if (!words) return;
	var item = {gesture: "button", last: last()};
	fields.forEach(n => { item[n] = f[n].value; item[n + "_was"] = f[n + "_was"].value; });
	if (wrote) item.after = wrote;
	post(item);
	wrote = item.digest;
});
["online", "focus"].forEach(n => addEventListener(n, flush));
addEventListener("pagehide", leave);
d.addEventListener("visibilitychange", visible);
visible();
view();
})();
