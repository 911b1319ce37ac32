// What somebody is writing stays in this tab until it is closed, so that a change of the answer does not begin from nothing.
// The server cannot show it: it is sealed there.
'use strict';
(() => {
  const form = document.getElementById('ballot');
  if (!form) return;
  // The tile of the letter that was tapped stands after "#", which no log holds.
  const tap = () => {
    const tile = [...form.querySelectorAll('input[name=score]')].find((i) => i.value === location.hash.slice(1));
    if (tile) tile.checked = true;
  };
  tap();
  addEventListener('hashchange', tap);
  const name = location.pathname;
  const fields = ['why', 'wish'].map((id) => document.getElementById(id));
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) || '[]');
    fields.forEach((f, i) => { if (!f.value && kept[i]) f.value = kept[i]; });
    form.addEventListener('submit', () => sessionStorage.setItem(name, JSON.stringify(fields.map((f) => f.value))));
  } catch (_) { /* no storage: nothing is kept */ }
})();
