// Fails when a Kubernetes document in one of the files has a field that there is not, or one of the wrong type: each becomes a literal of
// the type that Kubernetes' own schema gives it, and TypeScript's compiler refuses what does not fit.
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const yaml = require('js-yaml');

const lines = [];
for (const file of process.argv.slice(2)) {
  for (const document of yaml.loadAll(fs.readFileSync(file, 'utf8'))) {
    const name = `${document.kind}${lines.length}`;
    lines.push(`import { I${document.kind} as T${name} } from 'kubernetes-models/${document.apiVersion}/${document.kind}';`);
    lines.push(`/* ${path.basename(file)} ${document.metadata.name} */ export const ${name}: T${name} = ${JSON.stringify(document)};`);
  }
}
if (lines.length === 0) throw new Error('no documents');
fs.writeFileSync(path.join(__dirname, 'documents.ts'), lines.join('\n'));
const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--pretty', 'false'];
try {
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), ...options, 'documents.ts'], { cwd: __dirname });
} catch (e) {
  console.error(String(e.stdout));
  process.exit(1);
}
console.log(`${lines.length / 2} documents are as Kubernetes' schema has them`);
