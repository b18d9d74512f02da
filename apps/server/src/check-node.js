// Plain JavaScript, loaded before anything else (`node --import`): a Node that is too old cannot even read what follows.
const needed = 24;
if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `Causerie needs Node ${needed} and this is ${process.version} (${process.execPath}). On Linux it comes with the packages: run \`npm ci\`, then start through npm (npm start, npm test, npm run dev) or with node_modules/.bin/node; elsewhere install Node ${needed}.\n`,
  );
  process.exit(1);
}
