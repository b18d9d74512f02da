/** The texts that a visitor sees first. */
export const en = {
  greeting: 'How can I help you today?',
  placeholder: 'Write a message',
  'weather.label': 'Weather in Paris',
  'weather.prompt': 'What is the weather in Paris?',
  'abilities.label': 'What can you do?',
  'abilities.prompt': 'What can you do?',
  'connect.label': 'Connect a language model',
  'connect.prompt': 'How do I connect a language model?',
  answering: '{model} answers, and may be wrong: check what matters.',
  waiting: '{model} cannot answer yet: this server has no key for it.',
  guiding: 'The built-in guide answers: no language model is connected.',
};
