// Looks at the beginning of a list as soon as it is chosen, and imports it in parts with progress. Without it the form
// does the same in one go, for files of up to 4 MB.
'use strict';
(() => {
  const form = document.getElementById('upload');
  if (!form || !window.fetch) return;
  const HEAD = 256 * 1024; // bytes that are looked at before an upload
  // A part of an upload: some 900 rows, less than a second each. The size must come of the file alone, see run.
  const partOf = (list) => (list.size > 16 << 20 ? 1 << 20 : 96 << 10);
  const file = document.getElementById('file');
  const drop = document.getElementById('drop');
  const wrong = document.getElementById('wrong');
  const progress = document.getElementById('progress');
  const key = form.querySelector('[name=form]').value;
  const words = form.dataset;
  const number = new Intl.NumberFormat(words.lang);
  let running = false;

  const say = (text) => {
    wrong.replaceChildren();
    if (!text) return;
    const p = document.createElement('p');
    p.className = 'note bad';
    p.setAttribute('role', 'alert');
    p.textContent = text;
    wrong.append(p);
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const headers = (more) => Object.assign({ 'X-Form': key, Accept: 'application/json' }, more);

  // call tries again while the connection or the server is away; a refusal is thrown with its code.
  async function call(method, path, body, more) {
    for (let n = 0; ; n++) {
      let answer;
      try {
        answer = await fetch(path, { method, body, headers: headers(more) });
      } catch (e) {
        if (n >= 30) throw new Error(words.failed);
        say(words.offline);
        await wait(Math.min(1000 * 2 ** n, 10000));
        continue;
      }
      const text = await answer.text();
      let said = {};
      try { said = JSON.parse(text); } catch (e) { /* an answer of something in between */ }
      if (answer.ok) { say(''); return said; }
      const problem = said.error || {};
      if ((answer.status >= 500 || answer.status === 429 || problem.code === 'part_unfinished') && n < 6) {
        await wait(500 * 2 ** n);
        continue;
      }
      throw Object.assign(new Error(problem.message || words.failed), { code: problem.code });
    }
  }

  async function packed(blob) {
    if (!window.CompressionStream) return [blob, {}];
    const small = await new Response(blob.stream().pipeThrough(new CompressionStream('gzip'))).blob();
    return [small, { 'Content-Encoding': 'gzip' }];
  }

  // A workbook is read as CSV by the server, and then is a list like any other: looked at, sent in parts, gone on with. One that
  // fits no request goes there in parts, named by its digest, so that those that are there need not go again.
  const CALL = 4300000;
  const PIECE = 350000;
  const MOST = 72 * PIECE;
  const sheets = document.getElementById('sheets');
  const sheet = document.getElementById('sheet');
  let table = null; // the workbook that was read, its sheet, and the list
  let books = 0;

  async function isWorkbook(f) {
    const mark = new Uint8Array(await f.slice(0, 4).arrayBuffer());
    return mark[0] === 0x50 && mark[1] === 0x4b && mark[2] === 3 && mark[3] === 4;
  }

  const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, '0')).join('');

  async function sendWorkbook(f) {
    const digest = hex(await crypto.subtle.digest('SHA-256', await f.arrayBuffer()));
    const path = `/contacts/workbooks/${digest}`;
    const count = Math.ceil(f.size / PIECE);
    const there = new Set((await call('GET', path)).parts);
    for (let n = 1; n <= count; n++) {
      if (!there.has(n)) await call('PUT', `${path}/parts/${n}`, f.slice((n - 1) * PIECE, n * PIECE), { 'Content-Type': 'application/octet-stream' });
      reading(n / count);
    }
    return `${path}?parts=${count}&`;
  }

  function reading(part) {
    progress.hidden = false;
    progress.querySelector('progress').value = part;
    document.getElementById('said').textContent = words.reading;
  }

  // ask is call for an answer that is no JSON; 300 names several sheets.
  async function ask(path, body) {
    for (let n = 0; ; n++) {
      let answer;
      try {
        answer = await fetch(path, { method: 'POST', body, headers: headers({ 'Content-Type': 'application/octet-stream' }) });
      } catch (e) {
        if (n >= 30) throw new Error(words.failed);
        say(words.offline);
        await wait(Math.min(1000 * 2 ** n, 10000));
        continue;
      }
      say('');
      if (answer.status === 300) {
        sheet.replaceChildren(new Option('', ''), ...(await answer.json()).sheets.map((name) => new Option(name, name)));
        sheets.hidden = false;
        throw new Error(words.which);
      }
      if (answer.ok) return answer;
      if ((answer.status >= 500 || answer.status === 429) && n < 4) {
        await wait(500 * 2 ** n);
        continue;
      }
      let said = {};
      try { said = await answer.json(); } catch (e) { /* an answer of something in between */ }
      throw new Error((said.error || {}).message || words.failed);
    }
  }

  // listOf is the list of a file: the file itself, or what stands in a workbook.
  async function listOf(f) {
    const chosen = sheet.value;
    if (table && table.file === f && table.sheet === chosen) return table.list;
    if (!table || table.file !== f) { sheets.hidden = true; sheet.replaceChildren(); }
    const mine = { file: f, sheet: sheet.value };
    if (!(await isWorkbook(f))) {
      table = Object.assign(mine, { list: f });
      return f;
    }
    if (f.size > MOST) throw new Error(words.large);
    table = mine;
    const turn = ++books;
    reading(0);
    try {
      const large = f.size > CALL;
      const path = large ? await sendWorkbook(f) : '/contacts/workbooks?';
      const pieces = [];
      for (let from = '0'; from; ) {
        const answer = await ask(`${path}sheet=${encodeURIComponent(mine.sheet)}&from=${from}`, large ? '' : f);
        pieces.push(await answer.blob());
        from = answer.headers.get('Onetap-Next');
      }
      mine.list = new File(pieces, f.name, { lastModified: f.lastModified });
      return mine.list;
    } catch (e) {
      mine.sheet = undefined; // to be read again, whatever is chosen
      throw e;
    } finally {
      if (turn === books && !running) progress.hidden = true;
    }
  }

  function show(sent, size, rows, looking) {
    progress.hidden = false;
    progress.querySelector('progress').value = size ? sent / size : 1;
    const text = looking ? words.looking : sent < size ? words.sending : words.finishing;
    document.getElementById('said').textContent = text.replace('{percent}', Math.floor(100 * sent / size)).replace('{rows}', number.format(rows));
    form.dispatchEvent(new CustomEvent('progress'));
  }

  const rowsOf = (total) => total.new + total.changed + total.unchanged + total.merged + total.refused;

  // run sends the parts from n on and answers what came of them; every upload of one file is cut at the same places, so that it
  // can go on later. A list that is only looked at goes the same way.
  async function run(id, list, n, looking) {
    const PART = partOf(list);
    const put = async (k) => {
      const [body, encoding] = await packed(list.slice((k - 1) * PART, k * PART));
      return call('PUT', `/contacts/imports/${id}/parts/${k}`, body, Object.assign({ 'Content-Type': 'application/octet-stream' }, encoding));
    };
    let rows = 0;
    if (n > 1) rows = rowsOf((await put(n - 1)).total); // the file must be the one that was begun with
    show(Math.min((n - 1) * PART, list.size), list.size, rows, looking);
    for (; (n - 1) * PART < list.size; n++) {
      rows = rowsOf((await put(n)).total);
      show(Math.min(n * PART, list.size), list.size, rows, looking);
    }
    return call('POST', `/contacts/imports/${id}/finish`);
  }

  function done(id) {
    localStorage.removeItem('onetap-import');
    location.assign(`/contacts/imports/${id}`);
  }

  // saidOf is what the form says of its list, as the API takes it.
  function saidOf(data, list) {
    const columns = {};
    const owners = {};
    for (let n = 0; data.has(`heading-${n}`); n++) columns[data.get(`heading-${n}`)] = data.get(`field-${n}`);
    for (let n = 0; data.has(`who-${n}`); n++) {
      const id = data.get(`person-${n}`);
      if (id) owners[data.get(`who-${n}`)] = id === '-' ? '' : id;
    }
    return { audience: data.get('audience'), columns, encoding: data.get('encoding') || '', owners, confirm_losses: data.get('confirm') === 'yes', whole: data.get('whole') === 'yes', file: list.name };
  }

  // keyOf tells lists and what is said of their columns apart: one that was looked at whole is not looked at again.
  let looked = '';
  const keyOf = (said, list) => JSON.stringify([list.name, list.size, list.lastModified, said.audience, said.columns, said.encoding]);

  // decide shows what a list that was looked at whole would take away, and whom it may mean, to be said yes to.
  async function decide(id) {
    const answer = await fetch(`/contacts/imports/${id}`, { headers: headers({ Accept: 'text/html' }) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const ahead = page.getElementById('ahead');
    if (!ahead) throw new Error(words.failed);
    document.getElementById('ahead').replaceChildren(...ahead.childNodes);
    say(words.decide);
    document.getElementById('ahead').scrollIntoView({ block: 'center' });
  }

  async function begin(work) {
    if (running) return;
    running = true;
    say('');
    form.querySelectorAll('button, input, select').forEach((e) => { e.disabled = true; });
    try {
      await work();
    } catch (e) {
      say(e.message);
      progress.hidden = true;
      if (e.code === 'import_loses' || e.code === 'owner_ambiguous') { // somebody has changed contacts since it was looked at
        looked = '';
        say(words.decide);
        history.replaceState(null, '', '/contacts/upload');
        check(true, true);
      }
    }
    form.querySelectorAll('button, input, select').forEach((e) => { e.disabled = false; });
    running = false;
  }

  // check lets the server say how the list is understood, as the form without scripts does.
  let asked = 0;
  async function check(columns, encoding = columns, to = 'check') {
    if (!file.files[0]) return;
    const mine = ++asked;
    let list;
    try {
      list = await listOf(file.files[0]);
    } catch (e) {
      if (mine === asked) { say(e.message); document.getElementById('understood').replaceChildren(); }
      return;
    }
    if (mine !== asked) return;
    const data = new FormData(form);
    if (!columns) [...data.keys()].filter((k) => /^(heading|field)-/.test(k)).forEach((k) => data.delete(k));
    if (!encoding) data.delete('encoding');
    data.delete('file');
    data.delete('sheet');
    data.set('do', to);
    if (list.size > HEAD) data.set('part', '1');
    data.set('file', list.slice(0, HEAD), 'list.csv');
    try {
      const answer = await fetch(`/contacts/upload/${to}`, { method: 'POST', body: data, headers: { 'X-Form': key } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (mine !== asked) return;
      for (const id of ['understood', 'wrong']) {
        const part = page.getElementById(id);
        if (!part) throw new Error(words.failed);
        document.getElementById(id).replaceChildren(...part.childNodes);
      }
      document.getElementById('check').hidden = !!document.getElementById('import');
    } catch (e) {
      say(words.failed);
    }
  }

  const resumed = form.dataset.import;
  const chosen = () => {
    if (!resumed) return check(false);
    return begin(async () => {
      const state = await call('GET', `/contacts/imports/${resumed}/state`);
      await run(resumed, await listOf(file.files[0]), state.next);
      done(resumed);
    });
  };
  file.addEventListener('change', chosen);
  sheet.addEventListener('change', () => { if (sheet.value) chosen(); });
  form.addEventListener('change', (e) => {
    if (e.target.name && (e.target.name.startsWith('field-') || e.target.name === 'audience' || e.target.name === 'encoding')) {
      const focus = e.target.id;
      check(e.target.name.startsWith('field-'), true).then(() => document.getElementById(focus)?.focus());
    }
  });
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    if (resumed) return;
    if (!file.files[0]) { file.focus(); return; }
    if (e.submitter && e.submitter.value === 'forget') { check(false, true, 'forget'); return; }
    if (!e.submitter || e.submitter.value !== 'import') { check(true); return; }
    const data = new FormData(form);
    begin(async () => {
      const list = await listOf(file.files[0]);
      const said = saidOf(data, list);
      const post = (more) => call('POST', '/contacts/imports', JSON.stringify(Object.assign({}, said, more)), { 'Content-Type': 'application/json' });
      if (list.size > HEAD && looked !== keyOf(said, list)) { // the check saw only its beginning
        const look = await post({ look: true });
        const { total, asks } = await run(look.id, list, 1, true);
        progress.hidden = true;
        looked = keyOf(said, list);
        if (asks || total.lost.owner + total.lost.team + total.lost.phone > 0) {
          await decide(look.id);
          return;
        }
        said.confirm_losses = true; // it loses nobody anything
      }
      const made = await post({});
      localStorage.setItem('onetap-import', made.id);
      history.replaceState(null, '', `/contacts/imports/${made.id}`);
      show(0, list.size, 0);
      await run(made.id, list, 1);
      done(made.id);
    });
  });

  for (const name of ['dragenter', 'dragover']) {
    document.addEventListener(name, (e) => { e.preventDefault(); drop.classList.add('over'); });
  }
  for (const name of ['dragleave', 'drop']) {
    document.addEventListener(name, (e) => { e.preventDefault(); if (name === 'drop' || !e.relatedTarget) drop.classList.remove('over'); });
  }
  document.addEventListener('drop', (e) => {
    if (running || !e.dataTransfer || !e.dataTransfer.files.length) return;
    file.files = e.dataTransfer.files;
    chosen();
  });

  const last = localStorage.getItem('onetap-import');
  const note = document.getElementById('unfinished');
  if (last && note) {
    fetch(`/contacts/imports/${last}/state`, { headers: headers() }).then((a) => a.ok ? a.json() : null).then((state) => {
      if (!state || state.finished) { localStorage.removeItem('onetap-import'); return; }
      note.querySelector('a').href = `/contacts/imports/${last}`;
      note.hidden = false;
    }).catch(() => {});
  }
})();
