// Nothing typed is lost: what somebody has typed into a form and not yet saved is kept on this device and offered again, after
// a click on the menu, a closed tab, an expired session. A form that wants it has a hidden field "draft" (shell.Keep) with a
// name that does not change, such as "case:<id>", and the version of what the server has.
//
// Kept is what differs from what the server sent, field by field, so that taking it changes nothing else. Hidden fields,
// passwords, codes and files never are. It lies under a key of the person who is signed in, so that somebody else on the
// device is not offered it, and goes when it is saved (the server says so in a cookie, see shell.Saved), discarded, two
// weeks old, when the person signs out, or when what it is about is no longer theirs: then it is shown once, to be passed on.
'use strict';
(() => {
  const me = document.body.dataset.me, prefix = 'onetap-draft/', mine = prefix + me + '/';
  const days = 14, versions = 3; // how long, and how many of one form
  const refused = document.body.hasAttribute('data-refused');

  // ---- the shelf: by form, a list of {id, at, v: version, f: {name: [values]}}, newest first ----
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; } };
  const write = (key, list) => {
    try {
      if (list.length) localStorage.setItem(key, JSON.stringify(list.slice(0, versions)));
      else localStorage.removeItem(key);
    } catch { /* no room, or not allowed: typing goes on */ }
  };
  const keys = (start) => { try { return Object.keys(localStorage).filter((k) => k.startsWith(start)); } catch { return []; } };
  const drop = (key, id) => write(key, read(key).filter((d) => d.id !== id));

  for (const key of keys(prefix)) write(key, read(key).filter((d) => d.at > Date.now() - days * 864e5)); // everybody's
  if (!me) return;

  const saved = document.cookie.match(/(?:^|; )onetap-saved=([\w.-]+)/);
  if (saved) {
    const ids = saved[1].split('.');
    for (const key of keys(mine)) write(key, read(key).filter((d) => !ids.includes(d.id)));
    document.cookie = 'onetap-saved=;path=/;max-age=0;samesite=lax';
  }

  // ---- what is in a form ----
  const never = ['hidden', 'password', 'file', 'submit', 'button', 'image', 'reset', 'search'];
  const fields = (form) => [...form.elements].filter((e) => e.name && 'value' in e && e.tagName !== 'BUTTON' && !never.includes(e.type) && e.autocomplete !== 'one-time-code' && !('secret' in e.dataset));
  const tick = (e) => e.type === 'checkbox' || e.type === 'radio';
  const dirty = (e) => {
    if (tick(e)) return e.checked !== e.defaultChecked;
    if (e.tagName !== 'SELECT') return e.value !== e.defaultValue;
    const was = [...e.options].findIndex((o) => o.defaultSelected);
    return e.selectedIndex !== Math.max(0, was);
  };
  const valuesOf = (form, name) => fields(form).filter((e) => e.name === name && (!tick(e) || e.checked)).map((e) => e.value);
  const typed = (form) => {
    const f = {};
    for (const e of fields(form)) if (dirty(e)) f[e.name] ??= valuesOf(form, e.name);
    return f;
  };
  const put = (form, f) => {
    let first;
    for (const [name, values] of Object.entries(f)) {
      const left = [...values];
      for (const e of fields(form).filter((e) => e.name === name)) {
        const was = tick(e) ? e.checked : e.value;
        if (tick(e)) e.checked = values.includes(e.value);
        else e.value = left.shift() ?? '';
        if (was === (tick(e) ? e.checked : e.value)) continue;
        e.dispatchEvent(new Event('input', {bubbles: true}));
        e.dispatchEvent(new Event('change', {bubbles: true}));
        e.closest('details')?.setAttribute('open', '');
        first ??= e;
      }
    }
    first?.focus();
  };
  const same = (form, f) => Object.entries(f).every(([name, values]) => JSON.stringify(valuesOf(form, name)) === JSON.stringify(values));

  // ---- one form ----
  const ago = (at) => {
    const minutes = Math.max(0, Math.round((Date.now() - at) / 60000));
    const [n, unit] = minutes < 60 ? [minutes, 'minute'] : minutes < 1440 ? [Math.round(minutes / 60), 'hour'] : [Math.round(minutes / 1440), 'day'];
    return new Intl.RelativeTimeFormat(document.documentElement.lang, {numeric: 'auto'}).format(-n, unit);
  };
  const keep = (field) => {
    const form = field.form, name = field.value, key = mine + name, words = field.dataset;
    let id = Math.random().toString(36).slice(2, 12), timer, sent = false;
    let also = []; // names of what the server has sent back unsaved, in a form that it refused
    const shelve = () => {
      clearTimeout(timer);
      timer = undefined;
      const f = {...Object.fromEntries(also.map((n) => [n, valuesOf(form, n)])), ...typed(form)}, others = read(key).filter((d) => d.id !== id);
      if (Object.keys(f).length) write(key, [{id, at: Date.now(), v: words.version, f}, ...others]);
      else if (!refused && !sent) write(key, others);
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(shelve, 300); };
    form.addEventListener('input', later);
    form.addEventListener('change', later);
    const now = () => { if (timer) shelve(); };
    addEventListener('pagehide', now);
    document.addEventListener('visibilitychange', () => { if (document.hidden) now(); });
    document.addEventListener('submit', (e) => {
      if (e.target !== form || e.defaultPrevented) return;
      shelve();
      sent = true;
      field.value = name + '~' + id;
    });
    addEventListener('pageshow', () => { field.value = name; sent = false; });

    const offer = () => {
      form.querySelector('.draft-note')?.remove();
      const d = read(key).find((d) => d.id !== id);
      if (!d) return;
      if (same(form, d.f)) { // in the form already: sent and refused, or saved by somebody
        if (refused) [id, also] = [d.id, Object.keys(d.f)];
        else if (Object.keys(typed(form)).length) id = d.id; // the browser has filled it in
        else drop(key, d.id);
        offer();
        return;
      }
      const note = document.createElement('div'), said = document.createElement('p'), row = document.createElement('div');
      note.className = 'note draft-note';
      note.setAttribute('role', 'status');
      said.textContent = words.begun.replace('{when}', ago(d.at)) + (d.v !== words.version ? ' ' + words.newer : '');
      const longest = Object.values(d.f).flat().sort((a, b) => b.length - a.length)[0] ?? '';
      row.className = 'row';
      for (const [text, quiet, act] of [
        [words.take, false, () => { const f = d.f; if (!Object.keys(typed(form)).length) { drop(key, id); id = d.id; } put(form, f); shelve(); if (id !== d.id) drop(key, d.id); offer(); }],
        [words.discard, true, () => { drop(key, d.id); offer(); }],
      ]) {
        const b = document.createElement('button');
        b.type = 'button';
        b.textContent = text;
        b.className = quiet ? 'quiet' : '';
        b.addEventListener('click', act);
        row.append(b);
      }
      note.append(said);
      if (longest.trim().length > 3) {
        const quote = document.createElement('p');
        quote.className = 'small said';
        quote.dir = 'auto';
        quote.textContent = longest.length > 160 ? longest.slice(0, 160) + '…' : longest;
        note.append(quote);
      }
      note.append(row);
      form.prepend(note);
    };
    offer();
  };
  document.querySelectorAll('input[name=draft]').forEach((e) => { if (e.form) keep(e); });

  const gone = document.querySelector('[data-gone]');
  if (gone) {
    const key = mine + gone.dataset.gone, place = gone.querySelector('textarea'), text = read(key)[0]?.f[place.name]?.[0];
    if (text && !place.value) {
      place.value = text;
      gone.hidden = false;
    }
    write(key, []);
  }

  document.addEventListener('submit', (e) => {
    if (e.target.matches('[action="/sign-out"], [data-leaves]')) for (const key of keys(mine)) write(key, []);
  });
})();
