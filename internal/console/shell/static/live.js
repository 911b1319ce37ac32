// A campaign while it runs: asks once every few seconds what has changed, not while nobody looks, and no more when nothing can.
'use strict';
(() => {
  const page = document.getElementById('live');
  const {from, aSecond, minutes, hours, moment, wish} = page.dataset;
  const language = document.documentElement.lang;
  let wait = Number(page.dataset.next), answers = page.dataset.answers, tag = '', timer, last = 0, asking = false;
  const seen = []; // when how many were decided
  document.querySelectorAll('[data-refresh]').forEach((e) => { e.hidden = wait > 0; });

  const pace = (now) => {
    if (!now.sending) { seen.length = 0; return; }
    seen.push([performance.now(), now.decided]);
    while (seen.length > 2 && seen[seen.length - 1][0] - seen[0][0] > 30000) seen.shift();
    const [[t0, n0], [t1, n1]] = [seen[0], seen[seen.length - 1]];
    if (t1 - t0 < 5000 || n1 <= n0) return;
    const rate = (n1 - n0) / (t1 - t0) * 1000, left = (now.invited - now.decided) / rate;
    now.text.speed = aSecond.replace('{n}', rate.toLocaleString(language, {maximumFractionDigits: 1}));
    now.text.left = left < 60 ? moment : left < 5400 ? minutes.replace('{n}', Math.ceil(left / 60)) : hours.replace('{n}', Math.ceil(left / 3600));
  };
  const comment = (c) => {
    const row = document.createElement('li'), score = document.createElement('span'), words = document.createElement('div');
    score.className = 'score ' + c.group; score.textContent = c.score;
    for (const [text, before, quiet] of [[c.comment, ''], [c.wish, wish], [c.when, '', true]]) {
      if (!text) continue;
      const p = document.createElement('p');
      p.dir = 'auto';
      if (quiet) p.className = 'soft small';
      if (before) { const b = document.createElement('span'); b.className = 'soft small'; b.textContent = before + ' '; p.append(b); }
      p.append(text);
      words.append(p);
    }
    row.append(score, words);
    return row;
  };
  const show = (now) => {
    pace(now);
    for (const e of page.querySelectorAll('[data-live]')) {
      const text = now.text[e.dataset.live] ?? '';
      if (e.textContent !== text) e.textContent = text;
    }
    for (const e of page.querySelectorAll('[data-show]')) e.hidden = !now.show[e.dataset.show];
    page.querySelector('[data-badge]').className = 'badge ' + now.badge;
    const bar = page.querySelector('progress');
    bar.max = Math.max(1, now.invited);
    bar.value = now.decided;
    if (now.comments) {
      page.querySelector('[data-comments]')?.replaceChildren(...now.comments.map(comment));
      page.querySelector('[data-none]')?.remove();
    }
    answers = String(now.answers);
    wait = now.next;
  };
  const ask = async () => {
    if (asking || document.hidden) return;
    asking = true;
    last = Date.now();
    try {
      const r = await fetch(from + '?answers=' + answers, {headers: {Accept: 'application/json', 'If-None-Match': tag}, cache: 'no-store'});
      if (r.status === 401) { location.reload(); return; }
      if (r.status === 200) { tag = r.headers.get('ETag') ?? ''; show(await r.json()); }
    } catch { /* no network: the next one may do */ }
    asking = false;
    next();
  };
  const next = () => {
    clearTimeout(timer);
    if (wait > 0 && !document.hidden) timer = setTimeout(ask, Math.max(wait * 1000, 3000 - (Date.now() - last)));
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden && wait > 0) timer = setTimeout(ask, Math.max(0, 3000 - (Date.now() - last)));
  });
  next();
})();
