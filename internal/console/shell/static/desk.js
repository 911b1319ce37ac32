// What every page does: tell the server the viewer's time zone, close the menu, lead to the search, ask before what cannot be undone.
'use strict';
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes('onetap-zone=' + encodeURIComponent(zone))) {
    document.cookie = 'onetap-zone=' + encodeURIComponent(zone) + ';path=/;max-age=31536000;samesite=lax';
  }
  const menu = document.querySelector('details.me');
  if (menu) {
    document.addEventListener('click', (e) => { if (!menu.contains(e.target)) menu.open = false; });
    document.addEventListener('keydown', (e) => { if (e.key === 'Escape') menu.open = false; });
  }
  // "/" leads to the search over everything, unless something is being typed.
  const seek = document.querySelector('a.seek');
  if (seek) {
    document.addEventListener('keydown', (e) => {
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
      if (e.target.closest?.('input, textarea, select, [contenteditable]')) return;
      e.preventDefault();
      const words = location.pathname === '/search' && document.getElementById('words');
      if (words) words.select();
      else seek.click();
    });
  }
  // What a button asks is in sight, however far down the page it is.
  document.addEventListener('toggle', (e) => {
    if (e.target.open && e.target.matches('details.ask')) e.target.scrollIntoView({block: 'nearest'});
  }, true);
  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', (e) => {
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = '1';
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  addEventListener('pageshow', () => document.querySelectorAll('form').forEach((f) => delete f.dataset.sent));

  // A button that copies a field; without a clipboard, as on a page that did not come over HTTPS, by the older command.
  for (const b of document.querySelectorAll('[data-copy]')) {
    const field = document.getElementById(b.dataset.copy);
    if (!field) continue;
    b.hidden = false;
    b.setAttribute('aria-live', 'polite');
    b.addEventListener('click', async () => {
      field.select();
      let done = false;
      try { await navigator.clipboard.writeText(field.value); done = true; } catch { field.select(); done = document.execCommand('copy'); }
      if (done) b.textContent = b.dataset.copied; // else it is selected
    });
  }
})();
