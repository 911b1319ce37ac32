// The draft of a campaign: counts who will be invited, offers the values to filter by, and shows the letter as it is typed.
'use strict';
(() => {
  const say = document.getElementById('words')?.dataset ?? {};
  const form = document.getElementById('draft');
  const token = document.querySelector('input[name=form]').value;
  const number = (n) => n.toLocaleString(document.documentElement.lang);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const fill = (forms, n) => { const all = JSON.parse(forms); return (all[plural.select(n)] ?? all.other).replace('{n}', number(n)); };
  const post = async (to, fields, signal) => {
    const r = await fetch(to, {method: 'POST', body: fields, signal, headers: {'X-Form': token, Accept: 'application/json'}});
    if (!r.ok) throw Object.assign(new Error(r.status), {status: r.status});
    return r.json();
  };
  // What went wrong: a server that answers is no lost connection.
  const why = (e) => e.status === 401 ? say.over : e.status ? say.broken : say.failed;
  const later = (ms, f) => { let t; return () => { clearTimeout(t); t = setTimeout(f, ms); }; };

  // ---- counting: requests for a few thousand contacts each, several at once, added up here ----
  const box = document.querySelector('[data-count]');
  const values = {}, names = {}; // by field: value → how many
  const tooMany = 5000;
  if (box) {
    let abort, complete = false, all = {...JSON.parse(box.dataset.sums), values: undefined};
    const show = () => {
      const put = (name, n) => box.querySelectorAll(`[data-n="${name}"]`).forEach((e) => { e.textContent = number(n); });
      put('invited', all.invited); put('audience', all.audience); put('looked', all.looked);
      for (const e of box.querySelectorAll('[data-skip]')) {
        const n = all.skipped[e.dataset.skip] ?? 0;
        e.hidden = !n;
        if (e.dataset.n) e.textContent = number(n);
      }
      box.querySelector('[data-looked]').hidden = !all.next;
      document.querySelectorAll('[data-ask]').forEach((e) => { if (!all.next) e.textContent = fill(e.dataset.ask, all.invited); });
    };
    const add = (more) => {
      for (const k of ['looked', 'audience', 'invited']) all[k] += more[k];
      for (const [id, f] of Object.entries(more.accounts ?? {})) { // whom two parts have let in, and there is no room for together
        const was = (all.accounts ??= {})[id]?.n ?? 0, over = Math.min(was, f.room) + Math.min(f.n, f.room) - Math.min(was + f.n, f.room);
        all.accounts[id] = {n: was + f.n, room: f.room};
        all.invited -= over;
        if (over) all.skipped.account_full = (all.skipped.account_full ?? 0) + over;
      }
      for (const k of ['skipped', 'asked', 'languages']) for (const [n, v] of Object.entries(more[k] ?? {})) all[k][n] = (all[k][n] ?? 0) + v;
      for (const [field, found] of Object.entries(more.values ?? {})) {
        const to = values[field] ??= new Map();
        for (const [v, n] of Object.entries(found)) if (to.has(v) || to.size <= tooMany) to.set(v, (to.get(v) ?? 0) + n);
      }
      Object.assign(names, more.names);
    };
    const said = (more) => { const f = new URLSearchParams(form ? new FormData(form) : {}); for (const k in more) f.set(k, more[k]); return f; };
    const sums = () => btoa(JSON.stringify({...all, accounts: undefined})).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const nobody = (why) => { const e = form && box.querySelector('[data-nobody]'); if (e) { e.textContent = why; e.hidden = !why; } };
    const walk = async (wanted) => {
      abort?.abort();
      const mine = abort = new AbortController();
      const link = box.querySelector('[data-on]');
      if (link) link.hidden = true;
      nobody('');
      all = {looked: 0, audience: 0, invited: 0, skipped: {}, asked: {}, languages: {}, next: 'more'};
      const one = async (next) => {
        while (next) {
          const fields = said({after: next});
          if (wanted) fields.set('values', '1');
          const more = await post(box.dataset.count, fields, mine.signal);
          if (mine !== abort) return;
          add(more);
          next = more.next;
          show();
          if (wanted && form) offer();
        }
      };
      try {
        await Promise.all(JSON.parse(box.dataset.walks).map(one));
        if (mine !== abort) return;
        all.next = '';
        show();
        complete = true;
        box.querySelector('[data-said]').textContent = fill(say.counted, all.invited);
        if (!form) await recheck();
        else if (!all.invited) nobody((await post(box.dataset.count, said({so: sums()}), mine.signal)).nobody);
      } catch (e) {
        if (mine === abort && e.name !== 'AbortError') { mine.abort(); box.querySelector('[data-said]').textContent = why(e); if (link) link.hidden = false; }
      }
    };
    const again = () => {
      if (!complete) for (const field in values) delete values[field];
      return walk(!complete);
    };
    // The checks that depend on the number are the server's to say.
    const recheck = async () => {
      const r = await fetch(location.pathname + '?step=check&so=' + sums());
      const page = new DOMParser().parseFromString(await r.text(), 'text/html');
      for (const id of ['checks', 'launch']) {
        const fresh = page.getElementById(id), old = document.getElementById(id);
        if (fresh && old && !old.querySelector('details[open]')) old.replaceWith(fresh);
      }
    };
    if (form) {
      const recount = later(400, again);
      form.addEventListener('input', (e) => { if (!e.target.classList.contains('find')) recount(); });
      // The values of everybody, for searching; the count is of everybody too.
      again();
    } else if (all.next) walk(false);
  }

  // ---- values to filter by ----
  const most = 10;
  function offer() {
    const place = document.getElementById('facets');
    for (const field of Object.keys(values)) {
      if (values[field].size === 1 && values[field].has('')) continue;
      let box = [...place.children].find((e) => e.dataset.field === field);
      if (!box) {
        if (!field.startsWith('attr:')) continue;
        box = document.getElementById('facet').content.firstElementChild.cloneNode(true);
        box.dataset.field = field;
        box.querySelector('summary span').textContent = box.querySelector('legend').textContent = field.slice(5);
        box.querySelector('textarea').name = 't.' + field;
        place.append(box);
      }
      if (!box.ready) ready(box, field);
      if (box.open) box.redraw(); // a closed one keeps what it has, until it is opened
    }
  }
  function ready(box, field) {
    const chosen = new Set([...box.querySelectorAll('.values input:checked')].map((e) => e.value));
    const list = box.querySelector('.values'), find = box.querySelector('.find'), more = box.querySelector('[data-more]');
    box.ready = true;
    find.hidden = false;
    const badge = () => {
      const e = box.querySelector('[data-chosen]');
      e.hidden = !chosen.size;
      e.textContent = say.chosen.replace('{n}', number(chosen.size));
    };
    box.redraw = () => {
      if (list.contains(document.activeElement)) return; // not under somebody's hand
      const all = values[field], words = find.value.trim().toLocaleLowerCase();
      const label = (v) => v === '' ? say.none : (field === 'owner' && names[v]) || v;
      const fits = [...all.keys()].filter((v) => !words || label(v).toLocaleLowerCase().includes(words))
        .sort((a, b) => chosen.has(b) - chosen.has(a) || all.get(b) - all.get(a) || (a < b ? -1 : 1));
      const shown = new Set(fits.slice(0, most));
      chosen.forEach((v) => shown.add(v));
      list.replaceChildren(...[...shown].map((v) => {
        const row = document.createElement('label'), tick = document.createElement('input'), text = document.createElement('span'), count = document.createElement('span');
        row.className = 'check';
        tick.type = 'checkbox'; tick.name = 'f.' + field; tick.value = v; tick.checked = chosen.has(v);
        text.dir = 'auto'; text.textContent = label(v);
        count.className = 'soft num'; count.textContent = number(all.get(v) ?? 0);
        row.append(tick, text, count);
        return row;
      }));
      const left = fits.length - most;
      more.hidden = left <= 0 && all.size <= tooMany;
      more.textContent = all.size > tooMany ? say.toomany : say.more.replace('{n}', number(Math.max(0, left)));
      badge();
    };
    box.addEventListener('toggle', () => { if (box.open) box.redraw(); });
    list.addEventListener('change', (e) => { chosen[e.target.checked ? 'add' : 'delete'](e.target.value); badge(); });
    find.addEventListener('input', later(120, box.redraw));
    find.addEventListener('keydown', (e) => { if (e.key === 'Enter') e.preventDefault(); });
  }

  // ---- the letter beside its words ----
  const to = form?.dataset.letter;
  if (to) {
    const frames = [...document.querySelectorAll('.letters iframe')];
    const kinds = [...document.querySelectorAll('[data-kind]')]; // which letter, as whom
    const contact = document.querySelector('[data-contact]'), whom = document.querySelector('[data-as]'), hint = whom?.textContent;
    let abort;
    const draw = async () => {
      abort?.abort();
      abort = new AbortController();
      try {
        const answer = await post(to, new URLSearchParams(new FormData(form)), abort.signal);
        // Read inside of the frame, whose policy knows the letter's styles; nothing in it runs, by that policy and the sandbox.
        for (const f of frames) f.contentDocument.documentElement.innerHTML = answer.html;
        document.querySelector('[data-subject]').textContent = answer.subject;
        document.querySelector('[data-wrong]').textContent = Object.values(answer.wrong).join(' ');
        if (contact) { contact.value = answer.contact; whom.textContent = answer.as || hint; }
        tall();
      } catch (e) {
        if (e.name !== 'AbortError') document.querySelector('[data-wrong]').textContent = why(e);
      }
    };
    // A frame is as tall as its letter, so that one scrolls the page and not the frame.
    const tall = () => frames.forEach((f) => {
      const body = f.contentDocument?.body;
      if (!body) return;
      const high = Math.max(320, body.scrollHeight), shrink = f.closest('.shrink');
      f.style.height = high + 'px';
      if (shrink) shrink.style.height = high * 0.6 + 4 + 'px';
    });
    const soon = later(300, draw);
    form.addEventListener('input', soon);
    for (const kind of kinds) kind.addEventListener('input', () => { if (kind.name === 'as') contact.value = ''; soon(); });
    frames.forEach((f) => f.addEventListener('load', tall));
    addEventListener('load', () => { tall(); if (kinds.some((kind) => kind.type === 'checkbox' ? kind.checked : kind.value && kind.value !== '0')) draw(); });
  }

  // Who gives a time does not start at once.
  document.getElementById('starts_at')?.addEventListener('input', (e) => { document.querySelector(`[name=start][value=${e.target.value ? 'at' : 'now'}]`).checked = true; });

  // A field that the server refused is where one goes on.
  document.querySelector('[aria-invalid=true]')?.focus();
})();
