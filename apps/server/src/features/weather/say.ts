import { createSay } from '../../platform/i18n/index.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';

export const say = createSay({ en, fr, es });
