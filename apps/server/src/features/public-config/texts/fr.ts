import type { en } from './en.ts';

export const fr: Record<keyof typeof en, string> = {
  greeting: "Comment puis-je vous aider aujourd'hui ?",
  placeholder: 'Écrire un message',
  'weather.label': 'Météo à Paris',
  'weather.prompt': 'Quel temps fait-il à Paris ?',
  'abilities.label': 'Que sais-tu faire ?',
  'abilities.prompt': 'Que sais-tu faire ?',
  'connect.label': 'Brancher un modèle de langage',
  'connect.prompt': 'Comment brancher un modèle de langage ?',
  answering: '{model} répond et peut se tromper : vérifiez ce qui compte.',
  waiting: '{model} ne peut pas encore répondre : ce serveur n’en a pas la clé.',
  guiding: 'Le guide intégré répond : aucun modèle de langage n’est branché.',
};
