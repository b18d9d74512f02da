import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings } from '../apps/server/src/config.ts';

// `node tools/write-config-page.ts` writes docs/configuration.md from the schema of the settings; a test compares the two.

export const configPagePath = join(import.meta.dirname, '../docs/configuration.md');

/** The page of settings, from the server's own schema. */
export function configPage(): string {
  const settings = describeSettings();
  const sections = [...new Set(settings.map(({ section }) => section))].map((section) => {
    const rows = settings
      .filter((setting) => setting.section === section)
      .map(
        ({ name, description, default: value }) =>
          `| \`${name}\` | ${value ? `\`${value}\`` : ''} | ${cell(description)} |`,
      );
    return [`## ${section}`, '', '| Variable | Default | What it does |', '|---|---|---|', ...rows, ''].join('\n');
  });
  return `# Configuration

<!-- Made by tools/write-config-page.ts from apps/server/src/config.ts. Change it there. -->

Everything is set by environment variables, and everything has a default that works: a server without a single one
answers on this machine, keeps its data in \`./data\` and needs no key.

- A file \`.env\` in the folder the server is started from is read; the environment wins over it.
- For each variable \`NAME\`, \`NAME_FILE\` may name a file that holds the value: how Docker and Kubernetes hand out secrets.
- An empty value is the same as none.
- A value that cannot be used stops the start with one line that names the variable and never shows the value.

${sections.join('\n')}
## While developing the web app

Read by the development server of \`apps/web\` only, from the same \`.env\`. \`https//host\`, a common slip, is understood.

| Variable | Default | What it does |
|---|---|---|
| \`VITE_PORT\` | \`5173\` | The port of the development server. |
| \`VITE_HMR_HOST\` |  | The host, and port if any, that browsers reach it by when it is behind a proxy. |
| \`VITE_HMR_PROTOCOL\` |  | \`ws\` or \`wss\`. |
| \`VITE_HMR_CLIENT_PORT\` |  | The port that browsers use, such as 443. |
| \`VITE_ALLOWED_HOSTS\` |  | Further host names it answers to, separated by commas. |
`;
}

/** A bar would end the cell. */
const cell = (text: string) => text.replaceAll('|', '\\|');

if (import.meta.main) writeFileSync(configPagePath, configPage());
