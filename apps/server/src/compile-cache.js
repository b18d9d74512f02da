// Plain JavaScript, loaded before the server (`node --import`): what is loaded from here on is kept compiled, and stripped of
// its types, in the installation. A later start needs neither the compiler nor the stripper, which alone takes 20 MB: so
// main.ts must not be the first to ask for this. Never in the common temporary directory, where anybody could put code for us
// to run.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Where it cannot be written, as in a read-only image, the server starts without.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/causerie'));
