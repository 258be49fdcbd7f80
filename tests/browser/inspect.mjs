// node inspect.mjs CHROMIUM PROFILE REPORT STATES: opens a report in the named states (`a;b`), and prints as JSON
// what a browser and axe-core found. Nothing is judged here; the assertions stand in test_report_page.py.
import { readFileSync } from 'node:fs';
import { looking, paper, phone, printing } from './browser.mjs';

const [executablePath, profile, report, wanted] = process.argv.slice(2);
const openAll = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
const onPaper = async (page) => { await openAll(page); await printing(page); };
const inBrief = async (page) => { await page.evaluate(() => document.body.classList.add('brief')); await printing(page); };
const search = async (page, text) => { await page.fill('#q', text); await page.waitForTimeout(250); };

const states = {
  light: [{}],
  dark: [{ colorScheme: 'dark' }],
  phone: [phone],
  'phone dark': [{ ...phone, colorScheme: 'dark' }],
  'all open': [{}, openAll],
  'all open, dark': [{ colorScheme: 'dark' }, openAll],
  'all open, phone': [phone, openAll],
  'on paper': [paper, onPaper],
  'on paper, in brief': [paper, inBrief],
  filtered: [{}, (page) => search(page, 'koneksi')],
  'filtered, dark': [{ colorScheme: 'dark' }, (page) => search(page, 'koneksi')],
  'nothing found': [{}, (page) => search(page, 'zzzzzz')],
  keys: [{}, (page) => page.click('#help')],
};

const { browser, found, visit, judge } = await looking(executablePath, profile, report);
for (const name of wanted.split(';')) await judge(name, states[name]);

{
  const page = await visit({});
  found.state = await page.evaluate(() => ({
    pwned: window.pwned ?? null,
    scripts: document.querySelectorAll('script').length,
    images: document.querySelectorAll('img, iframe, object, embed, link[rel=stylesheet]').length,
    hrefs: [...new Set([...document.querySelectorAll('a[href]')].map((it) => new URL(it.getAttribute('href'), location.href).protocol))],
    text: document.body.innerText,
    all: document.body.textContent,
  }));
  await page.context().close();
}
if (found.state.scripts) {
  const page = await visit({ javaScriptEnabled: false }).catch((error) => { found.complaints.push(String(error)); });
  if (page) {
    found.plain = {
      height: Object.fromEntries(await Promise.all(['summary', 'scope', 'map', 'parity', 'drift', 'findings', 'frameworks', 'waivers',
        'unread', 'evidence', 'signoff'].map(async (id) => [id, (await page.locator(`#${id}`).boundingBox())?.height ?? 0]))),
      filter: await page.locator('.bar').isVisible(),
      rows: await page.locator('details.g tbody tr').count(),
    };
    await page.context().close();
  }
}
if (found.state.scripts) {
  const page = await visit({ acceptDownloads: true });
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.tagName);
  const keys = {};
  await page.keyboard.press('/');
  keys.slash = await focused();
  await page.keyboard.type('billing-events');
  await page.waitForTimeout(250);
  keys.count = await page.textContent('#count');
  keys.hash = new URL(page.url()).hash;
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#csv')]);
  keys.csv = readFileSync(await download.path(), 'utf8');
  await page.focus('#q');
  await page.keyboard.press('Escape');
  await page.waitForTimeout(250);
  keys.cleared = await page.textContent('#count');
  await page.keyboard.press('j');
  keys.row = await page.evaluate(() => document.activeElement.tagName);
  const last = await page.evaluate(() => [...document.querySelectorAll('details.g tr[id]')].pop()?.id ?? '');
  await page.evaluate((id) => { location.hash = id; }, last);
  await page.waitForTimeout(250);
  keys.linked = await page.evaluate((id) => {
    const box = document.getElementById(id)?.getBoundingClientRect();
    return box ? box.height > 0 && box.top >= 0 && box.bottom <= innerHeight : null;
  }, last);
  const tile = page.locator('.tiles a[data-sev=high]');
  await tile.click();
  await page.waitForTimeout(250);
  keys.tile = await page.textContent('#count');
  await printing(page);
  found.print = await page.evaluate(() => ({
    tools: getComputedStyle(document.querySelector('.toc')).display,
    overflow: document.documentElement.scrollWidth - innerWidth,
  }));
  found.keys = keys;
  await page.context().close();
}
{
  const page = await visit({});
  const pdf = await page.pdf({ preferCSSPageSize: true });
  found.pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  found.open = await page.evaluate(() => document.querySelectorAll('details.g[open]').length);
  await page.context().close();
}
await browser.close();
process.stdout.write(JSON.stringify(found));
