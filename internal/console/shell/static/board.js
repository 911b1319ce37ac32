// The board of cases: cards are dragged between the columns, or moved by the keyboard. Each move is the form of the case's own page; what needs more
// than that opens the case.
'use strict';
(() => {
  const board = document.getElementById('board'), form = document.getElementById('move'), said = document.getElementById('board-said');
  if (!board || !form) return;
  const columns = [...board.querySelectorAll('section[data-state]')];
  const cards = (column) => [...column.querySelectorAll('li[data-case]')];
  const keys = document.getElementById('board-keys');
  keys.hidden = false;
  const may = (card, column) => column.dataset.state !== card.dataset.state && card.dataset.to.split(' ').includes(column.dataset.state);
  const say = (text) => { said.textContent = text; };

  const move = (card, column) => {
    const state = column.dataset.state;
    if (state === card.dataset.state) return;
    if (!may(card, column)) { say(board.dataset.no.replace('{state}', column.dataset.title)); return; }
    sessionStorage.setItem('board', card.dataset.case);
    if (state === 'resolved') { location.href = '/cases/' + card.dataset.case + '#resolve'; return; }
    form.action = '/cases/' + card.dataset.case;
    form.elements.state.value = state;
    form.elements.version.value = card.dataset.version;
    form.requestSubmit();
  };

  // By keyboard: one card takes part in the order of Tab, arrows go to the others.
  const all = () => columns.flatMap(cards);
  const focus = (card) => {
    for (const c of all()) c.tabIndex = -1;
    card.tabIndex = 0;
    card.focus();
  };
  const was = all().find((c) => c.dataset.case === sessionStorage.getItem('board'));
  sessionStorage.removeItem('board');
  for (const c of all()) c.tabIndex = -1;
  if (was) focus(was); else if (all()[0]) all()[0].tabIndex = 0;
  board.addEventListener('focusin', (e) => {
    const card = e.target.closest('li[data-case]');
    if (!card) return;
    for (const c of all()) c.tabIndex = c === card ? 0 : -1;
  });
  const typing = (e) => e.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');
  document.addEventListener('keydown', (e) => {
    if (e.key === '?' && !typing(e)) {
      keys.open = !keys.open;
      if (keys.open) keys.scrollIntoView({block: 'nearest'});
      e.preventDefault();
      return;
    }
    const card = e.target.closest?.('#board li[data-case]');
    if (!card || e.ctrlKey || e.altKey || e.metaKey) return;
    const column = columns.findIndex((c) => c.contains(card)), here = cards(columns[column]), at = here.indexOf(card);
    const aside = {ArrowLeft: -1, ArrowRight: 1}[e.key] * (getComputedStyle(board).direction === 'rtl' ? -1 : 1);
    if (aside && e.shiftKey) {
      e.preventDefault();
      for (let n = column + aside; n >= 0 && n < columns.length; n += aside) {
        if (may(card, columns[n])) { move(card, columns[n]); return; }
      }
      say(board.dataset.none);
    } else if (aside) {
      e.preventDefault();
      for (let n = column + aside; n >= 0 && n < columns.length; n += aside) {
        const there = cards(columns[n]);
        if (there.length) { focus(there[Math.min(at, there.length - 1)]); return; }
      }
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      const next = here[at + (e.key === 'ArrowDown' ? 1 : -1)];
      if (next) focus(next);
    } else if (e.key === 'Enter' && e.target === card) {
      card.querySelector('a').click();
    } else if (e.key === ' ' && e.target === card) {
      e.preventDefault();
      card.querySelector('input[type=checkbox]')?.click();
    }
  });

  // By pointer. A finger scrolls: it has the case's own buttons.
  let drag;
  const under = (e) => columns.find((c) => {
    const r = c.getBoundingClientRect();
    return e.clientX >= r.left && e.clientX <= r.right && e.clientY >= r.top - 40 && e.clientY <= Math.max(r.bottom, board.getBoundingClientRect().bottom);
  });
  const end = () => {
    if (!drag) return;
    drag.card.classList.remove('dragged');
    drag.card.style.transform = '';
    for (const c of columns) c.classList.remove('may', 'over');
    drag = undefined;
  };
  board.addEventListener('dragstart', (e) => { if (e.target.closest('li[data-case]')) e.preventDefault(); });
  board.addEventListener('pointerdown', (e) => {
    const card = e.target.closest('li[data-case]');
    if (!card || e.button !== 0 || e.pointerType === 'touch' || e.target.closest('input')) return;
    drag = {card, x: e.clientX, y: e.clientY, moved: false};
  });
  document.addEventListener('pointermove', (e) => {
    if (!drag) return;
    const x = e.clientX - drag.x, y = e.clientY - drag.y;
    if (!drag.moved && Math.hypot(x, y) < 8) return;
    if (!drag.moved) {
      drag.moved = true;
      getSelection().removeAllRanges();
      drag.card.classList.add('dragged');
      for (const c of columns) c.classList.toggle('may', may(drag.card, c));
    }
    e.preventDefault();
    drag.card.style.transform = `translate(${x}px, ${y}px)`;
    const over = under(e);
    for (const c of columns) c.classList.toggle('over', c === over && may(drag.card, c));
  });
  document.addEventListener('pointerup', (e) => {
    if (!drag) return;
    const {card, moved} = drag, over = under(e);
    end();
    if (!moved) return;
    addEventListener('click', (c) => { c.preventDefault(); c.stopPropagation(); }, {capture: true, once: true}); // the drag's end is no click on the card's link
    setTimeout(() => { if (over) move(card, over); }, 0);
  });
  document.addEventListener('pointercancel', end);
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape') end(); });
})();
