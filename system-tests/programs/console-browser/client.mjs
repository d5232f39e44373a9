// Drives the web console in a headless Chromium: node client.mjs CHROMIUM DIRECTORY CONSOLE TOPIC GROUP. Fails where it is not as it should be; leaves
// screenshots in DIRECTORY. Answers "kill" and "start" on its standard output are asked of the test, which says "done" on standard input.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [executablePath, directory, address, topic, group] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

async function ask(what) {
  console.log(what);
  const { value } = await lines.next();
  assert.equal(value, 'done');
}

async function open(colorScheme) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const failures = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text())) failures.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) failures.push('asked another host: ' + request.url());
  });
  return { page, failures };
}

const shot = (page, name) => page.screenshot({ path: `${directory}/${name}.png` });
const go = (page, path) => page.goto(`${address}/console/#/${path}`);
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

try {
  const { page, failures } = await open('light');

  // From the bare address to the overview.
  await page.goto(address);
  await heading(page, 'Overview');
  await page.getByText('3 of 3').first().waitFor();
  await shot(page, 'overview-light');

  // By keyboard alone: the first stop skips to the content, then the places follow.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Topics');
  await page.keyboard.press('Enter');
  await heading(page, 'Topics');
  await page.waitForFunction(() => document.activeElement.tagName === 'H1');

  // A topic that is found, its partitions and its settings.
  await page.getByPlaceholder('Find a topic').fill(topic);
  await page.getByRole('link', { name: topic, exact: true }).click();
  await heading(page, topic);
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 3);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('only those that are set').check();
  await page.getByText('retention.ms', { exact: true }).first().waitFor();
  await page.locator('.badge', { hasText: 'Topic override' }).first().waitFor();

  // Messages: the newest, one of a key, its JSON and headers.
  await page.getByRole('link', { name: 'Messages' }).click();
  await page.locator('.record').first().waitFor();
  await page.getByPlaceholder('the whole key').fill('key-7');
  await page.getByRole('button', { name: 'Read' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.record').length === 1);
  await page.locator('.record').click();
  await page.getByText('"number": 7').first().waitFor();
  await page.getByText('trace-id').first().waitFor();
  await shot(page, 'messages-light');

  // Live: what is produced from now on.
  await page.getByPlaceholder('the whole key').fill('');
  await page.getByRole('button', { name: 'Follow live' }).click();
  await page.getByText('following', { exact: true }).first().waitFor();
  await ask('produce');
  await page.locator('.record', { hasText: 'fresh' }).first().waitFor();
  await shot(page, 'live-light');
  await page.getByRole('button', { name: 'Stop' }).click();

  // A topic of a thousand partitions, a hundred at a time.
  await go(page, 'topics/many');
  await page.getByText('1–100 of 1,000').first().waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('101–200 of 1,000').first().waitFor();
  await shot(page, 'partitions-light');

  // A group, how far it is behind.
  await go(page, 'groups');
  await page.getByRole('link', { name: group, exact: true }).click();
  await heading(page, group);
  // What it was before the page was opened is known, also to a page that forgot everything.
  const since = async () => {
    await page.locator('.chart svg').waitFor();
    return (await page.locator('.chart figcaption').textContent()).match(/ at most since (\S+)/)[1];
  };
  const first = await since();
  await shot(page, 'group-light');
  await page.reload();
  assert.equal(await since(), first);

  await go(page, 'brokers/1');
  await page.getByText('online', { exact: true }).first().waitFor();
  await go(page, 'quorum');
  await page.getByText('leader', { exact: true }).first().waitFor();
  await go(page, 'events');
  await page.locator('.badge', { hasText: 'Topic created' }).first().waitFor();
  await go(page, 'topics/there-is-none');
  await page.getByRole('alert').getByText('There is no topic there-is-none').waitFor();

  // Another broker dies: it is told. Then the one that serves the console: what was known stays, and it goes on when that is back.
  await go(page, '');
  await page.getByText('3 of 3').first().waitFor();
  await ask('kill 2');
  await page.getByText('Broker 2 is fenced').first().waitFor();
  await shot(page, 'trouble-light');
  await ask('start 2');
  await page.getByText('3 of 3').first().waitFor();
  await ask('kill 1');
  await page.getByRole('alert').getByText('This node does not answer').waitFor();
  await shot(page, 'gone-light');
  await ask('start 1');
  await page.getByRole('alert').waitFor({ state: 'detached' });

  assert.deepEqual(failures, []);
  await page.context().close();

  const dark = await open('dark');
  await go(dark.page, '');
  await dark.page.getByText('3 of 3').waitFor();
  assert.notEqual(await dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(245, 246, 248)');
  await shot(dark.page, 'overview-dark');
  await go(dark.page, `topics/${topic}/messages`);
  await dark.page.locator('.record').first().click();
  await shot(dark.page, 'messages-dark');
  assert.deepEqual(dark.failures, []);
  console.log('end');
} finally {
  await browser.close();
}
