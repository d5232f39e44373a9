import { useState } from 'preact/hooks';
import { url, type Config } from '../api';
import { words } from '../format';
import { usePoll } from '../hooks';
import { Badge, Card, Loaded, Table } from '../ui';

function value(config: Config): string {
  if (config.sensitive) return '(secret)';
  const inForce = config.synonyms[0];
  return inForce === undefined || inForce.value === null || inForce.value === '' ? '(none)' : inForce.value;
}

function source(config: Config): string {
  return config.synonyms[0]?.source ?? 'DEFAULT';
}

export function Configs({ path }: { path: string }) {
  const configs = usePoll<{ configs: Config[] }>(url(path), 30000);
  const [set, setSet] = useState(false);
  return (
    <Card>
      <Loaded of={configs}>
        {(data) => (
          <Table
            caption="Settings"
            rows={set ? data.configs.filter((config) => source(config) !== 'DEFAULT') : data.configs}
            rowKey={(config) => config.key}
            find={(config) => `${config.key} ${config.doc}`}
            findLabel="Find a setting"
            empty={set ? 'Nothing is set: all settings have their defaults.' : 'There are no settings.'}
            filters={
              <label class="check">
                <input type="checkbox" checked={set} onChange={(e) => setSet(e.currentTarget.checked)} /> only those that are set
              </label>
            }
            columns={[
              { name: 'Setting', wide: true, by: (config) => config.key, cell: (config) => (
                <details class="config">
                  <summary><code>{config.key}</code></summary>
                  <p>{config.doc}</p>
                  {config.synonyms.length > 1 && (
                    <ul>
                      {config.synonyms.map((synonym) => (
                        <li key={synonym.source + synonym.key}>
                          {words(synonym.source)}: <code>{synonym.key}</code> = {synonym.value ?? '(secret)'}
                        </li>
                      ))}
                    </ul>
                  )}
                </details>
              ) },
              { name: 'Value', wide: true, cell: (config) => <code class="value">{value(config)}</code> },
              { name: 'Set by', by: source, cell: (config) => <Badge tone={source(config) === 'DEFAULT' ? 'plain' : 'info'}>{words(source(config))}</Badge> },
              { name: 'Type', by: (config) => config.type, cell: (config) => <span class="muted">{config.type.toLowerCase()}{config.readOnly ? ', read-only' : ''}</span> },
            ]}
          />
        )}
      </Loaded>
    </Card>
  );
}
