// node history.mjs CHROMIUM PROFILE PAGE STATES: opens a page of past runs in the named states (`a;b`), and prints as
// JSON what a browser and axe-core found. Nothing is judged here; the assertions stand in test_history_page.py.
import { looking, paper, phone, printing } from './browser.mjs';

const [executablePath, profile, address, wanted] = process.argv.slice(2);
const states = {
  light: [{}],
  dark: [{ colorScheme: 'dark' }],
  phone: [phone],
  'phone dark': [{ ...phone, colorScheme: 'dark' }],
  'on paper': [paper, printing],
};
const { browser, found, visit, judge } = await looking(executablePath, profile, address);
for (const name of wanted.split(';')) await judge(name, states[name]);

const page = await visit({});
found.state = await page.evaluate(() => ({
  pwned: window.pwned ?? null,
  scripts: document.querySelectorAll('script').length,
  images: document.querySelectorAll('img, iframe, object, embed, link[rel=stylesheet]').length,
  schemes: [...new Set([...document.querySelectorAll('a[href]')].map((it) => new URL(it.getAttribute('href'), location.href).protocol))],
  rows: document.querySelectorAll('tbody tr').length,
  all: document.body.textContent,
}));
// From stop to stop, as somebody without a mouse goes: what it is, and whether it can be seen and its focus too.
found.stops = [];
for (;;) {
  await page.keyboard.press('Tab');
  const stop = await page.evaluate(() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const box = it.getBoundingClientRect();
    const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    return { what: it.getAttribute('href') ?? it.getAttribute('aria-label'), seen, ring: getComputedStyle(it).outlineStyle !== 'none' };
  });
  if (stop === null || found.stops.length > 500) break;
  found.stops.push(stop);
  if (found.stops.length === 1) {
    await page.keyboard.press('Enter');
    found.skipped = await page.evaluate(() => location.hash);
  }
}
await browser.close();
process.stdout.write(JSON.stringify(found));
