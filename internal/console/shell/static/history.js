// Looks at a list of answers and keeps its file chosen, and brings it in by parts with progress. Without it the form does the same in one go, for
// files of up to 4 MB.
'use strict';
(() => {
  const form = document.getElementById('bring');
  if (!form || !window.fetch) return;
  const PART = 512 * 1024;
  const LOOK = 3 << 20; // bytes that are looked at
  const file = document.getElementById('file');
  const progress = document.getElementById('progress');
  const key = form.querySelector('[name=form]').value;
  const words = form.dataset;
  const number = new Intl.NumberFormat(words.lang);
  let running = false;

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  function say(text) {
    const wrong = document.getElementById('wrong');
    wrong.replaceChildren();
    if (!text) return;
    const p = document.createElement('p');
    p.className = 'note bad';
    p.setAttribute('role', 'alert');
    p.textContent = text;
    wrong.append(p);
  }

  // call tries again while the connection or the server is away; a refusal is thrown.
  async function call(method, path, body, type) {
    for (let n = 0; ; n++) {
      let answer;
      try {
        answer = await fetch(path, { method, body, headers: { 'X-Form': key, Accept: 'application/json', 'Content-Type': type } });
      } catch (e) {
        if (n >= 10) throw new Error(words.failed);
        await wait(Math.min(1000 * 2 ** n, 10000));
        continue;
      }
      let said = {};
      try { said = JSON.parse(await answer.text()); } catch (e) { /* an answer of something in between */ }
      if (answer.ok) return said;
      const problem = said.error || {};
      if ((answer.status >= 500 || answer.status === 429 || problem.code === 'part_unfinished') && n < 20) {
        await wait(Math.min(500 * 2 ** n, 8000));
        continue;
      }
      throw new Error(problem.message || words.failed);
    }
  }

  // look shows what the server finds in the beginning of the file, in place: the browser would forget which file was chosen.
  async function look() {
    const list = file.files[0];
    const data = new FormData(form);
    if (list && list.size > LOOK) data.set('file', list.slice(0, LOOK), list.name);
    const answer = await fetch('/history/look', { method: 'POST', body: data });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const theirs = page.getElementById('bring');
    if (!theirs) throw new Error(words.failed);
    const mine = form.querySelector('.card');
    const card = theirs.querySelector('.card');
    const input = card.querySelector('#file');
    input.replaceWith(file); // which keeps its file
    mine.replaceWith(card);
    document.getElementById('found').replaceWith(theirs.querySelector('#found'));
    const first = document.querySelector('#wrong [role=alert], #comes');
    if (first) first.scrollIntoView({ block: 'nearest' });
  }

  async function bring() {
    const list = file.files[0];
    const mark = new Uint8Array(await list.slice(0, 4).arrayBuffer());
    if (mark[0] === 0x50 && mark[1] === 0x4b) return form.submit(); // a workbook goes whole
    const json = /^[\s\uFEFF]*[[{]/.test(await list.slice(0, 64).text());
    const type = json ? 'application/json' : 'application/octet-stream';
    const data = new FormData(form);
    const ask = new URLSearchParams({ audience: data.get('audience'), file: list.name });
    const into = data.get('into');
    if (into) ask.set('into', into === 'name' ? 'name:' + data.get('name') : into);
    for (const name of ['dates', 'scale', 'create']) if (data.get(name)) ask.set(name, data.get(name));
    if (!json) for (let n = 0; data.get('heading-' + n); n++) ask.append('column', data.get('heading-' + n) + ':' + data.get('field-' + n));
    progress.hidden = false;
    const begun = await call('POST', '/history/imports?' + ask, '', type);
    const path = '/history/imports/' + begun.import;
    for (let n = 1, from = 0; from < list.size; n++, from += PART) {
      const out = await call('PUT', path + '/parts/' + n, list.slice(from, from + PART), type);
      progress.querySelector('progress').value = Math.min(1, (from + PART) / list.size);
      document.getElementById('said').textContent = number.format(out.total.new + out.total.unchanged);
    }
    await call('POST', path + '/finish', '', type);
    location.assign('/history/' + begun.import);
  }

  form.addEventListener('submit', (e) => {
    if (running) { e.preventDefault(); return; }
    if (!file.files.length) return;
    const looks = e.submitter && e.submitter.id === 'look';
    e.preventDefault();
    running = true;
    say('');
    (looks ? look() : bring()).catch((err) => { progress.hidden = true; say(err.message); }).finally(() => { running = false; });
  });
})();
