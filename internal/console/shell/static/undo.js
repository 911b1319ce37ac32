// Goes on undoing an upload until it is undone. Without it one presses the button.
'use strict';
(() => {
  const form = document.getElementById('go-on');
  if (form) setTimeout(() => form.requestSubmit(), 1000 * Number(form.dataset.wait) + 300);
})();
