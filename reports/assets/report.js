(function () {
'use strict';
var d = document, root = d.documentElement;
function $(s, e) { return (e || d).querySelector(s); }
function $$(s, e) { return Array.prototype.slice.call((e || d).querySelectorAll(s)); }
function store(k, v) { try { if (v === undefined) return localStorage.getItem(k); localStorage.setItem(k, v); } catch (e) { return null; } }
function say(t) { $('#say').textContent = ''; setTimeout(function () { $('#say').textContent = t; }, 30); }

$('.tools').hidden = false; $('.bar').hidden = false;

/* theme */
var theme = $('#theme'), dark = matchMedia('(prefers-color-scheme: dark)');
function isDark() { return root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches; }
function paint() { theme.textContent = isDark() ? 'Light' : 'Dark'; }
var saved = store('audit-theme'); if (saved === 'dark' || saved === 'light') root.dataset.theme = saved;
theme.onclick = function () { root.dataset.theme = isDark() ? 'light' : 'dark'; store('audit-theme', root.dataset.theme); paint(); };
dark.addEventListener('change', paint); paint();

/* print: everything opens, then goes back; a summary, which large reports print unless told otherwise, stays closed */
var shut = [], capped = [], large = d.body.classList.contains('brief');
function brief(on) { d.body.classList.toggle('brief', on); }
addEventListener('beforeprint', function () {
  var on = active(state()); if (on) brief(false);
  if (d.body.classList.contains('brief')) return;
  shut = $$('details:not([open]):not(.names)'); shut.forEach(function (x) { x.open = true; });
  capped = on ? [] : $$('tr[hidden]'); capped.forEach(function (r) { r.hidden = false; });
});
addEventListener('afterprint', function () { shut.forEach(function (x) { x.open = false; }); shut = []; capped.forEach(function (r) { r.hidden = true; }); capped = []; brief(large); });
$('#print').onclick = function () { brief(false); print(); };
$('#brief').onclick = function () { brief(true); print(); };

/* on a phone every rule begins closed */
if (matchMedia('(max-width:640px)').matches) $$('details.g[open],details.d[open]').forEach(function (x) { x.open = false; });

/* long groups show 200 rows at a time; without JavaScript and on paper they show all */
var PAGE = 200, lim = {};
$$('details.g').forEach(function (g) {
  var rows = $('tbody', g).rows, n = rows.length; if (n <= PAGE + 50) return;
  lim[g.id] = PAGE; for (var i = PAGE; i < n; i++) rows[i].hidden = true;
  var b = d.createElement('button'); b.type = 'button'; b.className = 'more-rows'; b.textContent = 'Show more rows (' + (n - PAGE).toLocaleString('en') + ' left)'; $('.gi', g).appendChild(b);
  b.onclick = function () { lim[g.id] += PAGE * 2; index(); apply(true); };
});

/* findings: index is built at first use */
var groups = null, total = 0;
function index() {
  if (groups) return groups;
  groups = $$('details.g').map(function (g) {
    var head = (g.dataset.rule + ' ' + $('.ti', g).textContent + ' ' + $('.tags', g).textContent).toLowerCase();
    var rows = Array.prototype.map.call($('tbody', g).rows, function (r) {
      return { el: r, text: head + ' ' + r.textContent.toLowerCase(), cls: ' ' + r.className + ' ', own: r.dataset.o, on: true, vis: !r.hidden };
    });
    total += rows.length;
    var cn = $('.cn', g);
    return { el: g, rows: rows, sev: g.dataset.sev, fw: ' ' + g.dataset.fw, cn: cn, was: Array.prototype.slice.call(cn.childNodes), more: $('.more-rows', g), auto: false };
  });
  return groups;
}
var q = $('#q'), st = $('#st'), fw = $('#fwsel'), ow = $('#ow'), form = $('.bar'), count = $('#count');
function state() {
  return { q: q.value.trim().toLowerCase(), sev: $$('input[name=sev]:checked').map(function (x) { return x.value; }), st: st.value, fw: fw.value, ow: ow.value };
}
function active(s) { return !!(s.q || s.sev.length || s.st || s.fw || s.ow); }
function apply(keepHash) {
  var s = state(), on = active(s), words = s.q ? s.q.split(/\s+/) : [], shown = 0, hitGroups = [];
  index().forEach(function (g) {
    var ok = (!s.sev.length || s.sev.indexOf(g.sev) >= 0) && (!s.fw || g.fw.indexOf(' ' + s.fw + ' ') >= 0), n = 0;
    for (var i = 0; i < g.rows.length; i++) {
      var r = g.rows[i], m = ok && (!s.st || r.cls.indexOf(' ' + s.st + ' ') >= 0) && (!s.ow || r.own === s.ow);
      for (var w = 0; m && w < words.length; w++) m = r.text.indexOf(words[w]) >= 0;
      r.on = m; if (m) n++;
      var v = m && !(lim[g.el.id] < n); if (v !== r.vis) { r.el.hidden = !v; r.vis = v; }
    }
    if (g.more) { var left = n - lim[g.el.id]; g.more.hidden = left <= 0; g.more.textContent = 'Show more rows (' + left.toLocaleString('en') + ' left)'; }
    g.el.hidden = on && !n; shown += n;
    if (on) { g.cn.textContent = n.toLocaleString('en') + ' of ' + g.rows.length.toLocaleString('en'); if (n) hitGroups.push([g, n]); }
    else { g.cn.textContent = ''; g.was.forEach(function (c) { g.cn.appendChild(c); }); }
  });
  var few = on && shown <= 60;
  index().forEach(function (g) {
    if (few && !g.el.hidden && !g.el.open) { g.el.open = true; g.auto = true; }
    else if (!few && g.auto) { g.el.open = false; g.auto = false; }
  });
  $('button[type=reset]', form).hidden = !on;
  $('#none').hidden = !(on && !shown);
  count.textContent = on ? shown.toLocaleString('en') + ' of ' + total.toLocaleString('en') + ' findings' : '';
  if (!keepHash) {
    var h = [];
    if (s.q) h.push('q=' + encodeURIComponent(s.q)); if (s.sev.length) h.push('sev=' + s.sev.join(',')); if (s.st) h.push('st=' + s.st); if (s.fw) h.push('fw=' + s.fw); if (s.ow) h.push('ow=' + s.ow);
    try { history.replaceState(null, '', h.length ? '#filter?' + h.join('&') : location.href.split('#')[0] + '#findings'); } catch (e) { /* file: in old browsers */ }
  }
}
function clear() { form.reset(); apply(true); }
var timer; function soon() { clearTimeout(timer); timer = setTimeout(apply, 90); }
q.addEventListener('input', soon);
form.addEventListener('change', function (e) { if (e.target !== q) apply(); });
form.addEventListener('submit', function (e) { e.preventDefault(); apply(); });
form.addEventListener('reset', function () { setTimeout(apply, 0); });
q.addEventListener('keydown', function (e) { if (e.key === 'Escape') { q.value = ''; apply(); q.blur(); } });
$$('.tiles a[data-sev]').forEach(function (a) {
  a.addEventListener('click', function (e) {
    e.preventDefault(); form.reset(); setTimeout(function () {
      var s = a.dataset.sev; $('input[name=sev][value=' + s + ']').checked = true; st.value = 'o'; apply(); $('#findings').scrollIntoView(); q.focus({ preventScroll: true });
    }, 0);
  });
});

/* deep links */
function go() {
  var h = decodeURIComponent(location.hash.slice(1)); if (!h) return;
  if (h.indexOf('filter?') === 0) {
    var p = new URLSearchParams(location.hash.slice(8)); q.value = p.get('q') || ''; st.value = p.get('st') || ''; fw.value = p.get('fw') || ''; ow.value = p.get('ow') || '';
    (p.get('sev') || '').split(',').forEach(function (s) { $$('input[name=sev]').forEach(function (i) { if (i.value === s) i.checked = true; }); });
    apply(true); $('#findings').scrollIntoView(); return;
  }
  var el = d.getElementById(h); if (!el) return;
  if (el.closest('[hidden]')) {
    clear(); var own = el.closest('details.g');
    if (el.hidden && own) { lim[own.id] = Array.prototype.indexOf.call($('tbody', own).rows, el) + 20; apply(true); }
  }
  for (var n = el; n; n = n.parentElement) if (n.tagName === 'DETAILS') n.open = true;
  el.scrollIntoView({ block: el.tagName === 'TR' ? 'center' : 'start' });
  if (el.tagName === 'TR') { el.tabIndex = -1; el.focus({ preventScroll: true }); }
}
addEventListener('hashchange', go); go();

/* open all, sort, csv, copy */
var all = $('#all');
function openAll() { var open = all.textContent === 'Open all'; $$('details.g').forEach(function (g) { if (!g.hidden) g.open = open; }); all.textContent = open ? 'Close all' : 'Open all'; }
all.onclick = openAll;
var coll = new Intl.Collator('en', { numeric: true });
function sortable(t) {
  if (t.dataset.s) return; t.dataset.s = 1;
  $$('thead th', t).forEach(function (th, i) {
    var b = d.createElement('button'); b.type = 'button'; b.textContent = th.textContent; th.textContent = ''; th.appendChild(b);
    b.onclick = function () {
      var up = th.getAttribute('aria-sort') !== 'ascending', body = t.tBodies[0], rows = Array.prototype.slice.call(body.rows).map(function (r) { return [r.cells[i].textContent, r]; });
      rows.sort(function (a, c) { return (up ? 1 : -1) * coll.compare(a[0], c[0]); });
      var f = d.createDocumentFragment(); rows.forEach(function (r) { f.appendChild(r[1]); }); body.appendChild(f);
      if (lim[t.closest('details').id]) { groups = null; total = 0; apply(true); }
      $$('thead th', t).forEach(function (x) { x.removeAttribute('aria-sort'); }); th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      say('Sorted by ' + b.textContent + (up ? ', ascending' : ', descending'));
    };
  });
}
function copy(text, what) {
  function ok() { say(what + ' copied'); }
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text).then(ok, old);
  return old();
  function old() { var t = d.createElement('textarea'); t.value = text; t.className = 'vh'; d.body.appendChild(t); t.select(); try { d.execCommand('copy'); ok(); } catch (e) { say('Copy is not allowed here'); } t.remove(); return Promise.resolve(); }
}
function copiable(g) {
  $$('pre[data-copy]', g).forEach(function (p) {
    if ($('.cp', p)) return; var text = p.textContent, b = d.createElement('button'); b.type = 'button'; b.className = 'cp'; b.textContent = 'Copy'; b.setAttribute('aria-label', 'Copy ' + p.dataset.copy);
    b.onclick = function () { copy(text, p.dataset.copy).then(function () { b.textContent = 'Copied'; setTimeout(function () { b.textContent = 'Copy'; }, 1500); }); }; p.appendChild(b);
  });
}
function linked(g) { /* large reports carry plain text; links are made for a group when it opens */
  var base = $('#main').dataset.blob; if (g.dataset.l) return; g.dataset.l = 1;
  function link(e, href) { var a = d.createElement('a'); a.href = href; a.textContent = e.textContent; e.textContent = ''; e.appendChild(a); a.rel = 'noreferrer'; return a; }
  $$('span.src,.ft td:nth-child(5)', g).forEach(function (s) {
    var t = s.textContent, i = t.lastIndexOf(':'); if (base && i > 0 && !s.firstElementChild) link(s, base + t.slice(0, i) + '#L' + t.slice(i + 1)).className = 'src';
  });
  $$('.ft tr[id]', g).forEach(function (r) { var c = r.cells[5]; if (!c.firstElementChild) link(c, '#' + r.id); });
}
function dress(g) { if (!g.open) return; linked(g); copiable(g); if (g.classList.contains('g')) sortable($('.ft', g)); }
$$('details.g,details.d').forEach(function (g) { dress(g); g.addEventListener('toggle', function () { dress(g); }); });
$('#csv').onclick = function () {
  function cell(v) { v = v.replace(/\s+/g, ' ').trim(); if (/^[\u00ad\u180e\u200b-\u200d\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(v)) v = "'" + v; return '"' + v.replace(/"/g, '""') + '"'; }
  var out = [['id', 'rule', 'severity', 'status', 'subject', 'finding', 'declared', 'live', 'place'].map(cell).join(',')], names = { o: 'fail', u: 'unknown', w: 'waived', e: 'error' };
  index().forEach(function (g) { g.rows.forEach(function (r) { if (!r.on) return; var c = r.el.cells;
    out.push([r.el.id, g.el.dataset.rule, g.sev, names[r.el.className.charAt(0)], c[0].textContent, c[1].textContent, c[2].textContent, c[3].textContent, c[4].textContent].map(cell).join(',')); }); });
  var a = d.createElement('a'); a.href = URL.createObjectURL(new Blob(['\ufeff' + out.join('\r\n') + '\r\n'], { type: 'text/csv' })); a.download = 'findings.csv'; a.click(); setTimeout(function () { URL.revokeObjectURL(a.href); }, 5000);
  say((out.length - 1) + ' findings saved');
};

/* keys: may be switched off (WCAG 2.1.4) */
var dlg = $('#keys'), keyson = $('#keyson'); keyson.checked = store('audit-keys') !== 'off';
keyson.onchange = function () { store('audit-keys', keyson.checked ? 'on' : 'off'); };
$('#help').onclick = function () { dlg.showModal(); };
function step(by) {
  var list = []; index().forEach(function (g) { if (!g.el.hidden && g.el.open) g.rows.forEach(function (r) { if (r.vis) list.push(r.el); }); });
  if (!list.length) { var g0 = groups.filter(function (g) { return !g.el.hidden; })[0]; if (!g0) return; g0.el.open = true; return step(by); }
  var i = list.indexOf(d.activeElement), n = list[i < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, i + by))];
  n.tabIndex = -1; n.focus({ preventScroll: true }); n.scrollIntoView({ block: 'center' });
}
addEventListener('keydown', function (e) {
  if (!keyson.checked || e.ctrlKey || e.metaKey || e.altKey || dlg.open || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  var k = e.key;
  if (k === '/') { e.preventDefault(); $('#findings').scrollIntoView(); q.focus({ preventScroll: true }); }
  else if (k === 'j') step(1); else if (k === 'k') step(-1); else if (k === 'e') openAll(); else if (k === '?') dlg.showModal();
  else if (k === 'c' && d.activeElement.tagName === 'TR') copy(location.href.split('#')[0] + '#' + d.activeElement.id, 'Link');
});

/* where am I */
if ('IntersectionObserver' in window) {
  var links = {}; $$('.toc a').forEach(function (a) { links[a.hash.slice(1)] = a; });
  var seen = new Set(), io = new IntersectionObserver(function (es) {
    es.forEach(function (e) { if (e.isIntersecting) seen.add(e.target.id); else seen.delete(e.target.id); });
    var cur = Object.keys(links).filter(function (k) { return seen.has(k); })[0]; if (!cur) return;
    $$('.toc a[aria-current]').forEach(function (a) { a.removeAttribute('aria-current'); }); links[cur].setAttribute('aria-current', 'true');
  }, { rootMargin: '-12% 0px -70% 0px' });
  Object.keys(links).forEach(function (k) { var s = d.getElementById(k); if (s) io.observe(s); });
}
})();
