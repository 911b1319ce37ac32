// A search among very many contacts, or letters, goes on by itself, until a page of them is found or everybody was looked at.
'use strict';
(() => {
  const goesOn = Object.assign(document.createElement('input'), {type: 'hidden', name: 'script', value: '1'});
  document.querySelector('form.find')?.append(goesOn); // the server need not look for long at once
  const found = document.getElementById('found'), page = 50;
  const rows = (e) => e.querySelectorAll('tbody tr');
  const on = async () => {
    const form = document.getElementById('further');
    if (!found || !form || rows(found).length >= page) return;
    const fields = new URLSearchParams(new FormData(form));
    fields.set('script', '1');
    form.hidden = true;
    try {
      const r = await (form.method === 'post' ? fetch(form.action, {method: 'POST', body: fields}) : fetch(form.action + '?' + fields));
      if (!r.ok) throw new Error(r.status);
      const next = new DOMParser().parseFromString(await r.text(), 'text/html').getElementById('found');
      const had = [...rows(found)];
      if (had.length && rows(next).length) next.querySelector('tbody').prepend(...had);
      else if (had.length) next.querySelector('.empty')?.replaceWith(had[0].closest('.card'));
      found.replaceChildren(...next.childNodes);
      document.getElementById('match')?.remove(); // it counted the first ones; the list says how many were looked at
      on();
    } catch {
      form.hidden = false; // its button goes on from here
    }
  };
  on();
})();
