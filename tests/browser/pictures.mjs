// node pictures.mjs CHROMIUM PROFILE REPORT FOLDER: the pictures of README, of a report as it opens.
import { launched, paper, phone, printing } from './browser.mjs';

const [executablePath, profile, report, folder] = process.argv.slice(2);
const desktop = { viewport: { width: 1280, height: 1000 } };
const small = { deviceScaleFactor: 0.5 };
const views = {
  'demo-report': [desktop],
  'demo-report-dark': [{ ...desktop, ...small, colorScheme: 'dark' }],
  'demo-report-phone': [{ ...phone, ...small }],
  'demo-report-print': [{ ...paper, ...small }, printing],
};

const browser = await launched(executablePath, profile);
for (const [name, [options, prepare]] of Object.entries(views)) {
  const page = await browser.newPage(options);
  await page.goto(report);
  if (prepare) await prepare(page);
  await page.screenshot({ path: `${folder}/${name}.png` });
  await page.close();
}
await browser.close();
