/** Something to begin with. `icon` is one of ChatKit's. */
type Prompt = { label: string; prompt: string; icon: 'globe' | 'circle-question' | 'sparkle' };

/** The words a visitor meets first. */
export type Texts = {
  greeting: string;
  placeholder: string;
  prompts: Prompt[];
  /** One more, for as long as no language model answers. */
  connect: Prompt;
  /** Who answers; below the composer. */
  answering(model: string): string;
  /** Who would answer, had they their key. */
  waiting(model: string): string;
  guiding: string;
};

/** By language. English is also for those whose language is not here. */
export const texts: Record<'en' | 'fr' | 'es', Texts> = {
  en: {
    greeting: 'How can I help you today?',
    placeholder: 'Write a message',
    prompts: [
      { label: 'Weather in Paris', prompt: 'What is the weather in Paris?', icon: 'globe' },
      { label: 'What can you do?', prompt: 'What can you do?', icon: 'circle-question' },
    ],
    connect: { label: 'Connect a language model', prompt: 'How do I connect a language model?', icon: 'sparkle' },
    answering: (model) => `${model} answers, and may be wrong: check what matters.`,
    waiting: (model) => `${model} cannot answer yet: this server has no key for it.`,
    guiding: 'The built-in guide answers: no language model is connected.',
  },
  fr: {
    greeting: "Comment puis-je vous aider aujourd'hui ?",
    placeholder: 'Écrire un message',
    prompts: [
      { label: 'Météo à Paris', prompt: 'Quel temps fait-il à Paris ?', icon: 'globe' },
      { label: 'Que sais-tu faire ?', prompt: 'Que sais-tu faire ?', icon: 'circle-question' },
    ],
    connect: {
      label: 'Brancher un modèle de langage',
      prompt: 'Comment brancher un modèle de langage ?',
      icon: 'sparkle',
    },
    answering: (model) => `${model} répond et peut se tromper\u00a0: vérifiez ce qui compte.`,
    waiting: (model) => `${model} ne peut pas encore répondre\u00a0: ce serveur n’en a pas la clé.`,
    guiding: 'Le guide intégré répond\u00a0: aucun modèle de langage n’est branché.',
  },
  es: {
    greeting: '¿Cómo puedo ayudarte hoy?',
    placeholder: 'Escriba un mensaje',
    prompts: [
      { label: 'El tiempo en París', prompt: '¿Qué tiempo hace en París?', icon: 'globe' },
      { label: '¿Qué sabes hacer?', prompt: '¿Qué sabes hacer?', icon: 'circle-question' },
    ],
    connect: {
      label: 'Conectar un modelo de lenguaje',
      prompt: '¿Cómo se conecta un modelo de lenguaje?',
      icon: 'sparkle',
    },
    answering: (model) => `Responde ${model} y puede equivocarse: compruebe lo que importe.`,
    waiting: (model) => `${model} aún no puede responder: este servidor no tiene su clave.`,
    guiding: 'Responde la guía integrada: no hay ningún modelo de lenguaje conectado.',
  },
};
