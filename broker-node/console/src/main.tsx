import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { url, type Self } from './api';
import { link, usePlace, usePoll, type Place } from './hooks';
import { Empty, Page } from './ui';
import { BrokerPage, Brokers } from './views/Brokers';
import { EventsPage } from './views/Events';
import { GroupPage, GroupsPage } from './views/Groups';
import { Overview } from './views/Overview';
import { QuorumPage } from './views/Quorum';
import { TopicPage, Topics } from './views/Topics';
import './style.css';

const PLACES: [string, string][] = [
  ['', 'Overview'],
  ['topics', 'Topics'],
  ['groups', 'Groups'],
  ['brokers', 'Brokers'],
  ['quorum', 'Quorum'],
  ['events', 'Events'],
];

function View({ place, self }: { place: Place; self: Self | undefined }) {
  const [where, what, tab] = place.path;
  switch (where) {
    case undefined:
      return <Overview />;
    case 'topics':
      return what === undefined ? <Topics /> : <TopicPage key={what} name={what} tab={tab ?? 'partitions'} place={place} self={self} />;
    case 'groups':
      return what === undefined ? <GroupsPage /> : <GroupPage key={what} name={what} />;
    case 'brokers':
      return what === undefined ? <Brokers /> : <BrokerPage key={what} id={what} tab={tab ?? 'state'} />;
    case 'quorum':
      return <QuorumPage />;
    case 'events':
      return <EventsPage place={place} />;
    default:
      return (
        <Page title="Nothing here">
          <Empty>
            There is no such page. <a href="#/">Overview</a>
          </Empty>
        </Page>
      );
  }
}

type Theme = 'light' | 'dark' | undefined;

function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    try {
      const kept = window.localStorage.getItem('theme');
      return kept === 'light' || kept === 'dark' ? kept : undefined;
    } catch {
      return undefined;
    }
  });
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    try {
      if (theme) window.localStorage.setItem('theme', theme);
      else window.localStorage.removeItem('theme');
    } catch {
      // Then it is not remembered.
    }
  }, [theme]);
  return [theme, setTheme];
}

function App() {
  const place = usePlace();
  const self = usePoll<Self>(url('/console'), 60000);
  const [theme, setTheme] = useTheme();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const here = place.path.join('/');

  // A new page is announced, and reading goes on at its top.
  useEffect(() => {
    const name = PLACES.find(([path]) => path === (place.path[0] ?? ''))?.[1] ?? 'Nothing here';
    document.title = [...place.path.slice(1, 2), name, 'Curia'].join(' · ');
    if (first.current) first.current = false;
    else main.current?.querySelector<HTMLElement>('h1')?.focus();
  }, [here]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(e) => {
          e.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <div class="shell">
        <header class="side">
          <a class="brand" href="#/">
            <img src="./icon.svg" alt="" width="26" height="26" />
            <span>Curia</span>
          </a>
          <nav aria-label="Console">
            {PLACES.map(([path, name]) => (
              <a key={path} href={path ? link(path) : '#/'} aria-current={(place.path[0] ?? '') === path ? 'page' : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <div class="side-foot">
            {self.data && (
              <p class="muted">
                {self.data.clusterId}
                <br />
                served by node {self.data.nodeId}
              </p>
            )}
            <label>
              <span class="visually-hidden">Colours</span>
              <select value={theme ?? ''} onChange={(e) => setTheme((e.currentTarget.value || undefined) as Theme)}>
                <option value="">as the system</option>
                <option value="light">light</option>
                <option value="dark">dark</option>
              </select>
            </label>
          </div>
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <View place={place} self={self.data} />
        </main>
      </div>
    </>
  );
}

render(<App />, document.getElementById('app')!);
