// Sends a staff list without leaving the page, so that the file need not be chosen again once something was decided about it.
'use strict';
(() => {
  const form = document.getElementById('staff-list');
  const said = document.getElementById('said');
  if (!form || !window.fetch) return;
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    if (!document.getElementById('list').files[0]) { document.getElementById('list').focus(); return; }
    const to = e.submitter && e.submitter.hasAttribute('formaction') ? e.submitter.formAction : form.action;
    const body = new FormData(form);
    form.querySelectorAll('button').forEach((b) => { b.disabled = true; });
    try {
      const answer = await fetch(to, { method: 'POST', body, headers: { Accept: 'text/html' } });
      const part = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('said');
      if (!part) { location.reload(); return; }
      said.replaceChildren(...part.childNodes);
      said.scrollIntoView({ block: 'nearest' });
    } catch (err) {
      form.submit();
      return;
    }
    form.querySelectorAll('button').forEach((b) => { b.disabled = false; });
  });
})();
